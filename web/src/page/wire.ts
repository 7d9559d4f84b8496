/* wire.ts: a page as the program wrote it comes alive: charts are drawn from the data, figures open
 * their evidence, tables sort. The same for a page that is a file and for one the console shows. */

import type { ReviewData } from '../charts/types';
import type { Setting } from '../charts/words';
import { all } from './dom';
import { wireFigures } from './evidence';
import type { Behind } from './evidence';
import { Frame } from './frame';
import { wireTables } from './tables';

/** Draws and wires everything inside `root`. What comes back is told before and after printing. */
export function wire(root: ParentNode, data: ReviewData, behind?: Behind): (paper: boolean) => void {
  const { locale, currency, today, address } = data;
  const setting: Setting = address ? { locale, currency, today, address } : { locale, currency, today };
  const context = { data, setting, behind };
  const frames: Frame[] = [];
  all<HTMLElement>('figure[data-chart]', root).forEach((figure) => {
    const chart = data.charts.filter((c) => c.id === figure.dataset['id'])[0];
    if (!chart) return;
    const written = figure.innerHTML;
    try {
      frames.push(new Frame(figure, chart, context));
    } catch (e) {
      /* Data that cannot be drawn leave the reader the table they came with. */
      figure.innerHTML = written;
      console.error(`chart ${chart.id}: ${String(e)}`);
    }
  });
  wireFigures(context, root);
  wireTables(root, data.figures);
  return (paper) => frames.forEach((f) => f.paper(paper));
}
