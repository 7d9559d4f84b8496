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

export type Chart = LineChart | RowsChart;

export type FigureKind = 'counted' | 'estimated' | 'forecast' | 'claimed';
export type Grade = 'A' | 'B' | 'C' | 'D' | 'E';

/** The evidence of one figure in the text: <a class="figure" data-figure="key">. */
export interface Figure {
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
