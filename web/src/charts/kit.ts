/* kit.ts: what the scripts of further kinds find in the page's script (tools/build.mjs). */

export { gutter, grid, nearest, scaleTexts, timeAxis } from './axis';
export type { Ground } from './axis';
export { dayNumber, span } from './dates';
export { addKind } from './kind';
export { apart, areaPath, linear, linePath, runs, spread, wrap } from './layout';
export { bare, chance, digitsFor, figure, percent, range, spoken, spokenRange } from './numbers';
export type { Digits } from './numbers';
export { box, dot, escape, hatchPattern, paint, px, rule, text } from './svg';
export { exactly, head, word } from './table';
export type { Table } from './table';
export { emptyView } from './view';
export type { Canvas, View } from './view';
export { mannerOf } from './words';
export type { Setting } from './words';
