/* methods.tsx: the methods beside one another, channel by channel, in money of one period: what the mix
 * model says a channel brought, what journeys credit it with, and how far they are apart. The one
 * stands for an effect, the other describes paths: neither is corrected towards the other here. */

import type { Answer as Told } from '../api';
import { Answer, EmptyState, Section, Skeleton, Strip, Table, day, estimate, inSentence, money } from '../parts';
import type { Column, Estimate } from '../parts';
import { useRead } from '../use';
import { useLabels } from './labels';

const HEADING = 'Where the methods agree';

interface Row {
  channel: string;
  mix: { value: number; low: number; high: number } | null;
  spend: number;
  markov: number | null;
  least: { value: number; by: string } | null;
  most: { value: number; by: string } | null;
  apart: number | null; /* mix model to Markov chain */
}

function creditsOf(told: Told | undefined): Map<string, Told[]> {
  const out = new Map<string, Told[]>();
  ((told?.['journey_credit'] || []) as Told[]).forEach((c) => out.set(c['channel'], [...(out.get(c['channel']) || []), c]));
  return out;
}

function rowsOf(mix: Told | undefined, told: Told | undefined): Row[] {
  const credits = creditsOf(told);
  const label = new Map(((told?.['methods'] || []) as Told[]).map((m) => [m['method'] as string, m['label'] as string]));
  const fitted = new Map(((mix?.['channels'] || []) as Told[]).map((c) => [c['channel'] as string, c]));
  return [...new Set([...fitted.keys(), ...credits.keys()])].map((channel) => {
    const c = fitted.get(channel);
    const spend = ((c?.['spend_week'] as number) || 0) * ((mix?.['weeks'] as number) || 0);
    const speaks = typeof c?.['roi'] === 'number' && spend > 0;
    const value = (key: string): number => (c?.[key] as number) * spend;
    const of = (credits.get(channel) || []).filter((x) => x['method'] !== 'shapley_rate' && typeof x['value']?.point === 'number')
      .map((x) => ({ value: x['value'].point as number, by: label.get(x['method']) || String(x['method']), method: x['method'] as string }))
      .sort((a, b) => a.value - b.value);
    const markov = of.find((x) => x.method === 'markov')?.value ?? null;
    const own = speaks ? { value: value('roi'), low: value('roi_low'), high: value('roi_high') } : null;
    return { channel, spend, mix: own, markov, least: of[0] || null, most: of[of.length - 1] || null, apart: own && markov !== null ? markov - own.value : null };
  }).sort((a, b) => Math.abs(b.apart ?? 0) - Math.abs(a.apart ?? 0) || (b.markov ?? 0) - (a.markov ?? 0));
}

/* Journey credit less model, with the model's interval. */
const apartOf = (r: Row): Estimate | null => (r.mix && r.markov !== null ? { value: r.markov - r.mix.value, low: r.markov - r.mix.high, high: r.markov - r.mix.low } : null);

const span = (from: unknown, to: unknown): string => `${day(new Date(`${from}T12:00:00Z`))} to ${day(new Date(`${to}T12:00:00Z`))}`;

function columnsOf(label: (n: string) => string, top: number): Column<Row>[] {
  const scale = (r: Row) => (r.mix
    ? <Strip value={r.mix.value} low={r.mix.low} high={r.mix.high} from={0} to={top} ticks={r.markov !== null ? [{ at: r.markov }] : []} />
    : r.markov !== null ? <div class="strip" aria-hidden="true"><i class="zero" style={{ left: '0%' }} /><i class="tick" style={{ left: `${(r.markov / top) * 100}%` }} /></div> : null);
  return [
    { head: 'Channel', cell: (r) => label(r.channel), value: (r) => label(r.channel) },
    { head: 'On one scale', cell: scale },
    { head: 'Mix model', cell: (r) => (r.mix ? <>{estimate(r.mix)[0]}<span class="interval second">{estimate(r.mix)[1]}</span></> : <span class="none">not identified</span>), value: (r) => r.mix?.value ?? null, figure: true },
    { head: 'Journey credit', cell: (r) => (r.markov === null ? <span class="none">none</span> : money(r.markov)), value: (r) => r.markov, figure: true },
    { head: 'Least to most, by method', cell: (r) => (r.least && r.most ? <>{money(r.least.value)} to {money(r.most.value)}<span class="interval second">{r.least.by} to {r.most.by}</span></> : <span class="none">none</span>), value: (r) => (r.least && r.most ? r.most.value - r.least.value : null), figure: true },
    { head: 'Apart', cell: (r) => { const e = apartOf(r); return e ? <>{estimate(e, true)[0]}<span class="interval second">{estimate(e, true)[1]}</span></> : <span class="none">none</span>; }, value: (r) => r.apart, figure: true, main: true },
  ];
}

const sourceColumns = (label: (n: string) => string): Column<Told>[] => [
  { head: 'Channel', cell: (r) => label(r['channel']), value: (r) => r['channel'] },
  { head: 'One figure', cell: (r) => (typeof r['figure'] === 'number' ? <>{estimate({ value: r['figure'], low: r['low'], high: r['high'] })[0]}<span class="interval second">{estimate({ value: r['figure'], low: r['low'], high: r['high'] })[1]}</span></> : <span class="none">none</span>), value: (r) => r['figure'], figure: true, main: true },
  { head: 'The platform claims', cell: (r) => (typeof r['claim'] === 'number' ? money(r['claim']) : <span class="none">none</span>), value: (r) => r['claim'], figure: true },
  { head: 'Claimed of it', cell: (r) => (typeof r['over_claim'] === 'number' ? `${r['over_claim'].toFixed(1)} times` : <span class="none">none</span>), value: (r) => r['over_claim'], figure: true },
  { head: 'Grade', cell: (r) => r['grade'] || <span class="none">none</span>, value: (r) => r['grade'] },
];

/** The newest triangulation, which weighs sources of one period into a figure. */
function Weighed({ label, from, to }: { label: (n: string) => string; from: string | undefined; to: string | undefined }) {
  const { data: runs } = useRead<{ runs: Told[] }>('run.list', { operation: 'measure.triangulate', limit: 1 });
  const run = runs?.runs[0]?.['run'] as number | undefined;
  const { data } = useRead(run ? 'run.show' : null, run ? { run } : {});
  const told = data?.['answer'] as Told | undefined;
  const compare = `/do/measure/triangulate${from && to ? `?from=${from}&to=${to}` : ''}`;
  return (
    <Section title="Weighed into one figure" note={told ? <>{span(told['from'], told['to'])}, <a href={`/ledger/runs/${run}`}>run {run}</a></> : undefined}>
      {told
        ? <><Table columns={sourceColumns(label)} rows={(told['channels'] || []) as Told[]} name={(r) => r['channel']} csv="triangulation" /><p class="note">A claim stands beside and enters nothing. <a href={compare}>Weigh another period</a></p></>
        : <EmptyState missing="No period was weighed yet." worth="Experiments, the mix model and journeys become one figure for each channel, and what does not fit is named."><a href={compare}>Weigh this period</a></EmptyState>}
    </Section>
  );
}

export function Methods() {
  const label = useLabels();
  const mix = useRead('mix.show');
  const told = useRead('attribution.show');
  const waits = (!mix.data && !mix.problem) || (!told.data && !told.problem);
  if (waits) return <><Answer busy>{HEADING}</Answer>{(mix.late || told.late) && <Skeleton lines={6} />}</>;
  const rows = rowsOf(mix.data, told.data);
  if (!rows.length || (!mix.data && !told.data?.['journey_credit'])) {
    return (
      <>
        <Answer>{HEADING}</Answer>
        <EmptyState missing="No method has run yet." worth="The mix model and the journeys each say what a channel brought; side by side they show what the decision hangs on."><a href="/do/mix/fit">Fit a mix model</a><a href="/do/attribution/run">Credit journeys</a></EmptyState>
      </>
    );
  }
  const worst = rows.find((r) => r.apart !== null);
  const top = Math.max(1, ...rows.flatMap((r) => [r.mix?.high ?? 0, r.markov ?? 0]));
  const apart = worst && apartOf(worst);
  const size = apart ? estimate(apart)[0].replace(/^\u2212/, '') : '';
  const beyond = rows.filter((r) => r.mix && r.markov !== null && (r.markov < r.mix.low || r.markov > r.mix.high)).length;
  return (
    <>
      <Answer lede={worst ? <>Journeys credit it with {money(worst.markov)}, the mix model says it brought {estimate(worst.mix as never)[0]}. {beyond ? `For ${beyond} of ${rows.filter((r) => r.apart !== null).length} channels journey credit lies outside the model's interval.` : "All journey credit lies inside the model's intervals."} Journey credit describes paths; it is not what a channel caused.</> : 'Only one of the methods speaks so far.'}>
        {worst ? `The methods are ${size} apart on ${inSentence(label(worst.channel))}` : HEADING}
      </Answer>
      <Section title="Revenue of each channel, by method" note={mix.data ? `${span(mix.data['from'], mix.data['to'])}, bands hold 90%` : undefined}>
        <Table columns={columnsOf(label, top * 1.02)} rows={rows} name={(r) => r.channel} csv="methods" />
        <p class="note">Band and dot are the mix model; the tick is journey credit by the Markov chain. Apart is the tick less the dot.</p>
      </Section>
      <Weighed label={label} from={mix.data?.['from']} to={mix.data?.['to']} />
    </>
  );
}
