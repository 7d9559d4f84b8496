/* evidence.ts: what stands behind a figure, opened beside it.
 *
 * One at a time. It opens by a click or by e on the focused figure, takes the focus, and gives it
 * back on Esc. On paper the list at the end of the page takes its place, and every figure carries
 * the number of its note. */

import { linear } from '../charts/layout';
import { markOf } from '../charts/marks';
import { bare, digitsOf, figure as figureText, percent, range } from '../charts/numbers';
import type { Manner } from '../charts/numbers';
import { band, dot, escape, rule, text } from '../charts/svg';
import { kindOf } from '../charts/kind';
import type { Chart, Figure, ReviewData } from '../charts/types';
import { mannerOf } from '../charts/words';
import type { Setting } from '../charts/words';
import { all, make, measured, plainKey } from './dom';

export interface Context {
  data: ReviewData;
  setting: Setting;
  behind: Behind | undefined;
}

/** What the console adds to the open panel; gives back what to call when it closes. A page that is a
 * file has none of it. */
export type Behind = (panel: HTMLElement, figure: Figure) => () => void;

function mannerFor(f: Figure, setting: Setting): Manner {
  const { unit, noun, signed } = f;
  return { locale: setting.locale, currency: setting.currency, unit, noun, signed };
}

/** The evidence of a point or row: its own figure if it names one, else what the chart knows. */
export function pointEvidence(chart: Chart, index: number, series: number, context: Context): Figure {
  const p = kindOf(chart).point(chart, index, series);
  const named = p.figure ? context.data.figures[p.figure] : undefined;
  if (named) return named;
  const digits = digitsOf(p.value, p.lo, p.hi, chart.unit);
  const behind = chart.evidence.figure ? context.data.figures[chart.evidence.figure] : undefined;
  const out: Figure = {
    key: chart.id + index,
    text: figureText(p.value, digits, mannerOf(chart, context.setting)),
    what: `${p.label}. ${chart.quantity}`,
    value: p.value, lo: p.lo, hi: p.hi, probability: chart.probability,
    unit: chart.unit, signed: chart.signed === true,
    verdict: p.verdict, kind: behind ? behind.kind : p.forecast ? 'forecast' : 'estimated', run: p.run,
    window: behind ? behind.window : '', repeat: behind ? behind.repeat : '',
  };
  if (p.mark) out.mark = p.mark;
  if (chart.evidence.address) out.address = chart.evidence.address;
  return out;
}

/* The interval on a line, with what it is to be compared with. */
function drawnInterval(f: Figure, setting: Setting, width: number): string {
  if (f.lo === null || f.hi === null || f.value === null) return '';
  const m = mannerFor(f, setting);
  const d = digitsOf(f.value, f.lo, f.hi, f.unit);
  const ref = f.reference || { value: 0, label: '0' };
  const values = [f.lo, f.hi, f.value, ref.value];
  const x = linear([Math.min(...values), Math.max(...values)], [12, width - 12]);
  const at = (v: number, words: string): string => {
    const half = measured(words, 12, 400) / 2;
    return text(Math.max(0, Math.min(width - 2 * half, x(v) - half)), 39, words);
  };
  const close = Math.abs(x(f.lo) - x(f.hi)) < 64;
  const near = (v: number): boolean => Math.min(Math.abs(x(v) - x(f.lo as number)), Math.abs(x(v) - x(f.hi as number))) < 56;
  const ends = close ? at((f.lo + f.hi) / 2, range(f.lo, f.hi, d, m)) : at(f.lo, bare(f.lo, d, m)) + at(f.hi, bare(f.hi, d, m));
  return (
    `<svg width="${width}" height="44" viewBox="0 0 ${width} 44" aria-hidden="true" focusable="false">` +
    band(x(f.lo), x(f.hi), 13, 9) + rule(x(ref.value), 5, x(ref.value), 21, 'edge', 1.2) +
    dot(x(f.value), 13, 4.2, 'accent', f.kind === 'forecast') + ends + (near(ref.value) ? '' : at(ref.value, ref.label)) + '</svg>'
  );
}

const GRADES: Record<string, string> = {
  A: 'A, randomised',
  B: 'B, geo or quasi-experiment with passing placebos',
  C: 'C, model calibrated by an experiment',
  D: 'D, model alone',
  E: 'E, description, not an effect',
};

function intervalText(f: Figure, setting: Setting): string {
  if (f.interval) return f.interval;
  if (f.lo === null || f.hi === null) return '';
  const d = digitsOf(f.value, f.lo, f.hi, f.unit);
  const p = f.probability === null ? '' : percent(f.probability) + ': ';
  return p + range(f.lo, f.hi, d, mannerFor(f, setting));
}

const outward = (address: string | undefined): boolean => /^https?:\/\//.test(address || '');

function rowsOf(f: Figure, setting: Setting): string {
  const row = (name: string, value: string | undefined, code = false): string =>
    value ? `<dt>${name}</dt><dd>${code ? `<code>${escape(value)}</code>` : escape(value)}</dd>` : '';
  return (
    row('Interval', intervalText(f, setting)) + row('Kind', f.kind) + row('Grade', f.grade && GRADES[f.grade]) +
    row('Run', f.run) + row('Data', f.window) + row('Calibrated by', f.calibrated) +
    row('Checks', f.checks) + row('Repeat', f.repeat, true) + row('Address', outward(f.address) ? undefined : f.address)
  );
}

function insideOf(f: Figure, setting: Setting, width: number): string {
  const mark = markOf(f.verdict, f.mark);
  const open = outward(f.address) ? `<a href="${escape(f.address || '')}">Permanent address</a>` : '';
  const ledger = f.ledger ? `<span class="entry">Ledger ${escape(f.ledger)}</span>` : '';
  return (
    `<p class="head"><b id="ev-head">${escape(f.text)}</b><span class="v tint ${mark}">${escape(f.verdict)}</span></p>` +
    `<p class="what">${escape(f.what)}</p>${drawnInterval(f, setting, width)}<dl>${rowsOf(f, setting)}</dl>` +
    `<p class="acts">${open}<button type="button" data-do="close">Close</button>${ledger}</p>`
  );
}

let open: { panel: HTMLElement; from: HTMLElement; end: (() => void) | undefined } | null = null;

function close(giveBack: boolean): void {
  if (!open) return;
  const { panel, from, end } = open;
  open = null;
  end?.();
  panel.remove();
  from.classList.remove('open');
  if (giveBack) from.focus();
}

/** Opens the evidence below `from`; `offset` is a place inside it, for a point of a
 * chart. */
export function showEvidence(f: Figure, from: HTMLElement, context: Context, offset?: number): void {
  close(false);
  const main = from.closest('.page') as HTMLElement;
  const frame = main.getBoundingClientRect();
  const style = getComputedStyle(main);
  const left = parseFloat(style.paddingLeft);
  const room = main.clientWidth - left - parseFloat(style.paddingRight);
  const width = Math.min(464, room);
  const at = from.getBoundingClientRect();
  const panel = make('div', { class: 'panel', role: 'dialog', 'aria-labelledby': 'ev-head', tabindex: '-1' });
  panel.innerHTML = insideOf(f, context.setting, width - 40);
  panel.style.width = width + 'px';
  panel.style.left = Math.max(left, Math.min(at.left - frame.left - 20, left + room - width)) + 'px';
  panel.style.top = (offset === undefined ? at.bottom + 8 : at.top + offset + 6) - frame.top + 'px';
  main.appendChild(panel);
  from.classList.add('open');
  open = { panel, from, end: context.behind?.(panel, f) };
  panel.querySelector('[data-do=close]')?.addEventListener('click', () => close(true));
  panel.addEventListener('keydown', (e) => {
    if (e.key === 'Escape') close(true);
  });
  panel.addEventListener('focusout', (e) => {
    if (e.relatedTarget && !panel.contains(e.relatedTarget as Node)) close(false);
  });
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: 'nearest' });
}

/** Closes what is open, as when the page it belongs to goes away. */
export const closeEvidence = (): void => close(false);

/** Name, key and click for every figure of the text, and its note's number for paper. */
export function wireFigures(context: Context, root: ParentNode): void {
  const notes: Record<string, string> = {};
  all<HTMLElement>('.evidence li', root).forEach((li, i) => (notes[li.id] = String(i + 1)));
  all<HTMLElement>('a.figure[data-figure]', root).forEach((a) => {
    const key = a.dataset['figure'] || '';
    const f = context.data.figures[key];
    const note = notes['ev-' + key];
    if (note) a.dataset['note'] = note;
    if (!f || a.hasAttribute('data-own')) return;
    a.setAttribute('aria-label', nameOf((a.textContent || '').trim(), f, context.setting));
    a.addEventListener('click', (e) => {
      e.preventDefault();
      showEvidence(f, a, context);
    });
    a.addEventListener('keydown', (e) => {
      if (e.key === 'e' && plainKey(e)) showEvidence(f, a, context);
    });
  });
  const asked = all<HTMLElement>(`a.figure[href="${location.hash.replace(/[^#\w.-]/g, '')}"]`, root)[0];
  if (asked && location.hash) asked.click(); /* the page's address with #ev-KEY is a figure's own */
}

document.addEventListener('pointerdown', (e) => {
  if (open && !open.panel.contains(e.target as Node)) close(false);
});

/** "€0.38, 80% interval 0.21 to 0.58, converged" */
function nameOf(words: string, f: Figure, setting: Setting): string {
  const parts = [words];
  if (f.lo !== null && f.hi !== null) {
    const d = digitsOf(f.value, f.lo, f.hi, f.unit);
    const p = f.probability === null ? '' : percent(f.probability) + ' ';
    parts.push(`${p}interval ${range(f.lo, f.hi, d, mannerFor(f, setting))}`);
  }
  return parts.concat(f.verdict).join(', ');
}
