import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, areaPath, linePath, linear, roughly, runs, spread, ticks, wrap } from './parts.mjs';

/* A stream of odd numbers in (0, 1), the same every time. */
function odd(seed) {
  let s = seed;
  return () => (s = (s * 48271) % 2147483647) / 2147483647;
}

test('ticks are three to five round values inside the range, whatever the range', () => {
  const next = odd(71);
  for (let k = 0; k < 4000; k++) {
    const size = 10 ** (next() * 12 - 4);
    const lo = (next() - 0.5) * size * 3;
    const hi = lo + size * (0.1 + next());
    const found = ticks(lo, hi);
    assert.ok(found.length >= 3 && found.length <= 5, `${lo} to ${hi}: ${found}`);
    const slack = (hi - lo) * 1e-6;
    assert.ok(found[0] >= lo - slack && found.at(-1) <= hi + slack);
    const step = found[1] - found[0];
    found.forEach((v, i) => i && assert.ok(Math.abs(v - found[i - 1] - step) <= step * 1e-6));
    assert.match(step.toPrecision(6), /^0?\.?0*[12345]/);
  }
});

test('ticks hold zero and decimals exactly', () => {
  assert.deepEqual(ticks(-1.1, 0.6), [-1, -0.5, 0, 0.5]);
  assert.deepEqual(ticks(0, 0.35), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(ticks(637, 851), [650, 700, 750, 800, 850]);
  assert.deepEqual(ticks(7.3, 7.3), [7.3]);
});

test('spread keeps the gap and the order, and moves nothing without need', () => {
  assert.deepEqual(spread([40, 90], 15, 0, 200), [40, 90]);
  assert.deepEqual(spread([90, 40], 15, 0, 200), [90, 40]);
  const next = odd(9);
  for (let k = 0; k < 500; k++) {
    const wanted = Array.from({ length: 4 }, () => next() * 100);
    const out = spread(wanted, 15, 0, 100);
    const byWish = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b).map((i) => out[i]);
    byWish.forEach((y, i) => {
      assert.ok(y >= -1e-9 && y <= 100 + 1e-9);
      if (i) assert.ok(y - byWish[i - 1] >= 15 - 1e-9);
    });
  }
});

test('labels that would touch are left out, and the first stays', () => {
  const labels = [0, 30, 44, 90].map((x) => ({ x, width: 24 }));
  assert.deepEqual(apart(labels, 10).map((l) => l.x), [0, 44, 90]);
});

test('wrapped lines fit and lose no word', () => {
  const words = 'Paid social reached the same people more often after the budget step of October';
  for (const width of [90, 130, 240, 900]) {
    const lines = wrap(words, width, 13, 400, roughly);
    assert.equal(lines.join(' '), words);
    lines.forEach((l) => assert.ok(roughly(l, 13, 400) <= width || !l.includes(' ')));
  }
});

test('a gap is never bridged', () => {
  assert.deepEqual(runs([1, null, 2, 3, null]), [[1], [2, 3]]);
  assert.equal(linePath([[0, 1.26], [2, 3], null, [4, 5]]), 'M0,1.3L2,3M4,5');
  assert.equal(areaPath([[{ x: 0, y0: 9, y1: 1 }, { x: 5, y0: 8, y1: 2 }]]), 'M0,1L5,2L5,8L0,9Z');
});

test('a scale of one value puts it in the middle', () => {
  assert.equal(linear([4, 4], [10, 30])(4), 20);
  assert.equal(linear([-3, 7], [100, 0])(7), 0);
});
