/* toast.ts: what was done, told once, at the foot. Failures are never told here: they stay where
 * they happened. */

import { signal } from '@preact/signals';

export interface Toast {
  words: string;
  plain?: boolean; /* nothing was done: no mark before it */
  act?: { label: string; href?: string; run?: () => void; key?: string };
}

export const toast = signal<Toast | null>(null);

const SHOWN_MS = 10000;
let timer = 0;

export function say(words: string, act?: Toast['act'], plain = false): void {
  toast.value = { words, plain, ...(act ? { act } : {}) };
  restart();
}

export const hold = (): void => clearTimeout(timer);
export const restart = (): void => {
  clearTimeout(timer);
  timer = window.setTimeout(hush, SHOWN_MS);
};
export const hush = (): void => void (toast.value = null);
