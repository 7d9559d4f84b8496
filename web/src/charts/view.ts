/* view.ts: what the frame needs from a chart, whatever its kind. A view is made for one width and
 * thrown away when the width changes: charts are redrawn, never scaled. */

import type { Measure } from './layout';
import { text } from './svg';
import type { Setting } from './words';

export interface Canvas {
  width: number;
  measure: Measure;
  setting: Setting;
}

/** Where the cursor stands: the hairline's ends and, if there is a point, the ring's centre. */
export interface Spot {
  x: number;
  y: number | null;
  top: number;
  bottom: number;
}

export interface View {
  width: number;
  height: number;
  body: string; /* svg content */
  series: number; /* lines the cursor can change between; 1 for rows */
  count: number; /* points or rows */
  spot(index: number, series: number): Spot;
  pick(x: number, y: number): number; /* index nearest to a place */
  hot(x: number, y: number): boolean; /* a figure is there, a click opens its evidence */
  under: (index: number) => string; /* drawn below everything while the cursor is on index */
}

/** The whole picture. `under` is a layer below, for the row that is picked out. */
export function svgOf(view: View, under = ''): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${view.width} ${view.height}" width="${view.width}" ` +
    `height="${view.height}" aria-hidden="true" focusable="false">${under}${view.body}<g class="cursor"></g></svg>`
  );
}

/** Where there is nothing to draw. */
export function emptyView(canvas: Canvas): View {
  return {
    width: canvas.width,
    height: 40,
    series: 1,
    count: 0,
    body: text(0, 24, 'Nothing to draw yet.', { size: 13 }),
    spot: () => ({ x: 0, y: null, top: 0, bottom: 0 }),
    pick: () => 0,
    hot: () => false,
    under: () => '',
  };
}
