/* frame.ts: the frame every chart stands in, and its cursor.
 *
 * 1. The frame is a group named by the title and described by a summary in words.
 * 2. One surface inside takes the focus and the keys; the drawing itself is hidden from readers of
 *    speech, who get the reading line, the summary and the table.
 * 3. The reading line shows the point at once and says it 150 ms after the last move, so that
 *    holding a key down does not queue up speech.
 * 4. Pointer and touch move the same cursor as the keys.
 * 5. The table is always there: behind t or Table on the screen, open on paper. */

import { exportSvg } from '../charts/export';
import { kindOf, tableOf } from '../charts/kind';
import { tableCsv, tableHtml } from '../charts/table';
import { markOf } from '../charts/marks';
import { escape } from '../charts/svg';
import type { Chart } from '../charts/types';
import { svgOf } from '../charts/view';
import type { View } from '../charts/view';
import { subtitle } from '../charts/words';
import type { Setting } from '../charts/words';
import { pointEvidence, showEvidence } from './evidence';
import type { Context } from './evidence';
import { measured, save, savePng } from './dom';
import { windowed } from './tables';

const SPEAK_AFTER_MS = 150;
const PAGE = 10;
/* Paper: A4 less 15 mm on each side is 680 px; Letter is wider, so this width fits both. */
const PAPER_WIDTH = 680;
const HINT = 'Arrow keys move, t opens the table, Enter the evidence.';

interface Parts {
  figure: HTMLElement;
  sub: HTMLElement;
  seen: HTMLElement;
  said: HTMLElement;
  plot: HTMLElement;
  table: HTMLTableElement;
  toggle: HTMLButtonElement;
}

export class Frame {
  private view: View;
  private width = 0;
  private index = -1; /* −1: no cursor */
  private series = 0;
  private timer = 0;
  private printing = false;
  private readonly parts: Parts;

  constructor(figure: HTMLElement, private readonly chart: Chart, private readonly context: Context) {
    this.parts = build(figure, chart, context.setting);
    this.wireKeys();
    this.wirePointer();
    this.wireFoot();
    this.view = this.draw();
    new ResizeObserver(() => this.redraw()).observe(this.parts.plot);
  }

  private draw(width = this.parts.plot.clientWidth): View {
    this.width = width;
    const canvas = { width: Math.max(width, 240), measure: measured, setting: this.context.setting };
    this.view = kindOf(this.chart).view(this.chart, canvas);
    this.parts.plot.innerHTML = svgOf(this.view, '<g class="under"></g>');
    return this.view;
  }

  private redraw(): void {
    const width = this.parts.plot.clientWidth;
    /* The observer also hears of the new height that paper() causes. */
    if (this.printing || !width || width === this.width) return;
    this.draw();
    this.mark();
  }

  /** For paper and back: the printed page has its own width and no cursor. */
  paper(on: boolean): void {
    if (on) this.leave();
    this.printing = on;
    this.draw(on ? PAPER_WIDTH : undefined);
  }

  private mark(): void {
    const { plot } = this.parts;
    const over = plot.querySelector('.cursor');
    const under = plot.querySelector('.under');
    if (!over || !under) return;
    over.innerHTML = under.innerHTML = '';
    if (this.index < 0) return;
    const s = this.view.spot(this.index, this.series);
    under.innerHTML = this.view.under(this.index);
    over.innerHTML =
      `<path d="M${s.x} ${s.top}V${s.bottom}" stroke="var(--accent)" fill="none"/>` +
      (s.y === null ? '' : `<circle cx="${s.x}" cy="${s.y}" r="6.5" fill="none" stroke="var(--accent)" stroke-width="2"/>`);
  }

  private move(index: number, series = this.series): void {
    if (!this.view.count) return;
    this.index = Math.max(0, Math.min(this.view.count - 1, index));
    this.series = series;
    const { sub, seen } = this.parts;
    seen.innerHTML = this.reading();
    sub.hidden = true;
    seen.hidden = false;
    this.mark();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.parts.said.textContent = this.spoken()), SPEAK_AFTER_MS);
  }

  private leave(): void {
    clearTimeout(this.timer);
    this.index = -1;
    const { sub, seen, said } = this.parts;
    sub.hidden = false;
    seen.hidden = true;
    said.textContent = '';
    this.mark();
  }

  private reading(): string {
    const { chart, index, series, context } = this;
    return kindOf(chart).reading(chart, index, series, context.setting);
  }

  private spoken(): string {
    const { chart, index, series, context } = this;
    return kindOf(chart).spoken(chart, index, series, context.setting);
  }

  private key(e: KeyboardEvent): boolean {
    const rows = this.view.series === 1;
    const at = this.index;
    const last = this.view.count - 1;
    const other = (step: number): void =>
      this.move(at < 0 ? last : at, (this.series + step + this.view.series) % this.view.series);
    switch (e.key) {
      case 'ArrowRight': this.move(at < 0 ? 0 : at + 1); return true;
      case 'ArrowLeft': this.move(at < 0 ? last : at - 1); return true;
      case 'ArrowDown': if (rows) this.move(at + 1); else other(1); return true;
      case 'ArrowUp': if (rows) this.move(at < 0 ? last : at - 1); else other(-1); return true;
      case 'PageDown': this.move(at + PAGE); return true;
      case 'PageUp': this.move(at < 0 ? last : at - PAGE); return true;
      case 'Home': this.move(0); return true;
      case 'End': this.move(last); return true;
      case 't': this.toggle(); return true;
      case 'e': /* as on a figure in the text */
      case 'Enter': this.evidence(); return true;
      case 'Escape':
        if (at < 0) this.parts.plot.blur();
        else this.leave();
        return true;
    }
    return false;
  }

  private wireKeys(): void {
    const { plot } = this.parts;
    plot.addEventListener('keydown', (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey || !this.key(e)) return;
      e.preventDefault();
      e.stopPropagation();
    });
    plot.addEventListener('blur', () => this.leave());
  }

  private wirePointer(): void {
    const { plot } = this.parts;
    const place = (e: MouseEvent): [number, number] => {
      const r = plot.getBoundingClientRect();
      return [e.clientX - r.left, e.clientY - r.top];
    };
    plot.addEventListener('pointermove', (e) => {
      const i = this.view.pick(...place(e));
      if (i !== this.index) this.move(i);
      plot.classList.toggle('hot', this.view.hot(...place(e)));
    });
    plot.addEventListener('pointerdown', (e) => this.move(this.view.pick(...place(e))));
    plot.addEventListener('pointerleave', (e) => {
      if (e.pointerType === 'mouse' && document.activeElement !== plot) this.leave();
    });
    plot.addEventListener('click', (e) => {
      if (this.view.hot(...place(e))) this.evidence();
    });
  }

  private evidence(): void {
    const { chart, context, parts } = this;
    if (this.index < 0) return;
    const rect = this.view.spot(this.index, this.series);
    showEvidence(pointEvidence(chart, this.index, this.series, context), parts.plot, context, rect.bottom);
  }

  private toggle(): void {
    const { table, toggle } = this.parts;
    table.hidden = !table.hidden;
    toggle.setAttribute('aria-expanded', String(!table.hidden));
  }

  private wireFoot(): void {
    const { figure, toggle, table } = this.parts;
    const { chart, context } = this;
    const on = (name: string, act: () => void): void =>
      figure.querySelector(`[data-do=${name}]`)?.addEventListener('click', act);
    const svg = (): string => exportSvg(chart, { width: 0, measure: measured, setting: context.setting });
    toggle.addEventListener('click', () => this.toggle());
    on('csv', () => save(chart.id + '.csv', 'text/csv', tableCsv(tableOf(chart, context.setting))));
    on('svg', () => save(chart.id + '.svg', 'image/svg+xml', svg()));
    on('png', () => savePng(chart.id + '.png', svg()));
    const more = windowed(table);
    if (more) table.caption?.append(' ', more);
    const link = figure.querySelector<HTMLElement>('.foot [data-figure]');
    link?.addEventListener('click', (e) => {
      const f = context.data.figures[link.dataset['figure'] || ''];
      if (f) showEvidence(f, link, context);
      e.preventDefault();
    });
  }
}

function evidenceHtml(chart: Chart): string {
  const e = chart.evidence;
  const words = escape(e.text);
  const link = /^(https?:\/\/|#)/.test(e.address || '') ? escape(e.address || '') : '';
  const inner = e.figure
    ? `<a class="figure" href="#ev-${escape(e.figure)}" data-figure="${escape(e.figure)}" data-own>${words}</a>`
    : link ? `<a class="figure" href="${link}">${words}</a>` : `<span>${words}</span>`;
  return `<span class="v ${markOf(e.verdict, e.mark)}">${inner}<span class="vh">, ${escape(e.verdict)}</span></span>`;
}

/* Title and table that the page came with make way for the same, made from the data. The title is
 * no longer a figcaption, because a figure that has one may not be a group. */
function build(figure: HTMLElement, chart: Chart, setting: Setting): Parts {
  const id = `c-${chart.id}`;
  const summary = kindOf(chart).summary(chart, setting);
  figure.innerHTML =
    `<p class="title" id="${id}-t">${escape(chart.title)}</p>` +
    `<div class="reading"><p class="sub">${escape(subtitle(chart))}</p><p class="seen" aria-hidden="true" hidden></p>` +
    `<p class="vh said" role="status" aria-live="polite"></p></div>` +
    `<p class="vh" id="${id}-s">${escape(subtitle(chart))}. ${escape(summary)}</p><p class="vh" id="${id}-k">${HINT}</p>` +
    `<div class="plot" tabindex="0" role="application" aria-roledescription="chart" aria-label="${escape(chart.title)}" ` +
    `aria-describedby="${id}-s ${id}-k" aria-details="${id}-d"></div>` +
    `<div class="foot">${evidenceHtml(chart)}<span class="tools">` +
    `<button type="button" aria-expanded="false" aria-controls="${id}-d">Table</button>` +
    ['csv', 'svg', 'png'].map((f) => `<button type="button" data-do="${f}">${f.toUpperCase()}</button>`).join('') +
    `</span></div><table class="data" id="${id}-d" hidden>${tableHtml(tableOf(chart, setting))}</table>`;
  figure.classList.add('drawn');
  figure.setAttribute('role', 'group');
  figure.setAttribute('aria-labelledby', `${id}-t`);
  figure.setAttribute('aria-describedby', `${id}-s`);
  const get = (selector: string): HTMLElement => figure.querySelector(selector) as HTMLElement;
  return {
    figure,
    sub: get('.sub'),
    seen: get('.seen'),
    said: get('.said'),
    plot: get('.plot'),
    table: get('table') as HTMLTableElement,
    toggle: get('.tools button') as HTMLButtonElement,
  };
}
