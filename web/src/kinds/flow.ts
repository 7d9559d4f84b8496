/* flow.ts: the ways people went, in layers.
 *
 * Bars are people at a place, ribbons those who went from one place to the next. One way may be
 * picked out; the others stay quiet. Heights share one scale, so that ribbons add up to bars. */

import {
  addKind, box, digitsFor, emptyView, escape, exactly, figure, head, mannerOf, paint, px, spoken, text,
  word,
} from '../charts/kit';
import type { Canvas, Digits, Setting, Table, View } from '../charts/kit';
import type { FlowChart } from '../charts/types';

type Node = FlowChart['series']['layers'][number]['nodes'][number];
type Link = FlowChart['series']['links'][number];

const TOP = 34;
const BAR = 6;
const GAP = 12;

/* On a phone every label stands right of its bar, cut to its column. */
const isNarrow = (canvas: Canvas): boolean => canvas.width < 440;

function cut(words: string, width: number, weight: number, canvas: Canvas): string {
  if (canvas.measure(words, 12, weight) <= width) return words;
  let n = words.length - 1;
  while (n > 1 && canvas.measure(words.slice(0, n) + '…', 12, weight) > width) n--;
  return words.slice(0, n).trim() + '…';
}

interface Placed {
  node: Node;
  layer: number;
  x: number;
  y: number;
  h: number;
}

const digits = (chart: FlowChart): Digits =>
  digitsFor(chart.series.layers.flatMap((l) => l.nodes.map((n) => n.value)), null, chart.unit);

function label(chart: FlowChart, n: Node, setting: Setting): string {
  return figure(n.value, digits(chart), { ...mannerOf(chart, setting), noun: undefined });
}

function placesOf(chart: FlowChart, canvas: Canvas, height: number): Placed[] {
  const layers = chart.series.layers;
  const wide = (n: Node): number => Math.max(canvas.measure(n.label, 12, 600), canvas.measure(label(chart, n, canvas.setting), 12, 400));
  const narrow = isNarrow(canvas);
  const left = narrow ? 0 : Math.max(0, ...(layers[0]?.nodes || []).map(wide)) + 10;
  const right = narrow ? canvas.width * (1 - 1 / Math.max(1, layers.length))
    : canvas.width - Math.max(0, ...(layers[layers.length - 1]?.nodes || []).map(wide)) - 12 - BAR;
  const most = Math.max(1, ...layers.map((l) => l.nodes.reduce((t, n) => t + n.value, 0)));
  const tallest = Math.max(...layers.map((l) => l.nodes.length));
  /* A bar's label needs 20 whatever the bar's height: what small bars take, large ones give. */
  const room = (l: FlowChart['series']['layers'][number], scale: number): number =>
    l.nodes.reduce((t, n) => t + Math.max(20, n.value * scale), GAP * (tallest - 1));
  const full = height - TOP - 6;
  let scale = (full - GAP * (tallest - 1)) / most;
  for (let i = 0; i < 40 && layers.some((l) => room(l, scale) > full); i++) scale *= 0.95;
  const step = layers.length > 1 ? (right - left) / (layers.length - 1) : 0;
  return layers.flatMap((l, k) => {
    let y = TOP;
    return l.nodes.map((node) => {
      const h = Math.max(2, node.value * scale);
      const placed = { node, layer: k, x: left + step * k, y, h };
      y += Math.max(h, 20) + GAP;
      return placed;
    });
  });
}

/* Ribbons leave and enter in the order of the bars at their other end, so that few of them cross. */
function ribbons(chart: FlowChart, places: Placed[]): string {
  const by: Record<string, Placed> = {};
  places.forEach((p) => (by[p.node.id] = p));
  const out: Record<string, number> = {};
  const into: Record<string, number> = {};
  const order = (id: string): number => places.findIndex((p) => p.node.id === id);
  const links = chart.series.links.slice().sort((a, b) => order(a.from) - order(b.from) || order(a.to) - order(b.to));
  const quiet: string[] = [];
  const picked: string[] = [];
  links.forEach((l) => {
    const a = by[l.from];
    const b = by[l.to];
    if (!a || !b) return;
    const ha = (l.value / (a.node.value || 1)) * a.h;
    const hb = (l.value / (b.node.value || 1)) * b.h;
    const ya = a.y + (out[l.from] || 0);
    const yb = b.y + (into[l.to] || 0);
    out[l.from] = (out[l.from] || 0) + ha;
    into[l.to] = (into[l.to] || 0) + hb;
    const x1 = a.x + BAR;
    const middle = (x1 + b.x) / 2;
    const d = `M${px(x1)},${px(ya)}C${px(middle)},${px(ya)} ${px(middle)},${px(yb)} ${px(b.x)},${px(yb)}` +
      `V${px(yb + hb)}C${px(middle)},${px(yb + hb)} ${px(middle)},${px(ya + ha)} ${px(x1)},${px(ya + ha)}Z`;
    (l.picked ? picked : quiet).push(`<path d="${d}" fill="${paint(l.picked ? 'band2' : 'line')}" fill-opacity="${l.picked ? 1 : 0.75}"/>`);
  });
  return quiet.join('') + picked.join('');
}

function bars(chart: FlowChart, places: Placed[], canvas: Canvas): string {
  const narrow = isNarrow(canvas);
  const room = canvas.width / Math.max(1, chart.series.layers.length) - BAR - 12;
  return places.map(({ node, layer, x, y, h }) => {
    const first = layer === 0 && !narrow;
    const anchor = first ? 'end' as const : 'start' as const;
    const at = first ? x - 8 : x + BAR + 6;
    const middle = y + h / 2;
    return box(x, y, BAR, h, paint(node.picked ? 'accent' : 'ink3')) +
      text(at, middle - 2, narrow ? cut(node.label, room, 600, canvas) : node.label, { weight: 600, fill: 'ink', anchor, halo: true }) +
      text(at, middle + 13, label(chart, node, canvas.setting), { fill: 'ink2', anchor, halo: true });
  }).join('');
}

function view(chart: FlowChart, canvas: Canvas): View {
  if (!chart.series.layers.length) return emptyView(canvas);
  const tallest = Math.max(1, ...chart.series.layers.map((l) => l.nodes.length));
  const height = Math.max(220, TOP + tallest * 46);
  const places = placesOf(chart, canvas, height);
  const heads = chart.series.layers.map((l, k) => {
    const at = places.filter((p) => p.layer === k)[0];
    if (!at) return '';
    const narrow = isNarrow(canvas);
    const last = k === chart.series.layers.length - 1 && k > 0 && !narrow;
    const first = k === 0 && !narrow;
    const words = narrow ? cut(l.name, canvas.width / chart.series.layers.length - 8, 400, canvas) : l.name;
    return text(last ? canvas.width : first ? at.x + BAR : at.x, 12, words, { anchor: last || first ? 'end' : 'start' });
  }).join('');
  return {
    width: canvas.width, height, series: 1, count: places.length,
    body: heads + ribbons(chart, places) + bars(chart, places, canvas),
    spot: (i) => {
      const p = places[i] as Placed;
      return { x: p.x + BAR / 2, y: p.y + p.h / 2, top: p.y - 3, bottom: p.y + p.h + 3 };
    },
    pick: (x, y) => {
      let best = 0;
      const far = (p: Placed): number => Math.abs(p.x - x) * 4 + Math.abs(p.y + p.h / 2 - y);
      places.forEach((p, i) => {
        if (far(p) < far(places[best] as Placed)) best = i;
      });
      return best;
    },
    hot: () => false,
    under: () => '',
  };
}

const nodes = (chart: FlowChart): Node[] => chart.series.layers.flatMap((l) => l.nodes);

/* "Paid social, 84k people, first touch; on to Site visit 52k, Email sign-up 20k". */
function say(chart: FlowChart, index: number, write: (v: number) => string): string[] {
  const n = nodes(chart)[index] as Node;
  const names: Record<string, string> = {};
  nodes(chart).forEach((one) => (names[one.id] = one.label));
  const part = (l: Link, other: string): string => `${names[other] || other} ${write(l.value)}`;
  const on = chart.series.links.filter((l) => l.from === n.id).sort((a, b) => b.value - a.value).map((l) => part(l, l.to));
  const from = chart.series.links.filter((l) => l.to === n.id).sort((a, b) => b.value - a.value).map((l) => part(l, l.from));
  const layer = chart.series.layers.filter((l) => l.nodes.indexOf(n) >= 0)[0];
  const more = on.length ? 'on to ' + on.join(', ') : from.length ? 'from ' + from.join(', ') : '';
  return [n.label, layer?.name || '', write(n.value), more];
}

function table(chart: FlowChart, setting: Setting): Table {
  const names: Record<string, Node> = {};
  nodes(chart).forEach((n) => (names[n.id] = n));
  const d = digits(chart);
  const m = { ...mannerOf(chart, setting), noun: undefined };
  return {
    caption: chart.title,
    heads: [head('From', 'from'), head('To', 'to'), head('People', 'value', true), head('Run', 'run')],
    rows: chart.series.links.map((l) => [word(names[l.from]?.label || l.from), word(names[l.to]?.label || l.to),
      { text: figure(l.value, d, m), exact: exactly(l.value) }, word(chart.run)]),
  };
}

addKind<FlowChart>('flow', {
  view, table,
  reading: (chart, index, _series, setting) => {
    const m = mannerOf(chart, setting);
    const [name, layer, value, more] = say(chart, index, (v) => figure(v, digits(chart), { ...m, noun: undefined }));
    return `<b class="at">${escape(name || '')}</b>, ${escape(layer || '')}: <b>${escape(value || '')}</b>${more ? escape(', ' + more) : ''}`;
  },
  spoken: (chart, index, _series, setting) => {
    const m = { ...mannerOf(chart, setting), noun: undefined };
    const [name, layer, value, more] = say(chart, index, (v) => spoken(v, digits(chart), m));
    return `${name}, ${layer}: ${value} ${chart.noun || ''}${more ? ', ' + more : ''}.`;
  },
  summary: (chart, setting) => {
    const m = { ...mannerOf(chart, setting), noun: undefined };
    return chart.series.layers.map((l) =>
      `${l.name}: ${l.nodes.map((n) => `${n.label} ${spoken(n.value, digits(chart), m)}`).join(', ')}.`).join(' ');
  },
  point: (chart, index) => {
    const n = nodes(chart)[index] as Node;
    return { label: n.label, value: n.value, lo: null, hi: null, verdict: 'counted', run: chart.run };
  },
});
