/* keys.ts: the keyboard of the design language, section 8. Single keys never fire inside a field and
 * can be switched off; Ctrl K and Esc always work. Charts take their own keys while they have the
 * focus (page/frame.ts). */

import { signal } from '@preact/signals';
import { all, plainKey } from '../page/dom';
import { compare, step } from './bar';
import { rooms } from './rooms';
import { go } from './route';
import { singleKeys } from './settings';

export const panel = signal<'' | 'palette' | 'keys' | 'jobs' | 'menu'>('');

/** What the list of keys says; only what works here. */
export const KEYS: [string[], string][] = [
  [['/'], 'search and act'],
  [['Ctrl', 'K'], 'the same, from inside a field'],
  ...rooms.map((r): [string[], string] => [['g', r.key], r.title]),
  [['g', 'y'], 'you: theme, keys, sign out'],
  [['1', '9'], 'places inside a room'],
  [['j', 'k'], 'next, previous row'],
  [['Enter'], 'open the row'],
  [['a'], 'do what the row waits for'],
  [['r'], 'reject the proposal'],
  [['z'], 'undo, while it may be'],
  [['p'], 'propose the plan'],
  [['[', ']'], 'earlier, later period'],
  [['c'], 'beside the same weekdays a year before'],
  [['e'], 'evidence of the figure'],
  [['t'], 'table behind the chart'],
  [['x'], 'export as CSV'],
  [['\u2190', '\u2192'], 'move the chart cursor'],
  [['?'], 'all keys'],
  [['Esc'], 'close, clear'],
];

const ROWS = 'main tbody tr, main .findings > li, main .rows > li, main [data-row]';

const seen = (el: HTMLElement): boolean => el.offsetParent !== null;

function row(step: number): void {
  const rows = all<HTMLElement>(ROWS).filter(seen);
  const at = rows.findIndex((r) => r.contains(document.activeElement));
  const head = rows.findIndex((r) => r.getBoundingClientRect().top >= 0);
  const next = rows[at < 0 ? Math.max(0, head) : Math.max(0, Math.min(rows.length - 1, at + step))];
  if (!next) return;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

const current = (): HTMLElement | null => {
  const at = document.activeElement as HTMLElement | null;
  return at?.matches(ROWS) ? at : null;
};

/* The first on the screen, or the first there is. */
function first<T extends HTMLElement>(selector: string): T | undefined {
  const found = all<T>(selector).filter(seen);
  return found.find((el) => el.getBoundingClientRect().bottom > 0) || found[0];
}

function evidence(): void {
  if (document.activeElement?.closest('.panel, a.figure[data-figure]')) return; /* they have their own */
  const own = current()?.querySelector<HTMLElement>('a.figure');
  (own || first<HTMLElement>('main a.figure[data-figure]'))?.click();
}

const inChart = (button: string): void => first<HTMLElement>(`main figure.chart .tools ${button}`)?.click();

function exportCsv(): void {
  first<HTMLElement>('main .tools [data-do=csv], main .foot .tools button:last-child')?.click();
}

const ACTS: Record<string, () => void> = {
  '/': () => (panel.value = 'palette'),
  '?': () => (panel.value = 'keys'),
  j: () => row(1),
  k: () => row(-1),
  e: evidence,
  t: () => inChart('button'),
  x: exportCsv,
  '[': () => step('earlier'),
  ']': () => step('later'),
  c: compare,
};

let waitsForRoom = 0; /* until when the letter after g is a room's */
const SEQUENCE_MS = 1200;

function room(key: string): boolean {
  if (Date.now() > waitsForRoom) return false;
  waitsForRoom = 0;
  const to = key === 'y' ? '/you' : rooms.find((r) => r.key === key)?.path;
  if (to) go(to);
  return Boolean(to);
}

function single(e: KeyboardEvent): boolean {
  if (room(e.key)) return true;
  if (e.key === 'g') {
    waitsForRoom = Date.now() + SEQUENCE_MS;
    return true;
  }
  if (e.key === 'Enter') {
    const link = current()?.querySelector<HTMLElement>('a, button');
    link?.click();
    return Boolean(link);
  }
  if (/^[1-9]$/.test(e.key)) {
    const tab = all<HTMLElement>('.tabs a')[Number(e.key) - 1];
    tab?.click();
    return Boolean(tab);
  }
  const own = first<HTMLElement>(`:is(main, .toasts) [data-key="${CSS.escape(e.key)}"]`); /* a button of the room */
  const act = own ? () => own.click() : ACTS[e.key];
  act?.();
  return act !== undefined;
}

export function startKeys(): void {
  document.addEventListener('keydown', (e) => {
    if (e.key === 'k' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      panel.value = 'palette';
      return;
    }
    if (e.defaultPrevented || panel.value || !plainKey(e) || singleKeys.value === 'off') return;
    if (single(e)) e.preventDefault();
  });
}
