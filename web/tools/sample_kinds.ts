/* sample_kinds.ts: one invented chart of each further kind, for the sample page and the tests. */

import type { CalibrationChart, Chart, ConeChart, CurveChart, DensityChart, FlowChart, WaterfallChart, WhatIfChart } from '../src/charts/types';

const DAY_MS = 86400000;
const day = (first: string, k: number): string => new Date(Date.parse(first + 'T00:00:00Z') + k * DAY_MS).toISOString().slice(0, 10);
const evidence = (text: string, run: string) => ({ text, verdict: 'converged', run });

function cone(): ConeChart {
  const points = Array.from({ length: 46 }, (_, i) => ({
    label: `Week ${i + 1}`, start: day('2025-12-29', 7 * i), end: day('2025-12-29', 7 * i + 6), run: 'run-46-3',
    value: Math.round(9300 * i - 390 * i * i + (i % 3) * 11700 + (i > 30 ? (i - 30) * (i - 30) * 610 : 0)),
  }));
  const now = (points[45] as { value: number }).value;
  const ahead = Array.from({ length: 7 }, (_, k) => {
    const median = now - 8700 * (k + 1);
    const wide = 241000 * Math.sqrt((k + 1) / 7) * (1 + k / 6);
    return { label: `Week ${47 + k}`, start: day('2026-11-16', 7 * k), end: k === 6 ? '2026-12-31' : day('2026-11-16', 7 * k + 6), median,
      lo: median - wide, hi: median + wide, lo50: median - wide / 2, hi50: median + wide / 2, verdict: 'converged', run: 'run-46-3' };
  });
  return {
    id: 'course', kind: 'cone', title: 'Ahead of plan until September, behind it since', quantity: 'Cumulative contribution against plan, €, by week',
    band: 'bands hold 50% and 80%', probability: 0.8, unit: 'money', signed: true, evidence: evidence('Forecast 46, converged', 'run-46-3'),
    series: { points, ahead }, plan: 'Plan: lands at €42.0m', now: 'now', notes: [{ start: '2026-05-04', label: 'Price rise kept' }, { start: '2026-08-03', label: 'August discount' }],
    if_approved: { value: now + 40000, label: '42.07 if approved' },
  };
}

function waterfall(): WaterfallChart {
  const step = (label: string, value: number, half: number, kind: 'step' | 'unexplained' = 'step') =>
    ({ label, value, lo: half ? value - half : null, hi: half ? value + half : null, kind, verdict: 'converged', run: 'mix-46' });
  const total = (label: string, value: number) => ({ label, value, lo: null, hi: null, kind: 'total' as const, verdict: 'counted', run: 'books-46' });
  return {
    id: 'gap', kind: 'waterfall', title: 'Paid social and renewals explain most of the gap', quantity: 'Contribution, €, plan to actual, week 46',
    band: 'whiskers hold 80%', probability: 0.8, unit: 'money', evidence: evidence('Mix model 46', 'mix-46'),
    series: { steps: [total('Plan', 812000), step('Paid social', -62000, 33000), step('Renewals', -41000, 14000), step('Weather', -28000, 12000),
      step('TV in the Netherlands', 27000, 24000), step('Unexplained', -14000, 0, 'unexplained'), total('Actual', 694000)] },
  };
}

function curve(id: string, name: string, now: number, proposed: number | null, scale: number, silent: boolean): CurveChart {
  const points = Array.from({ length: 25 }, (_, i) => {
    const spend = (i * now * 1.4) / 24;
    const value = (scale * spend) / (spend + now * 0.9);
    return { spend, value: silent ? null : value, lo: value * (silent ? 0.1 : 0.82), hi: value * (silent ? 2.2 : 1 + 0.12 + i * 0.006), seen: spend <= now * 1.1 };
  });
  const at = (spend: number) => (scale * spend) / (spend + now * 0.9);
  return {
    id, kind: 'curve', small: true, title: name, quantity: silent ? 'Spend never moved, so nothing can be learned' : 'next euro returns €1.62, 1.10 to 2.14', band: '', probability: 0.8,
    unit: 'money', evidence: { text: silent ? 'Not identified' : '1 experiment', verdict: silent ? 'not identified' : 'converged', run: 'mix-46' },
    series: { points }, now: { spend: now, value: silent ? null : at(now) }, break_even: 1, verdict: silent ? 'not identified' : 'converged', run: 'mix-46',
    ...(proposed ? { proposed: { spend: proposed, value: at(proposed) } } : {}), ...(silent ? { not_identified: 'spend never moved' } : {}),
  };
}

function bigCurve(): CurveChart {
  return { ...curve('curve-social', 'Paid social has flattened', 140000, 105000, 330000, false), small: false,
    quantity: 'Contribution a week against spend a week, €', band: 'the band holds 80%', next: 'next euro returns €0.38' };
}

function flow(): FlowChart {
  const node = (id: string, label: string, value: number, picked = false) => ({ id, label, value, ...(picked ? { picked } : {}) });
  const link = (from: string, to: string, value: number, picked = false) => ({ from, to, value, ...(picked ? { picked } : {}) });
  return {
    id: 'ways', kind: 'flow', title: 'A quarter sign up for email first, and they order twice as often', quantity: 'People by first touch, October', band: 'one path picked out',
    probability: null, unit: 'count', noun: 'people', evidence: evidence('Journeys 46', 'journeys-46'), run: 'journeys-46',
    series: {
      layers: [
        { name: 'First touch', nodes: [node('a', 'Paid social', 84000), node('b', 'Generic search', 58000), node('c', 'Television', 34000), node('d', 'Direct', 24000)] },
        { name: 'Next', nodes: [node('v', 'Site visit', 118000), node('e', 'Email sign-up', 52000, true), node('l', 'Left', 30000)] },
        { name: 'Within 30 days', nodes: [node('o', 'Ordered', 61000, true), node('z', 'Left for good', 109000)] },
      ],
      links: [link('a', 'v', 47000), link('a', 'e', 22000, true), link('a', 'l', 15000), link('b', 'v', 41000), link('b', 'e', 12000, true), link('b', 'l', 5000),
        link('c', 'v', 18000), link('c', 'e', 11000, true), link('c', 'l', 5000), link('d', 'v', 12000), link('d', 'e', 7000, true), link('d', 'l', 5000),
        link('v', 'o', 31000), link('v', 'z', 87000), link('e', 'o', 30000, true), link('e', 'z', 22000)],
    },
  };
}

function calibration(): CalibrationChart {
  const bins = Array.from({ length: 10 }, (_, i) => {
    const predicted = 0.05 + 0.1 * i;
    const observed = Math.min(0.99, Math.max(0.01, predicted + (i % 3 - 1) * 0.023));
    const half = 0.02 + 0.03 * (i / 9) + 0.02;
    return { predicted, observed, lo: Math.max(0, observed - half), hi: Math.min(1, observed + half), n: 930 - 81 * i };
  });
  return {
    id: 'promises', kind: 'calibration', title: 'The renewal model keeps its promises', quantity: 'Share that renewed, in 100', band: 'bars hold 95%', probability: 0.95,
    unit: 'share', noun: 'people', evidence: evidence('Out of time, Sep and Oct', 'renewal-12'), series: { bins }, across: 'predicted chance of renewal, in 100',
    things: 'people per bin', verdict: 'converged', run: 'renewal-12',
  };
}

function whatif(): WhatIfChart {
  const row = (label: string, now: number, what_if: number, held?: string) =>
    ({ label, now, what_if, floor: now * 0.7, ceiling: now * 1.3, verdict: held ? 'not identified' : 'converged', run: 'budget-46', ...(held ? { held } : {}) });
  return {
    id: 'budget', kind: 'whatif', title: 'Move €35k a week from paid social to search and television', quantity: 'Spend a week, €', band: 'brackets are guardrails', probability: null,
    unit: 'money', evidence: evidence('Budget 46, proved to 0.1%', 'budget-46'),
    series: { rows: [row('Paid social', 140000, 105000), row('Generic search', 62000, 77500), row('Television', 55000, 68500), row('Affiliates', 28000, 34000),
      row('Brand search', 24000, 24000), row('Podcasts', 18000, 18000, 'held')] },
  };
}

function density(): DensityChart {
  const bell = (at: number): number => Math.exp(-0.5 * ((at - 210000) / 93600) ** 2) / (93600 * Math.sqrt(2 * Math.PI));
  const points = Array.from({ length: 65 }, (_, k) => -71000 + (k * 562000) / 64).map((at) => ({ at, height: bell(at) }));
  return {
    id: 'decision', kind: 'density', title: 'Moving €35k a week gains by 31 December', quantity: 'Contribution after media, €', band: '', probability: 0.8,
    unit: 'money', signed: true, evidence: evidence('Optimiser run 46-3', 'budget-46'), series: { points }, median: 210000, lo: 90000, hi: 330000, verdict: 'converged', run: 'budget-46',
  };
}

export function kindCharts(): Chart[] {
  return [cone(), waterfall(), bigCurve(), curve('curve-search', 'Generic search', 62000, 78000, 260000, false), curve('curve-tv', 'Television', 55000, 69000, 190000, false),
    curve('curve-podcasts', 'Podcasts', 18000, null, 60000, true), flow(), calibration(), whatif(), density()];
}
