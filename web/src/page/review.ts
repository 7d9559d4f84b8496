/* review.ts: the page's script. The page is whole without it; it draws the charts from the data,
 * opens evidence beside figures and sorts tables. It asks nothing of the network. Scripts of further
 * kinds of charts follow it in the page and find what they share in `Portolan`; drawing starts when
 * the document is read. */

import '../charts/basic';
import * as kit from '../charts/kit';
import type { ReviewData } from '../charts/types';
import { fitTables } from './fit';
import { wire } from './wire';

function read(): ReviewData | null {
  const el = document.getElementById('data');
  return el ? (JSON.parse(el.textContent || 'null') as ReviewData | null) : null;
}

function start(): void {
  const data = read();
  if (!data || data.format !== 1) return; /* a page of another format stays as it was written */
  const paper = wire(document, data);
  document.documentElement.classList.add('script');
  fitTables(document.body);
  window.addEventListener('beforeprint', () => paper(true));
  window.addEventListener('afterprint', () => paper(false));
}

(globalThis as { Portolan?: unknown }).Portolan = kit;
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
