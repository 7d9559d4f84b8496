/* What is shown and what is said, on the examples of the design language. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineReading, lineSpoken, lineSummary, rowReading, rowsSummary, rowSpoken, sideOf, subtitle } from './parts.mjs';

const setting = { locale: 'en-GB', currency: 'EUR', today: '2026-11-16' };
const point = (label, start, end, actual, expected, lo, hi) => ({ label, start, end, actual, expected, lo, hi, verdict: 'converged', run: 'r5' });
const renewals = {
  id: 'r', kind: 'line', title: 'Renewals fell', quantity: 'Renewals by week', band: 'the band holds 80%', probability: 0.8,
  unit: 'count', noun: 'renewals', evidence: { text: 'Renewal model 12', verdict: 'converged', run: 'r5' },
  series: { points: [
    point('Week 44', '2026-10-26', '2026-11-01', 703, 711, 673, 749),
    point('Week 45', '2026-11-02', '2026-11-08', 658, 709.2, 672.4, 745.1),
    point('Week 46', '2026-11-09', '2026-11-15', null, 707, 670, 744),
  ] },
};
const changes = {
  id: 'c', kind: 'rows', title: 'Paid social', quantity: 'Effect, €', band: 'bands hold 80%', probability: 0.8, unit: 'money', signed: true,
  evidence: { text: 'Mix model 46', verdict: 'converged', run: 'm' },
  series: { rows: [
    { label: 'Paid social', value: -61700, lo: -96300, hi: -29600, verdict: 'converged', run: 'm' },
    { label: 'Television', value: 27300, lo: 3900, hi: 51200, verdict: 'running', run: 'm', hollow: true },
    { label: 'Podcasts <b>', value: 5, lo: -40000, hi: 90000, verdict: 'not identified', run: 'm', not_identified: true },
  ] },
};

test('a point is read with its days and interval, and said with its side of the band', () => {
  assert.equal(lineReading(renewals, 1, 0, setting),
    '<b class="at">Week 45</b>, 2 to 8 Nov: <b>658 renewals</b>, expected 709 (672 to 745)');
  assert.equal(lineSpoken(renewals, 1, 0, setting),
    'Week 45, 2 to 8 November: 658 renewals, expected 709, 672 to 745, below the band.');
  assert.equal(lineSpoken(renewals, 1, 1, setting),
    'Week 45, 2 to 8 November: expected 709 renewals, 672 to 745, actual 658, below the band.');
  assert.equal(lineSpoken(renewals, 0, 0, setting),
    'Week 44, 26 October to 1 November: 703 renewals, expected 711, 673 to 749, inside the band.');
});

test('a period that has not ended has no figure', () => {
  assert.equal(lineSpoken(renewals, 2, 0, setting),
    'Week 46, 9 to 15 November: not yet known, expected 707 renewals, 670 to 744.');
  assert.equal(lineReading(renewals, 2, 0, setting),
    '<b class="at">Week 46</b>, 9 to 15 Nov: <b>not yet known</b>, expected 707 (670 to 744)');
});

test('the edge of the band is inside it', () => {
  const on = (actual) => sideOf({ ...renewals.series.points[1], actual, lo: 672, hi: 745 });
  assert.deepEqual([671, 672, 745, 746, null].map(on), ['below', 'inside', 'inside', 'above', 'unknown']);
});

test('a row is read and said; one that is not identified has no figure, whatever its value', () => {
  assert.equal(rowReading(changes, 0, setting), '<b class="at">Paid social</b>: <b>−€62k</b> (−96 to −30), converged');
  assert.equal(rowSpoken(changes, 0, setting), 'Paid social: minus 62 thousand euros, 80% interval minus 96 to minus 30, converged.');
  assert.equal(rowSpoken(changes, 1, setting), 'Television: plus 27 thousand euros if approved, 80% interval 4 to 51, running.');
  assert.equal(rowSpoken(changes, 2, setting), 'Podcasts <b>: none, not identified.');
  assert.equal(rowReading(changes, 2, setting), '<b class="at">Podcasts &#60;b&#62;</b>: <b>none</b>, not identified');
});

test('summaries say where it went, what was expected and how many points there are', () => {
  assert.equal(lineSummary(renewals, setting),
    'From 703 renewals in October, Week 44, to 658 renewals in November, Week 45; expected 707 renewals in November, Week 46, ' +
    '80% between 670 and 744. 1 outside the band. 3 points.');
  assert.equal(rowsSummary(changes, setting),
    '3 rows. Highest: Television, plus 27 thousand euros. Lowest: Paid social, minus 62 thousand euros. 1 not identified.');
  assert.equal(lineSummary({ ...renewals, series: { points: [] } }, setting), 'No points.');
  assert.equal(subtitle(changes), 'Effect, €; bands hold 80%');
});
