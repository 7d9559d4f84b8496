/* route.ts: where the reader is. Every place has an address of its own that can be kept and sent;
 * links are plain links, and this file keeps them from leaving the page.
 *
 * A move begins at the head of the page. Going back leads to where the reader was: how far down, and
 * which link was taken there, are kept with the entry of the browser's history. */

import { signal } from '@preact/signals';
import { all } from '../page/dom';

export interface Place {
  path: string; /* "/ledger/runs/7" */
  query: URLSearchParams;
  hash: string; /* "#ev-one" or "" */
}

const here = (): Place => ({ path: location.pathname.replace(/(.)\/$/, '$1'), query: new URLSearchParams(location.search), hash: location.hash });

export const place = signal<Place>(here());

/** Told after every move that the reader made: the shell puts the focus at the head of the page. */
export const moved = signal(0);

/* --- where the reader was ------------------------------------------------------------------- */

interface Left {
  y: number;
  link?: string | undefined; /* address of the link that was taken */
}

function leave(): void {
  const link = (document.activeElement as HTMLAnchorElement | null)?.closest?.('main a')?.getAttribute('href') || undefined;
  const left: Left = { y: window.scrollY, link };
  history.replaceState(left, '');
}

const WAITS_MS = 3000; /* for a page that is asked for again */

/* What was left is looked for until it is there, or the reader moves on. */
function restore(left: Left | null): void {
  const until = Date.now() + WAITS_MS;
  const at = location.href;
  const look = (): void => {
    if (location.href !== at) return;
    const link = left?.link && all<HTMLElement>('main a').find((a) => a.getAttribute('href') === left.link);
    const isLong = document.documentElement.scrollHeight >= (left?.y || 0) + window.innerHeight;
    const isThere = !document.querySelector('main [aria-busy=true]') && isLong && (link || !left?.link);
    if (!isThere && Date.now() < until) return void setTimeout(look, 40);
    (link || document.getElementById('main'))?.focus({ preventScroll: true });
    window.scrollTo(0, left?.y || 0);
  };
  look();
}

/* --- moves ---------------------------------------------------------------------------------- */

/** `how` "replace" is no move of the reader's; "stay" is one within the page: the focus stays. */
export function go(to: string, how: boolean | 'stay' = false): void {
  if (how === true) history.replaceState(history.state, '', to);
  else {
    leave();
    history.pushState(null, '', to);
  }
  place.value = here();
  if (!how) moved.value++;
}

/** A change of the address that is no move: a filter, an open panel. */
export function note(query: Record<string, string | undefined>): void {
  const next = new URLSearchParams(location.search);
  Object.entries(query).forEach(([name, value]) => (value ? next.set(name, value) : next.delete(name)));
  const text = next.toString();
  go(location.pathname + (text ? '?' + text : ''), true);
}

function follow(e: MouseEvent): void {
  if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  const link = (e.target as Element).closest?.('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (/^\/(api|assets|metrics|healthz|readyz)\b/.test(link.pathname)) return;
  if (link.pathname === location.pathname && link.search === location.search && link.hash) return; /* within the page */
  e.preventDefault();
  go(link.pathname + link.search + link.hash, link.dataset['stay'] === undefined ? false : 'stay');
}

export function startRouting(): void {
  history.scrollRestoration = 'manual';
  document.addEventListener('click', follow);
  window.addEventListener('pagehide', leave);
  window.addEventListener('popstate', (e) => {
    place.value = here();
    restore(e.state as Left | null);
  });
  if (history.state && !location.hash) restore(history.state as Left);
}
