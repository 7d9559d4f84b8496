/* export.ts: a chart as a file of its own. It carries title, subtitle, run and address, and the
 * light colours whatever the page shows, so that it can be pasted into a deck as it is. */

import { markOf, drawMark } from './marks';
import { kindOf } from './kind';
import { inLight, SANS } from './tokens';
import { escape, box, text } from './svg';
import type { Chart } from './types';
import type { Canvas } from './view';
import { wrap } from './layout';
import { subtitle } from './words';

const PAD = 24;
const WIDTH = 720;

/** The whole picture as an svg document. */
export function exportSvg(chart: Chart, canvas: Canvas): string {
  const inner = WIDTH - 2 * PAD;
  const view = kindOf(chart).view(chart, { ...canvas, width: inner });
  const title = wrap(chart.title, inner, 14, 600, canvas.measure);
  const sub = wrap(subtitle(chart), inner, 12, 400, canvas.measure);
  const head = PAD + 20 * title.length + 18 * sub.length + 8;
  const height = head + view.height + 34 + PAD;
  const mark = markOf(chart.evidence.verdict, chart.evidence.mark);
  const foot = [chart.evidence.text, 'run ' + chart.evidence.run,
    chart.evidence.address || canvas.setting.address].filter(Boolean).join(' · ');
  const body =
    box(0, 0, WIDTH, height, 'var(--page)') +
    `<g transform="translate(${PAD} 0)">` +
    title.map((l, i) => text(0, PAD + 14 + 20 * i, l, { size: 14, weight: 600, fill: 'ink' })).join('') +
    sub.map((l, i) => text(0, PAD + 12 + 20 * title.length + 18 * i, l)).join('') +
    `<g transform="translate(0 ${head})">${view.body}</g>` +
    drawMark(mark, 0, head + view.height + 14) +
    text(18, head + view.height + 24.5, foot) + '</g>';
  return inLight(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
    `font-family="${escape(SANS)}" font-variant-numeric="tabular-nums" role="img"><title>${escape(chart.title)}</title>` +
    `<desc>${escape(subtitle(chart) + '. ' + foot)}</desc>${body}</svg>`);
}
