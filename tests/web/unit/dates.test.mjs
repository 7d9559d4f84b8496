import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayNumber, dayText, month, span } from './parts.mjs';

const short = (a, b) => span(a, b, '2026-11-16', 'en-GB', 'short');

test('spans name the month once and the year only if it is not this one', () => {
  assert.equal(short('2026-11-02', '2026-11-08'), '2 to 8 Nov');
  assert.equal(short('2026-10-26', '2026-11-01'), '26 Oct to 1 Nov');
  assert.equal(short('2025-12-29', '2026-01-04'), '29 Dec 2025 to 4 Jan');
  assert.equal(short('2025-12-01', '2025-12-07'), '1 to 7 Dec 2025');
  assert.equal(short('2026-11-09', undefined), '9 Nov');
  assert.equal(short('2026-11-09', '2026-11-09'), '9 Nov');
  assert.equal(span('2026-11-02', '2026-11-08', '2026-11-16', 'en-GB', 'long'), '2 to 8 November');
});

test('short months are three letters in English', () => {
  const names = Array.from({ length: 12 }, (_, i) => month(`2026-${String(i + 1).padStart(2, '0')}-01`, 'en-GB', 'short'));
  assert.deepEqual(names, ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']);
});

test('days are calendar days, and what is none is NaN', () => {
  assert.equal(dayNumber('1970-01-02'), 1);
  assert.equal(dayNumber('2026-03-30') - dayNumber('2026-03-28'), 2); /* across a change of clocks */
  assert.equal(dayText(dayNumber('2028-02-29')), '2028-02-29');
  for (const text of ['2026-02-29', '2026-13-01', '16.11.2026', '']) assert.ok(Number.isNaN(dayNumber(text)), text);
});
