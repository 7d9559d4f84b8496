/* table.tsx: rows with hairlines. Text left, figures right; sortable heads are buttons; CSV is of
 * what is shown. A long table shows 200 rows and says so. On a phone a row becomes two lines. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { csv } from '../../charts/table';
import { save } from '../../page/dom';
import { count } from './format';

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ComponentChildren;
  value?: (row: Row) => string | number | null; /* what sorts and goes into CSV; with it the head sorts */
  figure?: boolean; /* right and tabular */
  main?: boolean; /* stands beside the name on a phone */
}

interface Props<Row> {
  columns: Column<Row>[];
  rows: Row[];
  name: (row: Row) => string | number;
  caption?: string;
  csv?: string; /* name of the file its CSV button writes */
  marked?: (row: Row) => string; /* class of a row */
}

const WINDOW = 200;

function compare(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

export function Table<Row>({ columns, rows, name, caption, csv: file, marked }: Props<Row>) {
  const [by, setBy] = useState<{ column: number; down: boolean } | null>(null);
  const [shown, setShown] = useState(WINDOW);
  const key = by ? columns[by.column]?.value : undefined;
  const sorted = key ? [...rows].sort((a, b) => compare(key(a), key(b)) * (by?.down ? -1 : 1)) : rows;
  const order = (i: number): 'ascending' | 'descending' | 'none' => (by?.column !== i ? 'none' : by.down ? 'descending' : 'ascending');
  const write = (): void => save(`${file}.csv`, 'text/csv', csv([columns.map((c) => c.head), ...sorted.map((r) =>
    columns.map((c) => { const v = c.value?.(r); return v === null || v === undefined ? '' : String(v); }))]));
  return (
    <>
      <table class="data" role="table">
        {caption && <caption>{caption}</caption>}
        <thead role="rowgroup"><tr role="row">
          {columns.map((c, i) => (
            <th key={c.head} scope="col" role="columnheader" class={c.figure ? 'n' : undefined} aria-sort={c.value ? order(i) : undefined}>
              {c.value ? <button type="button" onClick={() => setBy({ column: i, down: by?.column === i && !by.down })}>{c.head}</button> : c.head}
            </th>
          ))}
        </tr></thead>
        <tbody role="rowgroup">
          {sorted.slice(0, shown).map((row) => (
            <tr key={name(row)} role="row" class={marked?.(row)}>
              {columns.map((c, i) => i === 0
                ? <th key={c.head} scope="row" role="rowheader">{c.cell(row)}</th>
                : <td key={c.head} role="cell" class={[c.figure ? 'n' : '', c.main ? 'main' : ''].join(' ').trim() || undefined} data-label={c.head}>{c.cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {(file || rows.length > shown) && (
        <p class="foot">
          {rows.length > shown && <span>Showing {count(shown)} of {count(rows.length)}. <button type="button" class="link" onClick={() => setShown(shown + WINDOW)}>Show more</button></span>}
          {file && <span class="tools"><button type="button" onClick={write}>CSV</button></span>}
        </p>
      )}
    </>
  );
}
