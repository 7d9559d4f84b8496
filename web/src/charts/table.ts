/* table.ts: the table behind a chart, and CSV of any table.
 *
 * A cell is text for the eye and a value for machines: CSV carries the exact value, the page the
 * rounded figure. */

import { span } from './dates';
import { bare, figure, NONE } from './numbers';
import { escape } from './svg';
import type { LineChart, RowsChart } from './types';
import { lineDigits, mannerOf, rowDigits, sideOf, silent } from './words';
import type { Setting } from './words';

export interface Cell {
  text: string;
  exact: string; /* "" for what is not known */
}

export interface Table {
  caption: string;
  heads: { text: string; key: string; figure: boolean }[];
  rows: Cell[][];
}

/** Rows shown at first and with every further press. */
export const WINDOW = 200;

export const word = (text: string): Cell => ({ text, exact: text });
export const exactly = (value: number | null): string => (value === null ? '' : String(value));
export const head = (text: string, key: string, isFigure = false) => ({ text, key, figure: isFigure });

export function lineTable(chart: LineChart, setting: Setting): Table {
  const m = mannerOf(chart, setting);
  const d = lineDigits(chart);
  const side = { below: 'below the band', above: 'above the band', inside: 'inside', unknown: NONE };
  return {
    caption: chart.title,
    heads: [
      head('Period', 'period'), head('Days', 'days'), head('Actual', 'actual', true),
      head('Expected', 'expected', true), head('Low', 'lo', true), head('High', 'hi', true),
      head('Band', 'band'), head('Verdict', 'verdict'), head('Run', 'run'),
    ],
    rows: chart.series.points.map((p) => [
      word(p.label),
      { text: span(p.start, p.end, setting.today, setting.locale, 'short'),
        exact: p.end && p.end !== p.start ? p.start + '/' + p.end : p.start },
      { text: figure(p.actual, d, m), exact: exactly(p.actual) },
      { text: figure(p.expected, d, m), exact: exactly(p.expected) },
      { text: bare(p.lo, d, m), exact: exactly(p.lo) },
      { text: bare(p.hi, d, m), exact: exactly(p.hi) },
      word(side[sideOf(p)]), word(p.verdict), word(p.run),
    ]),
  };
}

export function rowsTable(chart: RowsChart, setting: Setting): Table {
  const m = mannerOf(chart, setting);
  return {
    caption: chart.title,
    heads: [
      head('What', 'what'), head('Value', 'value', true), head('Low', 'lo', true),
      head('High', 'hi', true), head('Verdict', 'verdict'), head('Run', 'run'),
    ],
    rows: chart.series.rows.map((r) => {
      const d = rowDigits(chart, r);
      const none: Cell = { text: NONE, exact: '' };
      const end = (v: number | null): Cell => (silent(r) ? none : { text: bare(v, d, m), exact: exactly(v) });
      return [
        word(r.label),
        silent(r) ? none : { text: figure(r.value, d, m), exact: exactly(r.value) },
        end(r.lo), end(r.hi), word(r.verdict), word(r.run),
      ];
    }),
  };
}

/** Inside of a <table>. The first figure of a row is its main one: it stays on the first line where
 * a phone breaks the row in two. */
export function tableHtml(table: Table): string {
  const first = table.heads.findIndex((h) => h.figure);
  const kind = (c: number): string =>
    (table.heads[c]?.figure ? ` class="n${c === first ? ' main' : ''}"` : '');
  const heads = table.heads.map((h, c) => `<th scope="col"${kind(c)}>${escape(h.text)}</th>`).join('');
  const rows = table.rows.map((row, r) => {
    const cells = row.map((cell, c) =>
      c === 0
        ? `<th scope="row">${escape(cell.text)}</th>`
        : `<td${kind(c)} data-label="${escape(table.heads[c]?.text || '')}">${escape(cell.text)}</td>`);
    return `<tr${r >= WINDOW ? ' class="beyond"' : ''}>${cells.join('')}</tr>`;
  });
  return `<caption>${escape(table.caption)}</caption><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody>`;
}

/** RFC 4180. A cell that a spreadsheet would run as a formula is kept as text by a leading
 * apostrophe; numbers keep their sign. */
export function csv(rows: string[][]): string {
  const cell = (value: string): string => {
    const risky = /^[=+\-@\t\r]/.test(value) && !/^[-+]?\d*\.?\d+(e[-+]?\d+)?$/i.test(value);
    const safe = risky ? "'" + value : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  return rows.map((row) => row.map(cell).join(',') + '\r\n').join('');
}

export function tableCsv(table: Table): string {
  return csv([table.heads.map((h) => h.key), ...table.rows.map((row) => row.map((c) => c.exact))]);
}
