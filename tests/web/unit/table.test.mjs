import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csv, sampleData, tableCsv, tableHtml, tableOf } from './parts.mjs';

const data = sampleData();
const chart = (id) => data.charts.find((c) => c.id === id);

/* A reader of RFC 4180 written apart from the writer. */
function parse(text) {
  const rows = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') { cell += '"'; i++; }
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ',') { rows.at(-1).push(cell); cell = ''; }
    else if (c === '\r') { rows.at(-1).push(cell); cell = ''; if (text[++i] !== '\n') throw new Error('CR alone'); rows.push([]); }
    else cell += c;
  }
  rows.pop();
  return rows;
}

test('cells come back as they went in', () => {
  const rows = [['a', 'b,c', 'say "x"'], ['line\r\nbreak', '', ' 7 '], ['-12.5', '+3', '1e-7']];
  assert.deepEqual(parse(csv(rows)), rows);
});

test('a cell that a spreadsheet would run is kept as text', () => {
  assert.deepEqual(parse(csv([['=1+1', '@x', '+SUM(A1)', '-x', '-4']])), [["'=1+1", "'@x", "'+SUM(A1)", "'-x", '-4']]);
});

test('csv carries exact values with lo, hi, verdict and run', () => {
  const rows = parse(tableCsv(tableOf(chart('changes'), data)));
  assert.deepEqual(rows[0], ['what', 'value', 'lo', 'hi', 'verdict', 'run']);
  assert.deepEqual(rows[1].slice(1), ['-61700', '-96300', '-29600', 'converged', 'mix-46']);
  assert.deepEqual(rows[5].slice(1), ['', '', '', 'not identified', 'mix-46'], 'no figure for what was not identified');
  const line = parse(tableCsv(tableOf(chart('cm2-weekly'), data)));
  assert.deepEqual(line[0], ['period', 'days', 'actual', 'expected', 'lo', 'hi', 'band', 'verdict', 'run']);
  const points = chart('cm2-weekly').series.points;
  assert.equal(line.length, points.length + 1);
  points.forEach((p, i) => assert.deepEqual(line[i + 1].slice(2, 6), [p.actual, p.expected, p.lo, p.hi].map((v) => (v === null ? '' : String(v)))));
});

test('the table holds every point, escaped, and folds what is beyond two hundred', () => {
  const points = Array.from({ length: 417 }, (_, i) => ({ ...chart('renewals').series.points[0], label: `P${i} <x>` }));
  const html = tableHtml(tableOf({ ...chart('renewals'), series: { points } }, data));
  assert.equal(html.match(/<tr/g).length, 418);
  assert.equal(html.match(/class="beyond"/g).length, 217);
  assert.ok(!html.includes('<x>') && html.includes('P3 &#60;x&#62;'));
});
