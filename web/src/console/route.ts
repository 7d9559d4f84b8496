/* route.ts: where the reader is. Every place has an address of its own that can be kept and sent;
 * links are plain links, and this file keeps them from leaving the page. */

import { signal } from '@preact/signals';

export interface Place {
  path: string; /* "/ledger/runs/7" */
  query: URLSearchParams;
  hash: string; /* "#ev-one" or "" */
}

const here = (): Place => ({ path: location.pathname.replace(/(.)\/$/, '$1'), query: new URLSearchParams(location.search), hash: location.hash });

export const place = signal<Place>(here());

/** Told after every move that the reader made: the shell puts the focus at the head of the page. */
export const moved = signal(0);

export function go(to: string, replace = false): void {
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  place.value = here();
  if (!replace) moved.value++;
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
  go(link.pathname + link.search + link.hash);
}

export function startRouting(): void {
  document.addEventListener('click', follow);
  window.addEventListener('popstate', () => (place.value = here()));
}
