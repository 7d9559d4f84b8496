/* off.ts: without a connection nothing can be changed. Buttons that act say so and do nothing until it is
 * back; what is read, and the way around, stay. */

import { lost } from './api';
import { all } from '../page/dom';

const ACTS = '.button, [role=slider]';

function tell(root: HTMLElement, off: boolean): void {
  all<HTMLElement>(ACTS, root).forEach((el) => {
    if (off === (el.getAttribute('aria-disabled') === 'true')) return;
    if (off) {
      el.setAttribute('aria-disabled', 'true');
      el.dataset['off'] = '';
    } else if (el.dataset['off'] !== undefined) {
      el.removeAttribute('aria-disabled');
      delete el.dataset['off'];
    }
  });
}

/* Links inside the console stay; everything else that is pressed would ask the server. */
function stop(e: Event): void {
  const at = (e.target as Element).closest<HTMLElement>('[data-off]');
  if (!at || !lost.peek() || (at instanceof HTMLAnchorElement && e.type === 'click')) return;
  e.preventDefault();
  e.stopPropagation();
}

/** Looks after everything inside `root`, whatever comes there later. */
export function actionsOff(root: HTMLElement): () => void {
  const look = new MutationObserver(() => tell(root, true));
  const end = lost.subscribe((since) => {
    look.disconnect();
    tell(root, since > 0);
    if (since) look.observe(root, { childList: true, subtree: true });
  });
  root.addEventListener('click', stop, true);
  root.addEventListener('submit', stop, true);
  return () => {
    end();
    look.disconnect();
    root.removeEventListener('click', stop, true);
    root.removeEventListener('submit', stop, true);
  };
}
