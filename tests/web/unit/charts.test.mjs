/* Drawings: what must be in them, and nothing outside them or on top of each other. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportSvg, kindOf, LIGHT, lineView, MARKS, markOf, roughly, rowsView, sampleData } from './parts.mjs';

const data = sampleData();
const chart = (id) => data.charts.find((c) => c.id === id);
const canvas = (width) => ({ width, measure: roughly, setting: data });
const lineChart = (id, width, change = (c) => c) => lineView(change(chart(id)), canvas(width));

/* Every text of a drawing as a box. Groups that move (marks) hold no text. */
function texts(body) {
  return [...body.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)" font-size="(\d+)"([^>]*)>([^<]*)<\/text>/g)].map(([, x, y, size, rest, raw]) => {
    const words = raw.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n));
    const width = roughly(words, Number(size), rest.includes('600') ? 600 : 400);
    const anchor = /text-anchor="(\w+)"/.exec(rest)?.[1];
    const left = Number(x) - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0);
    return { words, left, right: left + width, top: Number(y) - size * 0.75, bottom: Number(y) + size * 0.2 };
  });
}

function assertClear(view, name) {
  const boxes = texts(view.body);
  assert.ok(boxes.length > 4, name);
  boxes.forEach((a, i) => {
    assert.ok(a.left >= -13 && a.right <= view.width + 13, `${name}: "${a.words}" leaves the drawing`);
    boxes.slice(i + 1).forEach((b) => {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      assert.ok(apart, `${name}: "${a.words}" lies on "${b.words}"`);
    });
  });
}

for (const width of [984, 680, 636, 464, 350, 280]) {
  test(`at ${width} px no text lies on another or leaves the drawing`, () => {
    for (const c of data.charts) {
      assertClear(kindOf(c).view(c, canvas(width)), `${c.id} at ${width}`);
    }
  });
}

test('the two names keep their distance where the lines meet', () => {
  const view = lineChart('renewals', 464, (c) => {
    const points = c.series.points.map((p) => ({ ...p, actual: p.expected }));
    return { ...c, series: { points } };
  });
  const [actual] = texts(view.body).filter((t) => t.words === 'actual');
  const [expected] = texts(view.body).filter((t) => t.words === 'expected');
  assert.ok(Math.abs(actual.top - expected.top) >= 15);
});

test('every point outside its band has a dot, and no other', () => {
  const c = chart('renewals');
  const outside = c.series.points.filter((p) => p.actual !== null && (p.actual < p.lo || p.actual > p.hi)).length;
  assert.ok(outside > 0);
  assert.equal(lineView(c, canvas(464)).body.match(/<circle/g).length, outside);
});

test('what is not seen yet is dashed; a gap in the actual is not bridged', () => {
  const view = lineChart('cm2-weekly', 636);
  assert.match(view.body, /stroke-dasharray="3 3"/);
  const actual = /<path d="([^"]*)" fill="none" stroke="var\(--ink\)"/.exec(lineChart('renewals', 464).body)[1];
  assert.equal(actual.match(/M/g).length, 2, 'week 28 is missing, so the line has two parts');
});

test('months of another year carry it, once', () => {
  const c = chart('renewals');
  const points = Array.from({ length: 53 }, (_, i) => {
    const start = new Date(Date.UTC(2025, 10, 10 + 7 * i)).toISOString().slice(0, 10);
    return { ...c.series.points[0], label: `P${i}`, start, end: undefined };
  });
  for (const width of [984, 464]) {
    const words = texts(lineView({ ...c, series: { points } }, canvas(width)).body).map((t) => t.words);
    assert.deepEqual(words.filter((w) => /20\d\d/.test(w)), ['Nov 2025'], words.join(' '));
  }
});

test('zero is drawn where it has meaning', () => {
  const zero = (c) => /stroke="var\(--ink\)" stroke-width="1.2"/.test(lineView(c, canvas(464)).body);
  assert.equal(zero(chart('renewals')), false);
  assert.equal(zero({ ...chart('renewals'), zero: true }), true);
});

test('rows share one scale, one zero line and one row of ticks', () => {
  const c = chart('changes');
  const view = rowsView(c, canvas(984));
  assert.equal(view.body.match(/stroke="var\(--ink\)" stroke-width="1.2"/g).length, 1);
  assert.deepEqual(texts(view.body).slice(0, 4).map((t) => t.words), ['−100k', '−50k', '0', '+50k']);
  const spots = c.series.rows.map((r, i) => ({ v: r.value, x: view.spot(i, 0).x })).filter((s) => s.v !== null);
  const slope = (spots[0].x - spots[2].x) / (spots[0].v - spots[2].v);
  spots.forEach((s) => assert.ok(Math.abs(spots[0].x + (s.v - spots[0].v) * slope - s.x) < 0.2));
});

test('a row that is not identified is hatched, says none and has no dot', () => {
  const view = rowsView(chart('changes'), canvas(984));
  assert.equal(view.body.match(/url\(#hatch-changes\)/g).length, 1);
  assert.equal(view.body.match(/<circle cx="[\d.]+" cy="[\d.]+" r="4.9"/g).length, 4);
  assert.equal(texts(view.body).filter((t) => t.words === 'none').length, 1);
  assert.equal(view.spot(4, 0).y, null);
  assert.match(view.body, /l5 5\.5l-5 5\.5/, 'its prior leaves the scale to the right');
});

test('hollow is if', () => {
  const view = rowsView(chart('worth'), canvas(984));
  assert.equal(view.body.match(/fill="var\(--page\)" stroke="var\(--accent\)" stroke-width="2"/g).length, 3);
});

test('the pointer finds the nearest point and the row below it', () => {
  const line = lineChart('renewals', 464);
  for (const i of [0, 7, 27]) assert.equal(line.pick(line.spot(i, 1).x + 3, 90), i);
  const rows = rowsView(chart('changes'), canvas(984));
  for (const i of [0, 3, 4]) assert.equal(rows.pick(500, (rows.spot(i, 0).top + rows.spot(i, 0).bottom) / 2), i);
  assert.equal(rows.pick(500, 9999), 4);
});

test('an empty chart, one point and one row are drawn without NaN', () => {
  for (const width of [984, 350]) {
    const each = (c, change) => ({ ...c, series: Object.fromEntries(Object.entries(c.series).map(([name, list]) => [name, change(list)])) });
    const empty = (c) => each(c, () => []);
    const one = (c) => each(c, (list) => list.slice(-1));
    for (const c of data.charts) {
      for (const change of [empty, one]) {
        const view = kindOf(c).view(change(c), canvas(width));
        assert.ok(!/NaN|undefined|Infinity/.test(view.body), `${c.id} ${change.name}`);
      }
    }
  }
});

test('an export carries title, subtitle, run and address, and light colours only', () => {
  for (const c of data.charts) {
    const svg = exportSvg(c, canvas(0));
    assert.ok(!svg.includes('var('), c.id);
    for (const colour of svg.match(/#[0-9A-Fa-f]{6}\b/g)) assert.ok(Object.values(LIGHT).includes(colour), colour);
    const plain = svg.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n));
    for (const words of [c.title, c.quantity, c.evidence.run, 'https://portolan.example/']) assert.ok(plain.includes(words), `${c.id}: ${words}`);
  }
});

test('verdicts find their shape; a word that is not known asks to be looked at', () => {
  assert.equal(markOf('converged'), 'holds');
  assert.equal(markOf('inaccurate'), 'look');
  assert.equal(markOf('not converged'), 'broken');
  assert.equal(markOf('not identified'), 'unidentified');
  assert.equal(markOf('rolled back'), 'broken');
  assert.equal(markOf('something new'), 'look');
  assert.equal(markOf('converged', 'stale'), 'stale');
  assert.equal(new Set(Object.values(MARKS).map((m) => m.art)).size, 8, 'every mark has a shape of its own');
});

test('a density says how likely more is, as its normal does', () => {
  const c = chart('decision');
  const said = (at) => {
    const near = c.series.points.reduce((a, p, i) => (Math.abs(p.at - at) < Math.abs(c.series.points[a].at - at) ? i : a), 0);
    return kindOf(c).spoken(c, near, 0, data);
  };
  assert.match(said(210000), /: 50 in 100\.$/); /* the sample is N(210000, 93600), cut at 3 deviations */
  assert.match(said(210000 + 93600), /: 1[56] in 100\.$/);
  assert.match(said(-71000), /: more than 99 in 100\.$/);
  assert.match(kindOf(c).summary(c, data), /^Median plus 210/);
});
