/* basic.ts: the two kinds every page has, line and rows. */

import { addKind } from './kind';
import { lineView } from './line';
import { rowsView } from './rows';
import { lineTable, rowsTable } from './table';
import type { IntervalRow, LineChart, LinePoint, RowsChart } from './types';
import { lineReading, lineSpoken, lineSummary, rowReading, rowSpoken, rowsSummary, silent } from './words';

addKind<LineChart>('line', {
  view: lineView,
  reading: lineReading,
  spoken: lineSpoken,
  summary: lineSummary,
  table: lineTable,
  point: (chart, index) => {
    const p = chart.series.points[index] as LinePoint;
    return { ...p, value: p.actual, forecast: true };
  },
});

addKind<RowsChart>('rows', {
  view: rowsView,
  reading: (chart, index, _series, setting) => rowReading(chart, index, setting),
  spoken: (chart, index, _series, setting) => rowSpoken(chart, index, setting),
  summary: rowsSummary,
  table: rowsTable,
  point: (chart, index) => {
    const r = chart.series.rows[index] as IntervalRow;
    return { ...r, value: silent(r) ? null : r.value };
  },
});
