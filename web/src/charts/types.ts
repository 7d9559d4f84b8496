/* types.ts: the data a review page carries, as the program writes it and the charts read it.
 *
 * The page holds one <script type="application/json" id="data"> with a ReviewData. docs/charts.md
 * shows a whole example of each kind. Rules that hold everywhere:
 *
 *   - Money is in whole units of the currency (euros, not cents or millionths). Shares are 0 to 1.
 *   - What is not known is null, never 0 and never NaN. null prints as "none".
 *   - Days are "2026-11-02", in the workspace's zone.
 *   - A verdict is a word; its mark (shape) follows from the word, see marks.ts, unless given. */

/** What the numbers of a chart are; decides digits, suffix, sign and the words that are spoken. */
export type Unit =
  | 'money' /* units of ReviewData.currency */
  | 'count' /* whole things; `noun` names them */
  | 'share' /* 0 to 1, printed in %; a signed share is a difference and printed in points */
  | 'return' /* money back for one unit of money, "€1.62 back for a euro" */
  | 'number'; /* anything else, `noun` may name it */

/** The shape before the word. */
export type Mark =
  | 'holds'
  | 'look'
  | 'broken'
  | 'unidentified'
  | 'stale'
  | 'waits'
  | 'lock'
  | 'against';

/** What stands behind a chart or a figure, at the foot of the frame. */
export interface ChartEvidence {
  text: string; /* "Renewal model 12" */
  verdict: string; /* "converged" */
  mark?: Mark;
  run: string; /* id of the run */
  address?: string; /* permanent address; a link only if it starts with http(s):// or # */
  figure?: string; /* key into ReviewData.figures: a click on the evidence opens it */
}

interface ChartBase {
  id: string; /* unique; equals data-id of its <figure> */
  title: string; /* the finding, as a sentence without full stop */
  quantity: string; /* "Contribution after media, €, by week" */
  band: string; /* "the band holds 80%" */
  probability: number | null; /* of every interval in the chart, 0 to 1 */
  unit: Unit;
  noun?: string; /* "renewals"; for counts and numbers */
  signed?: boolean; /* values are changes: + or − is always shown */
  evidence: ChartEvidence;
}

export interface LinePoint {
  label: string; /* "Week 45" */
  start: string; /* first day */
  end?: string; /* last day, inclusive; without it the point is one day */
  actual: number | null; /* null where the period has not ended */
  expected: number | null;
  lo: number | null;
  hi: number | null;
  verdict: string;
  mark?: Mark;
  run: string;
  figure?: string; /* key into ReviewData.figures */
}

/** Actual against expected with its band. */
export interface LineChart extends ChartBase {
  kind: 'line';
  zero?: boolean; /* zero has meaning: it is kept on the scale and drawn as a line */
  names?: { actual?: string; expected?: string }; /* default "actual", "expected" */
  series: { points: LinePoint[] };
}

export interface IntervalRow {
  label: string; /* "Paid social reached the same people more often" */
  second?: string; /* one line of explanation */
  value: number | null; /* null if not identified */
  lo: number | null; /* for a row not identified: the prior's interval, or null */
  hi: number | null;
  verdict: string;
  mark?: Mark;
  run: string;
  not_identified?: boolean; /* hatched, "none", whatever value says */
  hollow?: boolean; /* what would be, if approved */
  next?: number | null; /* tick in ink: the next euro */
  figure?: string; /* key into ReviewData.figures */
}

/** Points on bands, one scale for all rows. */
export interface RowsChart extends ChartBase {
  kind: 'rows';
  stem?: boolean; /* a line from zero to the point: the rows add up to a change */
  reference?: { value: number; label: string }; /* the line through all rows; default zero */
  series: { rows: IntervalRow[] };
}

/** Where a figure will be: what was, what is now, and the spread of what comes. */
export interface ConeChart extends ChartBase {
  kind: 'cone';
  series: {
    points: { label: string; start: string; end?: string; value: number; run: string }[];
    ahead: { label: string; start: string; end?: string; median: number; lo: number; hi: number;
      lo50: number | null; hi50: number | null; verdict: string; run: string; figure?: string }[];
  };
  plan?: string; /* what zero is: "Plan: lands at €42.0m"; zero is then drawn as a line */
  now?: string; /* at the last known point: "now −€0.29m" */
  ends?: { lo: string; median: string; hi: string }; /* texts at the right end */
  if_approved?: { value: number; label: string };
  notes?: { start: string; label: string }[]; /* at most three */
}

/** From one level to another, step by step. The unexplained part is never left out. */
export interface WaterfallChart extends ChartBase {
  kind: 'waterfall';
  series: { steps: { label: string; value: number; lo: number | null; hi: number | null;
    kind: 'total' | 'step' | 'unexplained'; verdict: string; run: string; figure?: string }[] };
}

/** How an outcome answers spend. Solid inside what was ever spent, dashed beyond. */
export interface CurveChart extends ChartBase {
  kind: 'curve';
  small?: boolean; /* one of several panels */
  series: { points: { spend: number; value: number | null; lo: number | null; hi: number | null; seen: boolean }[] };
  now: { spend: number; value: number | null };
  proposed?: { spend: number; value: number | null };
  break_even?: number; /* outcome per unit of spend at which a unit brings itself back */
  next?: string; /* "next euro returns €0.38" */
  not_identified?: string; /* why; then only the prior is drawn */
  verdict: string;
  run: string;
}

/** Ways that people went, in layers. At most five nodes a layer. */
export interface FlowChart extends ChartBase {
  kind: 'flow';
  series: {
    layers: { name: string; nodes: { id: string; label: string; value: number; picked?: boolean }[] }[];
    links: { from: string; to: string; value: number; picked?: boolean }[];
  };
  run: string;
}

/** Whether predicted chances came true. */
export interface CalibrationChart extends ChartBase {
  kind: 'calibration';
  series: { bins: { predicted: number; observed: number | null; lo: number | null; hi: number | null; n: number }[] };
  across: string; /* "predicted chance of renewal, in 100" */
  things: string; /* "people per bin" */
  verdict: string;
  run: string;
}

/** Budgets before and after, on one scale. */
export interface WhatIfChart extends ChartBase {
  kind: 'whatif';
  series: { rows: { label: string; now: number; what_if: number; floor: number; ceiling: number;
    held?: string; verdict: string; run: string }[] };
}

/** What one decision is worth: a curve over gains and losses. */
export interface DensityChart extends ChartBase {
  kind: 'density';
  series: { points: { at: number; height: number }[] };
  median: number;
  lo: number; /* the shaded part, which holds `probability` */
  hi: number;
  verdict: string;
  run: string;
}

export type Chart =
  | LineChart
  | RowsChart
  | ConeChart
  | WaterfallChart
  | CurveChart
  | FlowChart
  | CalibrationChart
  | WhatIfChart
  | DensityChart;

export type FigureKind = 'counted' | 'estimated' | 'forecast' | 'claimed';
export type Grade = 'A' | 'B' | 'C' | 'D' | 'E';

/** The evidence of one figure in the text: <a class="figure" data-figure="key">. */
export interface Figure {
  key?: string; /* its own key, where it is not told otherwise */
  text: string; /* "€0.38", exactly as it stands in the page */
  what: string; /* "contribution from one more euro, paid social, week 46" */
  value: number | null;
  lo: number | null;
  hi: number | null;
  probability: number | null; /* null for counted figures */
  unit: Unit;
  noun?: string;
  signed?: boolean;
  interval?: string; /* "80%, posterior of 4,000 draws"; made from lo and hi if left out */
  verdict: string;
  mark?: Mark;
  kind: FigureKind;
  grade?: Grade;
  reference?: { value: number; label: string }; /* 0, break-even or the target */
  run: string; /* "Mix model 46, Sun 15 Nov 23:41, 84 s" */
  window: string; /* "104 weeks, 24 regions, to 12 Nov", with its gaps */
  calibrated?: string;
  checks?: string;
  repeat: string; /* the command that makes the figure again */
  address?: string;
  ledger?: string; /* "18,197" */
}

export interface ReviewData {
  format: 1;
  locale: string; /* "en-GB" */
  currency: string; /* "EUR" */
  zone: string; /* "Europe/Berlin" */
  today: string; /* day of the review; years other than its own are printed */
  address?: string; /* permanent address of the review, printed into exports */
  charts: Chart[];
  figures: Record<string, Figure>;
}
