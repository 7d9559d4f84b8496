/* kind.ts: what a kind of chart has to answer, and the list of kinds a page knows.
 *
 * A page carries the kinds it draws and no others: `line` and `rows` come with the page's script,
 * each further kind is a script of its own that adds itself here (web/src/kinds). How to add one:
 * 1. its data in types.ts; 2. web/src/charts/<kind>.ts with a Kind; 3. web/src/kinds/<kind>.ts that
 * registers it; 4. a sample in web/tools/sample.ts, which every browser test then walks. */

import type { Table } from './table';
import type { Chart } from './types';
import type { Canvas, View } from './view';
import type { Setting } from './words';

/** What evidence says of one point of a chart. */
export interface PointFigure {
  label: string;
  value: number | null;
  lo: number | null;
  hi: number | null;
  verdict: string;
  run: string;
  mark?: import('./types').Mark | undefined;
  figure?: string | undefined; /* key into ReviewData.figures */
  forecast?: boolean;
}

export interface Kind<C extends Chart = Chart> {
  view(chart: C, canvas: Canvas): View;
  reading(chart: C, index: number, series: number, setting: Setting): string; /* html, shown */
  spoken(chart: C, index: number, series: number, setting: Setting): string; /* said */
  summary(chart: C, setting: Setting): string;
  table(chart: C, setting: Setting): Table;
  point(chart: C, index: number, series: number): PointFigure;
}

const KINDS: Record<string, Kind> = {};

export function addKind<C extends Chart>(name: C['kind'], kind: Kind<C>): void {
  KINDS[name] = kind as unknown as Kind;
}

export function kindOf(chart: Chart): Kind {
  const kind = KINDS[chart.kind];
  if (!kind) throw new Error(`this page has no script for charts of kind "${chart.kind}"`);
  return kind;
}

export const tableOf = (chart: Chart, setting: Setting): Table => kindOf(chart).table(chart, setting);
