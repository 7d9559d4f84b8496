/* review.ts: the page's script. The page is whole without it; it draws the charts from the data,
 * opens evidence beside figures and sorts tables. It asks nothing of the network. Scripts of further
 * kinds of charts follow it in the page and find what they share in `Portolan`; drawing starts when
 * the document is read. */

import '../charts/basic';
import * as kit from '../charts/kit';
import type { ReviewData } from '../charts/types';
import type { Setting } from '../charts/words';
import { all } from './dom';
import { wireFigures } from './evidence';
import { Frame } from './frame';
import { wireTables } from './tables';

function read(): ReviewData | null {
  const el = document.getElementById('data');
  return el ? (JSON.parse(el.textContent || 'null') as ReviewData | null) : null;
}

function start(): void {
  const data = read();
  if (!data || data.format !== 1) return; /* a page of another format stays as it was written */
  const setting: Setting = { locale: data.locale, currency: data.currency, today: data.today };
  if (data.address) setting.address = data.address;
  const context = { data, setting };
  const frames: Frame[] = [];
  all<HTMLElement>('figure[data-chart]').forEach((figure) => {
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
  wireFigures(context);
  wireTables();
  document.documentElement.classList.add('script');
  const paper = (on: boolean): void => frames.forEach((f) => f.paper(on));
  window.addEventListener('beforeprint', () => paper(true));
  window.addEventListener('afterprint', () => paper(false));
}

(globalThis as { Portolan?: unknown }).Portolan = kit;
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
