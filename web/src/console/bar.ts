/* bar.ts: what stands in the top bar: at the left the date or the room, at the right the period. */

import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';

export const bar = signal({ left: '', right: '' });

export function useBar(left: string, right = ''): void {
  useLayoutEffect(() => void (bar.value = { left, right }), [left, right]);
}
