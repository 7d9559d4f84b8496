/* settings.ts: what a reader chose for this browser. Kept here alone: the server need not know. */

import { effect, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';

function kept<T extends string>(name: string, usual: T): Signal<T> {
  const own = signal((localStorage.getItem('portolan.' + name) as T | null) || usual);
  effect(() => localStorage.setItem('portolan.' + name, own.value));
  return own;
}

export type Theme = 'system' | 'light' | 'dark';
export const theme = kept<Theme>('theme', 'system');
export const singleKeys = kept<'on' | 'off'>('keys', 'on');

effect(() => {
  const root = document.documentElement;
  if (theme.value === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme.value;
});
