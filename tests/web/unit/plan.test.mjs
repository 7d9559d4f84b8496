/* Handles of the what-if: limits hold, and a total that is kept is kept to the last bit that matters. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf, moved, spendOf, totalOf } from './parts.mjs';

const channel = (name, now, held = false) => ({ name, now, floor: 0.7 * now, ceiling: 1.3 * now, held });
const FOUR = [channel('a', 100), channel('b', 50), channel('c', 10), channel('d', 40, true)];

test('what one gives, the others take in proportion to their room', () => {
  const spend = moved({}, FOUR, 'a', 88, true);
  assert.equal(spendOf(spend, FOUR[0]), 88);
  assert.ok(Math.abs(spend.b - 60) < 1e-9); /* rooms 15 and 3 share 12 */
  assert.ok(Math.abs(spend.c - 12) < 1e-9);
  assert.equal(spendOf(spend, FOUR[3]), 40);
  assert.ok(Math.abs(totalOf(spend, FOUR) - 200) < 1e-9);
});

test('where the others have no room the handle stops', () => {
  const spend = moved({}, FOUR, 'a', 70, true);
  assert.ok(Math.abs(spend.a - 82) < 1e-9); /* 15 + 3 is all they can take */
  assert.ok(Math.abs(spend.b - 65) < 1e-9 && Math.abs(spend.c - 13) < 1e-9);
});

test('a total that may change changes by the one handle; what is held never moves', () => {
  assert.deepEqual(moved({}, FOUR, 'b', 500, false), { b: 65 });
  assert.deepEqual(moved({}, FOUR, 'd', 50, false), {});
  assert.deepEqual(changesOf({ b: 65, d: 50 }, FOUR), ['b=1.3000']);
});

test('any walk of the handles keeps total and limits', () => {
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  let spend = {};
  for (let i = 0; i < 5000; i++) {
    const c = FOUR[Math.floor(random() * 4)];
    spend = moved(spend, FOUR, c.name, c.now * (0.5 + random()), true);
    assert.ok(Math.abs(totalOf(spend, FOUR) - 200) < 1e-6);
    FOUR.forEach((x) => assert.ok(spendOf(spend, x) >= x.floor - 1e-6 && spendOf(spend, x) <= x.ceiling + 1e-6));
  }
});
