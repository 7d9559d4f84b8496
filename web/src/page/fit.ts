/* fit.ts: a table that is wider than its place stands in two lines a row, as on a phone, and goes
 * back when there is room again. How wide it wants to be is known once it did not fit. */

import { all } from './dom';

const needs = new WeakMap<HTMLTableElement, number>();

function fit(table: HTMLTableElement): void {
  const room = table.parentElement?.clientWidth || 0;
  if (!room || !table.offsetParent) return;
  const stacked = table.classList.contains('stack');
  if (!stacked && table.scrollWidth > room + 1) {
    needs.set(table, table.scrollWidth);
    table.classList.add('stack');
  } else if (stacked && room >= (needs.get(table) || 0)) {
    table.classList.remove('stack');
  }
}

/** Looks after every table inside `root`, whatever comes there later. */
export function fitTables(root: HTMLElement): () => void {
  const look = new ResizeObserver(() => all<HTMLTableElement>('table.data', root).forEach(fit));
  look.observe(root);
  return () => look.disconnect();
}
