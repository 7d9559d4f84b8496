/* tables.ts: tables of the page. Heads that may be sorted become buttons, and a table that names a
 * file gets CSV of what it shows, in the order it shows it: a figure with its interval, its verdict and
 * its run. A long table shows 200 rows and says so. */

import { csv, exactly, WINDOW } from '../charts/table';
import type { ReviewData } from '../charts/types';
import { all, make, save } from './dom';

/* A cell's value for machines: data-value where the program wrote one, else its text. */
function exact(cell: HTMLElement): string {
  const value = cell.dataset['value'];
  return value === undefined ? (cell.textContent || '').trim() : value;
}

function compare(a: string, b: string): number {
  const x = Number(a);
  const y = Number(b);
  const gaps = (a === '' ? 1 : 0) - (b === '' ? 1 : 0); /* what is not known comes last */
  if (gaps) return gaps;
  return isNaN(x) || isNaN(y) ? a.localeCompare(b) : x - y;
}

function clip(table: HTMLTableElement): void {
  const shown = Number(table.dataset['shown'] || Infinity);
  all('tbody tr', table).forEach((row, i) => row.classList.toggle('beyond', i >= shown));
}

/** "Showing 200 of 4,118. Show more": a long table shows its first rows, and every press as many again.
 * Undefined where it is short. */
export function windowed(table: HTMLTableElement): HTMLElement | undefined {
  const n = all('tbody tr', table).length;
  if (n <= WINDOW) return undefined;
  const more = make('button', { type: 'button' });
  const show = (rows: number): void => {
    table.dataset['shown'] = String(rows);
    clip(table);
    more.textContent = `Showing ${Math.min(n, rows).toLocaleString('en-GB')} of ${n.toLocaleString('en-GB')}. Show more`;
    if (rows >= n) more.remove();
  };
  more.onclick = () => show(Number(table.dataset['shown']) + WINDOW);
  show(WINDOW);
  return more;
}

function sort(table: HTMLTableElement, head: HTMLElement, column: number): void {
  const body = table.tBodies[0];
  if (!body) return;
  const down = head.getAttribute('aria-sort') === 'ascending';
  all<HTMLElement>('th[aria-sort]', table).forEach((th) => th.setAttribute('aria-sort', 'none'));
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const key = (row: HTMLTableRowElement): string => exact(row.cells[column] as HTMLElement);
  const rows = all<HTMLTableRowElement>('tr', body);
  rows.sort((a, b) => {
    const order = compare(key(a), key(b));
    return down && key(a) !== '' && key(b) !== '' ? -order : order;
  });
  rows.forEach((row) => body.appendChild(row));
  clip(table);
}

/* Columns in which a figure is cited bring what stands behind it. */
function shown(table: HTMLTableElement, figures: ReviewData['figures']): string {
  const rows = all<HTMLTableRowElement>('tr', table).map((row) => [...row.cells]);
  const keyOf = (cell?: HTMLElement): string => cell?.querySelector<HTMLElement>('a.figure')?.dataset['figure'] || '';
  const cited = (rows[0] || []).map((_, c) => rows.some((cells) => figures[keyOf(cells[c])]));
  const behind = (cell: HTMLElement, isHead: boolean): string[] => {
    const f = figures[keyOf(cell)];
    return isHead ? ['lo', 'hi', 'verdict', 'run'].map((what) => `${exact(cell)} ${what}`)
      : [exactly(f?.lo ?? null), exactly(f?.hi ?? null), f?.verdict || '', f?.run || ''];
  };
  return csv(rows.map((cells, i) => cells.flatMap((cell, c) => [exact(cell), ...(cited[c] ? behind(cell, i === 0) : [])])));
}

/* Rows become two lines on a phone, by style; roles keep them rows for those who listen. */
function keepRoles(table: HTMLTableElement): void {
  const heads = all<HTMLElement>('thead th', table).map((th) => th.textContent!.trim());
  const role = (selector: string, name: string): void =>
    all(selector, table).forEach((el) => el.setAttribute('role', name));
  table.setAttribute('role', 'table');
  role('thead,tbody,tfoot', 'rowgroup');
  role('tr', 'row');
  role('thead th', 'columnheader');
  role('tbody th,tfoot th', 'rowheader');
  role('td', 'cell');
  all<HTMLTableRowElement>('tbody tr,tfoot tr', table).forEach((row) => {
    all<HTMLElement>('th,td', row).forEach((cell, i) => {
      if (!cell.dataset['label'] && heads[i]) cell.dataset['label'] = heads[i] as string;
    });
    if (!row.querySelector('.main')) row.querySelector('td.n')?.classList.add('main');
  });
}

export function wireTables(root: ParentNode, figures: ReviewData['figures']): void {
  all<HTMLTableElement>('table.data', root).forEach((table) => {
    keepRoles(table);
    all<HTMLElement>('th[data-sort]', table).forEach((th) => {
      const button = make('button', { type: 'button' }, th.textContent!.trim());
      button.onclick = () => sort(table, th, (th as HTMLTableCellElement).cellIndex);
      th.textContent = '';
      th.appendChild(button);
      if (!th.hasAttribute('aria-sort')) th.setAttribute('aria-sort', 'none');
    });
    const name = table.dataset['csv'];
    const long = windowed(table);
    if (!name && !long) return;
    const tools = make('p', { class: 'foot' });
    if (long) tools.append(long);
    table.insertAdjacentElement('afterend', tools);
    if (!name) return;
    const button = make('button', { type: 'button' }, 'CSV');
    button.onclick = () => save(name + '.csv', 'text/csv', shown(table, figures));
    const right = make('span', { class: 'tools' });
    right.appendChild(button);
    tools.appendChild(right);
  });
}
