/* sample.ts: a whole review page with invented data, in the markup the program writes. It is the
 * page's fixture in tests and its longest example. The company is invented; its numbers come from a
 * small generator with a fixed seed, so the page is the same every time. */

import { escape, tableHtml, tableOf } from '../src/charts/parts';
import type { Chart, Figure, LineChart, LinePoint, ReviewData, RowsChart } from '../src/charts/types';
import type { Setting } from '../src/charts/words';
import '../src/kinds/all';
import { kindCharts } from './sample_kinds';

const TODAY = '2026-11-16';
const DAY_MS = 86400000;

/* A multiplicative congruential generator: good enough for wiggles, the same everywhere. */
function wiggles(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s * 48271) % 2147483647;
    return s / 2147483647 - 0.5;
  };
}

function weeks(first: string, n: number, make: (i: number) => Omit<LinePoint, 'label' | 'start' | 'end' | 'verdict' | 'run'>, run: string): LinePoint[] {
  const from = Date.parse(first + 'T00:00:00Z');
  const day = (k: number): string => new Date(from + k * DAY_MS).toISOString().slice(0, 10);
  const firstWeek = 19;
  return Array.from({ length: n }, (_, i) => ({
    label: `Week ${firstWeek + i}`, start: day(7 * i), end: day(7 * i + 6), verdict: 'converged', run, ...make(i),
  }));
}

function contribution(): LineChart {
  const next = wiggles(46);
  const points = weeks('2026-05-04', 32, (i) => {
    const expected = 742300 + 88400 * Math.sin((i + 2) / 8.6) + 1130 * i;
    const half = 41300 + 620 * i + (i > 27 ? 5100 * (i - 27) : 0);
    const fall = i > 24 ? 33700 * (i - 24) : 0;
    const actual = i > 27 ? null : Math.round(expected + 71900 * next() - fall);
    return { actual, expected: Math.round(expected), lo: Math.round(expected - half), hi: Math.round(expected + half * 0.94) };
  }, 'run-46-3');
  (points[27] as LinePoint).figure = 'week';
  return {
    id: 'cm2-weekly', kind: 'line', title: 'Contribution fell below the expected band in November',
    quantity: 'Contribution after media, €, by week', band: 'the band holds 80%', probability: 0.8, unit: 'money',
    evidence: { text: 'Forecast 46, converged; 10 of the last 12 fell inside the band', verdict: 'converged', run: 'run-46-3', figure: 'one' },
    series: { points },
  };
}

function renewals(): LineChart {
  const next = wiggles(12);
  const points = weeks('2026-05-04', 28, (i) => {
    const expected = 700.4 + 84.7 * Math.sin((i + 0.3) / 7.1) * Math.exp(-i / 90);
    const actual = i === 9 ? null : Math.round(expected + 43 * next() - (i > 24 ? 21 * (i - 23) : 0));
    return { actual, expected, lo: expected - 31.7, hi: expected + 33.1 };
  }, 'run-46-5');
  return {
    id: 'renewals', kind: 'line', title: 'Renewals fell below the expected band in November',
    quantity: 'Renewals by week', band: 'the band holds 80%', probability: 0.8, unit: 'count', noun: 'renewals',
    evidence: { text: 'Renewal model 12', verdict: 'converged', run: 'run-46-5' },
    series: { points },
  };
}

function changes(): RowsChart {
  const row = (label: string, second: string, value: number, lo: number, hi: number, verdict = 'converged', figure?: string) =>
    ({ label, second, value, lo, hi, verdict, run: 'mix-46', ...(figure ? { figure } : {}) });
  return {
    id: 'changes', kind: 'rows', title: 'Paid social and renewals explain most of the gap',
    quantity: 'Effect on contribution, €, week 46', band: 'bands hold 80%', probability: 0.8,
    unit: 'money', signed: true, stem: true,
    evidence: { text: 'Mix model 46', verdict: 'converged', run: 'mix-46' },
    series: {
      rows: [
        row('Paid social reached the same people more often', 'Frequency rose from 5.8 to 7.9 a week after the budget step. The next euro returns €0.38.', -61700, -96300, -29600, 'converged', 'social'),
        row('Month-three subscribers renewed less', '71.4% against 74.5% expected. The gap sits in the August discount cohort.', -41200, -54800, -27900),
        row('The Netherlands answered television', 'Geo test, week 2 of 6. The interval only just clears zero.', 27300, 3900, 51200, 'running'),
        row('It was 3.2 °C warmer than usual', 'Not ours to change; it reverses with the weather.', -28400, -40300, -15200),
        { label: 'Podcasts', second: 'Spend never moved, so nothing can be learned.', value: null, lo: -34000, hi: 140000, verdict: 'not identified', run: 'mix-46', not_identified: true },
      ],
    },
  };
}

function worth(): RowsChart {
  const row = (label: string, second: string, value: number, lo: number, hi: number) =>
    ({ label, second, value, lo, hi, verdict: 'waits', run: 'optimiser-46', hollow: true });
  return {
    id: 'worth', kind: 'rows', title: 'All three proposals gain at 80%',
    quantity: 'Worth by 31 December, €', band: 'bands hold 80%', probability: 0.8, unit: 'money', signed: true,
    evidence: { text: 'Optimiser run 46-3', verdict: 'converged', run: 'optimiser-46' },
    series: {
      rows: [
        row('Move €35k a week from paid social to search, TV and affiliates', 'Spend stays at €385k. Undo takes one day. Expires Wed 18 Nov.', 210400, 90200, 329700),
        row('Give month-three subscribers a grind switch instead of a discount', 'Costs €22k. One subscriber in ten is held out to measure it.', 140300, 45100, 240200),
        row('Run the Netherlands TV test two weeks longer', 'Halves the width of the interval before the January plan.', 70200, 20400, 130100),
      ],
    },
  };
}

function tests(): RowsChart {
  const row = (label: string, value: number | null, lo: number | null, hi: number | null, verdict: string) =>
    ({ label, value, lo, hi, verdict, run: 'tests-46', ...(value === null ? { not_identified: true } : {}) });
  return {
    id: 'tests', kind: 'rows', title: 'Two of five tests moved what they were meant to',
    quantity: 'Points of conversion to a first order', band: 'bands hold 95%', probability: 0.95, unit: 'share', signed: true,
    evidence: { text: '5 experiments', verdict: 'passed', run: 'tests-46' },
    series: {
      rows: [
        row('Win-back letter', 0.0263, 0.0112, 0.0398, 'kept'),
        row('Free delivery from €29', -0.0041, -0.0152, 0.0071, 'inconclusive'),
        row('Grind switch', 0.0174, 0.0061, 0.0289, 'kept'),
        row('Retarget after one hour', 0.0002, -0.0089, 0.0092, 'rolled back'),
        row('Podcast code', null, null, null, 'not identified'),
      ],
    },
  };
}

function figures(): Record<string, Figure> {
  const common = { verdict: 'converged', window: '104 weeks, 24 regions, to 12 Nov; paid social estimated since', repeat: 'portolan review show 46', ledger: '18,197' };
  return {
    one: {
      ...common, text: '€41.65m', what: 'contribution after marketing, 2026, expected on 31 December', value: 41652000, lo: 41020000, hi: 42270000,
      probability: 0.8, unit: 'money', kind: 'forecast', reference: { value: 42000000, label: 'target 42.00' },
      interval: '80%, posterior of 4,000 draws', run: 'Forecast 46, Mon 16 Nov 05:58, 31 s', checks: '10 of the last 12 fell inside the band',
      address: 'https://portolan.example/figure/one-46',
    },
    gap: {
      ...common, text: '€118k', what: 'contribution under plan, week 46', value: 118300, lo: null, hi: null, probability: null,
      unit: 'money', verdict: 'counted', kind: 'counted', run: 'Books of week 46, Mon 16 Nov 05:31',
    },
    social: {
      ...common, text: '−€62k', what: 'effect of paid social on contribution, week 46', value: -61700, lo: -96300, hi: -29600, probability: 0.8,
      unit: 'money', signed: true, kind: 'estimated', grade: 'C', reference: { value: 0, label: '0' }, run: 'Mix model 46, Sun 15 Nov 23:41, 84 s',
      calibrated: 'Geo tests DE-social (Mar) and AT-social (Jul)', checks: 'R-hat 1.003, ESS 1,240, out-of-time error 6.1%',
      repeat: 'portolan mix show 46 --channel paid_social', address: 'https://portolan.example/figure/social-46',
    },
    explained: {
      ...common, text: '€104k', what: 'of the gap that four causes explain, week 46', value: 104000, lo: 71300, hi: 138400, probability: 0.8,
      unit: 'money', kind: 'estimated', grade: 'C', run: 'Mix model 46, Sun 15 Nov 23:41, 84 s',
    },
    shift: {
      ...common, text: '+€210k', what: 'worth of moving €35k a week, by 31 December', value: 210400, lo: 90200, hi: 329700, probability: 0.8,
      unit: 'money', signed: true, kind: 'forecast', grade: 'C', run: 'Optimiser run 46-3, Mon 16 Nov 06:01, 2 s',
    },
    grind: {
      ...common, text: '+€140k', what: 'worth of the grind switch, by 31 December', value: 140300, lo: 45100, hi: 240200, probability: 0.8,
      unit: 'money', signed: true, kind: 'forecast', grade: 'B', run: 'Test planner 12, Mon 16 Nov 06:02, 1 s',
    },
    entry: {
      ...common, text: '18,204', what: 'entry of this review in the ledger', value: 18204, lo: null, hi: null, probability: null, unit: 'number',
      verdict: 'verified', kind: 'counted', run: 'Review 46, Mon 16 Nov 06:12', repeat: 'portolan ledger verify',
    },
    week: {
      ...common, text: '€694k', what: 'contribution after media, week 46', value: 694000, lo: null, hi: null, probability: null,
      unit: 'money', verdict: 'counted', kind: 'counted', run: 'Books of week 46, Mon 16 Nov 05:31',
    },
  };
}

export function sampleData(): ReviewData {
  return {
    format: 1, locale: 'en-GB', currency: 'EUR', zone: 'Europe/Berlin', today: TODAY,
    address: 'https://portolan.example/review/2026-46',
    charts: [contribution(), changes(), worth(), renewals(), tests(), ...kindCharts()], figures: figures(),
  };
}

function chartHtml(chart: Chart, setting: Setting): string {
  return (
    `<figure class="chart" data-chart="${chart.kind}" data-id="${chart.id}"><figcaption>${escape(chart.title)}</figcaption>` +
    `<table class="data">${tableHtml(tableOf(chart, setting))}</table></figure>`
  );
}

const figureLink = (key: string, words: string, more = ''): string =>
  `<a class="figure${more}" href="#ev-${key}" data-figure="${key}">${words}</a>`;

const SOURCES = [
  ['Meta Ads', 'spend', 'Thu 12 Nov', '3', '3 days', '1214', 'Daan Visser', 'broken', 'missing'],
  ['Google Ads', 'spend', 'Sun 15 Nov', '0.25', '6 h', '4831', 'Daan Visser', 'holds', 'fresh'],
  ['Shop orders', 'txn', 'Mon 16 Nov', '0.003', '4 min', '9127', 'Daan Visser', 'holds', 'fresh'],
  ['Email platform', 'event', 'Sun 15 Nov', '0.375', '9 h', '310244', 'Aylin Kaya', 'look', 'late'],
  ['Weather, six cities', 'control_series', 'Sun 15 Nov', '0.2', '5 h', '144', 'Priya Raman', 'holds', 'fresh'],
];

function sources(): string {
  const rows = SOURCES.map(([name, fills, last, days, age, n, owner, mark, state]) =>
    `<tr><th scope="row">${name}</th><td data-label="fills"><code>${fills}</code></td><td data-label="last row">${last}</td>` +
    `<td class="n" data-label="age" data-value="${days}">${age}</td><td class="n" data-label="rows a day" data-value="${n}">${n}</td>` +
    `<td data-label="owner">${owner}</td><td><span class="v ${mark}">${state}</span></td></tr>`);
  return (
    '<table class="data" data-csv="sources"><thead><tr><th scope="col" data-sort>Source</th><th scope="col">Fills</th><th scope="col">Last row</th>' +
    '<th scope="col" class="n" data-sort>Age</th><th scope="col" class="n" data-sort>Rows a day</th><th scope="col" data-sort>Owner</th>' +
    `<th scope="col" data-sort>State</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
  );
}

const FINDINGS = [
  ['broken', 'Meta spend stopped arriving on Friday', 'Three days are missing. Paid social is estimated since and no claim may use it.', 'Daan Visser', 'Renew the access key'],
  ['look', 'Churn scores for offices drifted', 'Stability index 0.27, limit 0.20. The trigger stepped down to rung 1 by itself.', 'Priya Raman', 'See drift'],
  ['look', 'Gift buyers has no owner', 'Twelve days, €1.1m of plan. Nothing automatic runs there until someone owns it.', 'Ines Albrecht', 'Name an owner'],
];

function findings(): string {
  return '<ol class="findings">' + FINDINGS.map(([mark, title, words, who, act]) =>
    `<li class="${mark}"><h3>${title}</h3><p>${words}</p><p class="who"><span>${who}</span><span>${act}</span></p></li>`).join('') + '</ol>';
}

function decisions(): string {
  return (
    '<ol class="rows"><li class="cursor"><h3>Move €35k a week from paid social to search, TV and affiliates</h3><p>Spend stays at €385k. Undo takes one day.</p>' +
    '<p class="fine"><span class="v look">7 guardrails hold, 2 close to the limit</span><span>expires Wed 18 Nov</span></p>' +
    `<p class="worth">${figureLink('shift', '+€210k')}<span class="interval">90 to 330</span></p></li>` +
    '<li><h3>Give month-three subscribers a grind switch instead of a discount</h3><p>Costs €22k. One subscriber in ten is held out to measure it.</p>' +
    '<p class="fine"><span class="v holds">5 guardrails hold</span><span>expires Fri 20 Nov</span></p>' +
    `<p class="worth">${figureLink('grind', '+€140k')}<span class="interval">45 to 240</span></p></li></ol>`
  );
}

function evidence(data: ReviewData): string {
  return '<section class="evidence"><h2>Evidence</h2><ol>' + Object.keys(data.figures).map((key) => {
    const f = data.figures[key] as Figure;
    return `<li id="ev-${key}"><b>${f.text}</b> ${escape(f.what)}. ${escape(f.interval || f.kind)}, ${f.verdict}. ${escape(f.run)}. Data: ${escape(f.window)}. Repeat: <code>${escape(f.repeat)}</code></li>`;
  }).join('') + '</ol></section>';
}

function body(data: ReviewData): string {
  const chart = (id: string): string => chartHtml(data.charts.filter((c) => c.id === id)[0] as Chart, data);
  return (
    '<header class="bar"><p>Monday 16 November 2026</p><p>Week 46 review, 9 to 15 Nov</p></header>' +
    '<section class="one" id="answer"><h1><span class="label">Contribution after marketing, 2026</span>' +
    `${figureLink('one', '€41.65m', ' number')}</h1><p class="interval">expected on 31 December · 80%: 41.02 to 42.27<br>a week ago €41.78m</p>` +
    '<p class="state look">Drifting off course</p><p class="lede">€0.35m short of the €42.0m target. The chance of reaching it is 24 in 100; the three decisions below make it 55.</p>' +
    `${chart('cm2-weekly')}</section>` +
    '<section><header><h2>What changed last week, and why</h2><p>effect on contribution, 80% interval</p></header>' +
    `<p>The week came in ${figureLink('gap', '€118k')} under plan. Four causes explain ${figureLink('explained', '€104k')} of it; €14k stays unexplained.</p>` +
    `${chart('changes')}</section>` +
    '<section><header><h2>Three decisions wait for you</h2><p>worth by 31 December, 80% interval</p></header>' + decisions() +
    '<p class="note" style="margin-top:14px">A proposal that nobody answers expires; silence never approves.</p>' + chart('worth') + '</section>' +
    `<div class="two">${chart('renewals')}${chart('tests')}</div>` +
    `<section><header><h2>Every kind of chart</h2></header><div class="two">${['course', 'gap', 'curve-social', 'ways', 'promises', 'budget'].map(chart).join('')}</div></section>` +
    `<section><header><h2>How each channel answers spend</h2><p>axes differ: compare each curve with its break-even line</p></header><div class="three">${['curve-search', 'curve-tv', 'curve-podcasts'].map(chart).join('')}</div></section>` +
    '<section><header><h2>Sources</h2><p>2 to 15 November</p></header>' + sources() + '</section>' +
    '<section><header><h2>Needs attention</h2></header>' + findings() + '</section>' +
    '<footer><p>Review signed at 06:12 · data to Sunday 15 November</p><p>Ledger entry ' + figureLink('entry', '18,204') + ', verified</p></footer>' +
    evidence(data)
  );
}

export function samplePage(css: string, js: string, kinds: string[]): string {
  const data = sampleData();
  const json = JSON.stringify(data).replace(/</g, '\\u003c');
  return (
    '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>Week 46 review, Halden Roasters</title><style>${css}</style></head><body><a class="skip" href="#answer">To the answer</a>` +
    `<main id="review" class="page">${body(data)}</main><script type="application/json" id="data">${json}</script><script>${js}</script>${kinds.map((k) => `<script>${k}</script>`).join('')}</body></html>\n`
  );
}
