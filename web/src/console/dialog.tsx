/* dialog.tsx: what floats: the palette, the list of keys, the jobs. The browser's own dialog keeps
 * the focus inside, and gives it back where it was. */

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { panel } from './keys';

export function Dialog({ label, kind, children }: { label: string; kind: string; children: ComponentChildren }) {
  const at = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const from = document.activeElement as HTMLElement | null;
    at.current?.showModal();
    return () => from?.focus?.();
  }, []);
  const close = (): void => void (panel.value = '');
  return (
    <dialog ref={at} class={`float ${kind}`} aria-label={label} onClose={close}
      onClick={(e) => e.target === at.current && close()}>
      {children}
    </dialog>
  );
}
