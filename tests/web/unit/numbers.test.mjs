/* How figures are written and said. The expected texts are those of the design language: its rules,
 * and the figures it prints as examples. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bare, chance, digitsFor, digitsOf, figure, percent, range, spoken, spokenRange, tick } from './parts.mjs';

const manner = (unit, more = {}) => ({ locale: 'en-GB', currency: 'EUR', unit, ...more });
const written = (value, lo, hi, m) => {
  const d = digitsOf(value, lo, hi, m.unit);
  return [figure(value, d, m), range(lo, hi, d, m)].join(', ');
};

test('the last digit is about a tenth of the half-width, and the interval has the same decimals', () => {
  const change = manner('money', { signed: true });
  assert.equal(written(210400, 90200, 329700, change), '+€210k, 90 to 330');
  assert.equal(written(140300, 45100, 240200, change), '+€140k, 45 to 240');
  assert.equal(written(-61700, -96300, -29600, change), '−€62k, −96 to −30');
  assert.equal(written(27300, 3900, 51200, change), '+€27k, 4 to 51');
  assert.equal(written(41652000, 41020000, 42270000, manner('money')), '€41.65m, 41.02 to 42.27');
  assert.equal(written(0.3812, 0.2071, 0.5833, manner('return')), '€0.38, 0.21 to 0.58');
  assert.equal(written(0.0263, 0.0112, 0.0398, manner('share', { signed: true })), '+2.6, 1.1 to 4.0');
  assert.equal(written(0.7137, 0.6981, 0.7302, manner('share')), '71.4%, 69.8 to 73.0');
  assert.equal(written(658, 672.3, 745.1, manner('count')), '658, 672 to 745');
});

test('at most four digits are significant', () => {
  assert.equal(written(41652317, 41651011, 41653702, manner('money')), '€41.65m, 41.65 to 41.65');
  assert.equal(written(412318, null, null, manner('money')), '€412.3k, none');
  assert.equal(written(118342, null, null, manner('money')), '€118.3k, none');
  assert.equal(written(0.123456, 0.123449, 0.123461, manner('number')), '0.1235, 0.1234 to 0.1235');
});

test('the suffix follows what is shown, not what is stored', () => {
  assert.equal(written(999960, null, null, manner('money')), '€1m, none');
  assert.equal(written(-12100, -1310000, 1270000, manner('money', { signed: true })), '€0.0m, −1.3 to 1.3');
  assert.equal(written(2.418e9, 2.2e9, 2.6e9, manner('money')), '€2.42bn, 2.20 to 2.60');
});

test('a change that rounds to nothing is 0 without a sign; minus is U+2212', () => {
  const change = manner('share', { signed: true });
  const d = digitsOf(0.0002, -0.0089, 0.0092, 'share');
  assert.equal(figure(0.0002, d, change), '0.0');
  assert.equal(figure(-0.0002, d, change), '0.0');
  assert.equal(figure(-0.0041, d, change), '\u22120.4');
  assert.equal(bare(0.0041, d, change), '0.4');
});

test('counts are exact below ten thousand, then compact', () => {
  assert.equal(written(9127, null, null, manner('count')), '9,127, none');
  assert.equal(written(9999, null, null, manner('count')), '9,999, none');
  assert.equal(written(10000, null, null, manner('count')), '10k, none');
  assert.equal(written(1842391, null, null, manner('count')), '1.842m, none');
});

test('what is not known is none, in words too', () => {
  const d = digitsOf(null, null, null, 'money');
  for (const value of [null, undefined, NaN, Infinity]) {
    assert.equal(figure(value, d, manner('money')), 'none');
    assert.equal(spoken(value, d, manner('money')), 'none');
  }
  assert.equal(range(3, null, d, manner('money')), 'none');
});

test('currency and separators follow the locale, the suffix the digits', () => {
  const german = { locale: 'de-DE', currency: 'EUR', unit: 'money' };
  const d = digitsOf(41652000, 41020000, 42270000, 'money');
  assert.equal(figure(41652000, d, german).replace(/\s/g, ' '), '41,65m €');
  assert.equal(figure(41652000, d, { ...german, locale: 'en-GB', currency: 'USD' }), '$41.65m');
  assert.equal(figure(1236.7, digitsOf(1236.7, 993, 1471, 'money'), manner('money')), '€1.24k');
});

test('figures in words carry their unit', () => {
  const say = (value, lo, hi, m) => spoken(value, digitsOf(value, lo, hi, m.unit), m);
  assert.equal(say(-61700, -96300, -29600, manner('money', { signed: true })), 'minus 62 thousand euros');
  assert.equal(say(41652000, 41020000, 42270000, manner('money')), '41.65 million euros');
  assert.equal(say(658, 672, 745, manner('count', { noun: 'renewals' })), '658 renewals');
  assert.equal(say(0.0263, 0.0112, 0.0398, manner('share', { signed: true })), 'plus 2.6 points');
  assert.equal(say(0.714, 0.69, 0.73, manner('share')), '71.4 per cent');
  const d = digitsOf(-61700, -96300, -29600, 'money');
  assert.equal(spokenRange(-96300, -29600, d, manner('money')), 'minus 96 to minus 30');
});

test('ticks carry k, m or bn and leave the unit to the line under the title', () => {
  const ticks = (values, m) => {
    const d = digitsFor(values, Math.abs(values[1] - values[0]) * 10, m.unit);
    return values.map((v) => tick(v, d, m));
  };
  assert.deepEqual(ticks([-100000, -50000, 0, 50000], manner('money', { signed: true })), ['−100k', '−50k', '0', '+50k']);
  assert.deepEqual(ticks([-1e6, -5e5, 0, 5e5], manner('money', { signed: true })), ['−1.0m', '−0.5m', '0', '+0.5m']);
  assert.deepEqual(ticks([650, 700, 750, 800], manner('count')), ['650', '700', '750', '800']);
  assert.deepEqual(ticks([0, 0.25, 0.5], manner('share')), ['0', '25%', '50%']);
});

test('chances are hundredths and never certain', () => {
  assert.equal(chance(0.24), '24 in 100');
  assert.equal(chance(0.0099), 'less than 1 in 100');
  assert.equal(chance(0.9901), 'more than 99 in 100');
  assert.equal(chance(0.99), '99 in 100');
  assert.equal(percent(0.8), '80%');
  assert.equal(percent(0.975), '97.5%');
});
