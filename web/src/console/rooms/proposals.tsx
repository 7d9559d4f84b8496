/* proposals.tsx: a proposal as a row of the queue, and as a page of its own: its path, what it is
 * worth or what it widens, why, what speaks against it, how it is undone. */

import { useState } from 'preact/hooks';
import { useBar } from '../bar';
import type { Answer as Told } from '../api';
import { Answer, EmptyState, Failure, Field, Form, Key, Mark, Section, Skeleton, Strip, Table, amountOf, counted, day, days, estimate, moment, money, time } from '../parts';
import type { Column } from '../parts';
import { chance } from '../../charts/numbers';
import type { DensityChart } from '../../charts/types';
import { FileDifference } from '../parts/difference';
import { ChartPart } from '../parts/page';
import { who } from '../session';
import { useRead, wordsOf } from '../use';
import { REASON_MIN, addressOf, approve, deciderOf, isMine, lockOf, mayDecide, movesOf, proposalsOf, reject, undo, withdraw } from './proposal';
import type { Proposal } from './proposal';

const until = (p: Proposal): string => {
  const at = new Date(p.expires_at);
  return `${day(at)}, ${time(at)}`;
};

/* --- deciding ---------------------------------------------------------------------------------- */

export function Reason({ p, onBack, onFailed }: { p: Proposal; onBack: () => void; onFailed: (e: unknown) => void }) {
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState('');
  const missing = (): string => {
    const n = [...reason.trim()].length;
    return n >= REASON_MIN ? '' : `Found ${n} character${n === 1 ? '' : 's'}; ${REASON_MIN} or more are needed.`;
  };
  const send = async (): Promise<void> => {
    setFault(missing());
    if (missing()) return;
    await reject(p, reason.trim(), onFailed);
    onBack();
  };
  return (
    <Form action="Reject it" send={send} other={<button type="button" class="button plain" onClick={onBack}>Back</button>}>
      <Field name="reason" label="Why not?" kind="long" value={reason} onValue={(v) => (setReason(v), setFault(''))} onLeave={() => reason && setFault(missing())} error={fault || undefined} autofocus
        help={`What would have to be otherwise. ${REASON_MIN} characters or more; it stands with the proposal.`} />
    </Form>
  );
}

/* What may be done about it: approve and reject, take back, withdraw, or why nothing. */
function Acts({ p, filled, onReject, onFailed }: { p: Proposal; filled: boolean; onReject: () => void; onFailed: (e: unknown) => void }) {
  const [busy, setBusy] = useState(false);
  const run = (act: () => Promise<void>) => (): void => {
    if (busy) return;
    setBusy(true);
    onFailed(null);
    act().catch(onFailed).finally(() => setBusy(false));
  };
  if (!mayDecide(p)) return <Mark mark="lock">{lockOf(p)}</Mark>;
  return (
    <>
      <button type="button" class={filled ? 'button filled' : 'button'} data-key={filled ? 'a' : undefined} aria-disabled={busy} onClick={run(() => approve(p, onFailed))}>Approve{filled && <> <Key>a</Key></>}</button>
      <button type="button" class="button" data-key={filled ? 'r' : undefined} onClick={onReject}>Reject{filled && <> <Key>r</Key></>}</button>
    </>
  );
}

/* --- a row ------------------------------------------------------------------------------------- */

export function ProposalRow({ p, at, open, onAt, onOpen }: { p: Proposal; at: boolean; open: boolean; onAt: () => void; onOpen: (on: boolean) => void }) {
  const [failed, setFailed] = useState<unknown>(null);
  return (
    <li data-row class={at ? 'cursor proposal' : 'proposal'} onFocusIn={onAt} onMouseDown={onAt}>
      <h3><a href={addressOf(p)}>{p.title}</a></h3>
      <p>{p.why}</p>
      <p class="fine"><span>Expires {until(p)}</span><span>drafted by {isMine(p) ? 'you' : p.drafted_by}</span></p>
      {!open && (
        <span class="worth">
          {p.worth && <span class="gains">{p.worth}</span>}
          <span class="pairs"><Acts p={p} filled={at} onReject={() => onOpen(true)} onFailed={setFailed} /></span>
        </span>
      )}
      {open && <div class="doing"><Reason p={p} onBack={() => onOpen(false)} onFailed={setFailed} /></div>}
      {failed !== null && <div class="doing"><Failure words={wordsOf(failed)} /></div>}
    </li>
  );
}

/* --- what was decided -------------------------------------------------------------------------- */

const MARKS: Record<Proposal['state'], 'holds' | 'waits' | 'look' | 'stale' | 'against'> = { waits: 'waits', approved: 'holds', rejected: 'against', withdrawn: 'against', overtaken: 'stale', expired: 'stale' };

const decidedColumns: Column<Proposal>[] = [
  { head: 'Proposal', cell: (p) => <a href={addressOf(p)}>{p.title}</a>, value: (p) => p.title },
  { head: 'Standing', cell: (p) => <Mark mark={MARKS[p.state]}>{p.state}</Mark>, value: (p) => p.state, main: true },
  { head: 'By', cell: (p) => p.decided_by || <span class="none">nobody</span>, value: (p) => p.decided_by },
  { head: 'When', cell: (p) => moment(p.decided_at || p.expires_at), value: (p) => p.decided_at || p.expires_at },
  { head: 'Reason', cell: (p) => p.reason || <span class="none">none</span>, value: (p) => p.reason },
];

export function Decided({ rows }: { rows: Proposal[] }) {
  if (!rows.length) return null;
  return <Section title="Proposals that were decided" note="the ledger holds each step"><Table columns={decidedColumns} rows={rows} name={(p) => p.proposal} csv="proposals" /></Section>;
}

/* --- its page ---------------------------------------------------------------------------------- */

interface Step { step: string; at: string | null; by: string | null; note: string | null }

function Path({ steps, waits }: { steps: Step[]; waits: boolean }) {
  const now = waits ? steps.findIndex((s) => !s.at) : -1;
  return (
    <ol class="path" aria-label="Where it stands">
      {steps.map((s, i) => (
        <li key={s.step} class={i === now ? 'now' : s.at ? 'done' : undefined} aria-current={i === now ? 'step' : undefined}>
          <b class="cap">{s.step}</b>
          <span>{s.at ? moment(s.at) : i === now ? 'waits' : s.note || 'to come'}</span>
          {s.by && <span>{s.by}</span>}
          {s.at && s.note && <span>{s.note}</span>}
        </li>
      ))}
    </ol>
  );
}

const widensColumns: Column<Told>[] = [
  { head: 'Setting', cell: (w) => <code>{w['key']}</code> },
  { head: 'From', cell: (w) => w['before'] },
  { head: 'To', cell: (w) => <b>{w['after']}</b>, main: true },
  { head: 'Why it widens', cell: (w) => <span class="cap">{w['why']}</span> },
];

const channelColumns: Column<Told>[] = [
  { head: 'Channel', cell: (c) => c['channel'] },
  { head: 'A week now', cell: (c) => money(amountOf(c['present'])), figure: true },
  { head: 'Planned', cell: (c) => money(amountOf(c['plan'])), figure: true, main: true },
  { head: 'Change', cell: (c) => money(amountOf(c['plan']) - amountOf(c['present']), true), figure: true },
];

interface Density { from: number; to: number; median: number; heights: number[] }

/* The draws of the plan's gain as the program smoothed them; the interval is counted on the draws. */
function chartOf(told: Told, density: Density): DensityChart {
  const [mean, low, high, run] = [told['worth_mean'] as number, told['worth_low'] as number, told['worth_high'] as number, `Run ${told['drafted_in']}`];
  const verdict = low > 0 ? 'gains' : high < 0 ? 'loses' : 'may lose';
  const step = (density.to - density.from) / (density.heights.length - 1);
  return {
    id: 'worth', kind: 'density', title: low > 0 ? 'The plan gains' : mean > 0 ? 'The plan gains on average, and may lose' : 'The plan loses on average',
    quantity: 'CM1 net of media, over its weeks', band: '', probability: 0.9, unit: 'money', signed: true,
    series: { points: density.heights.map((height, k) => ({ at: density.from + k * step, height })) },
    median: density.median, lo: low, hi: high, verdict, run,
    evidence: { text: run, verdict: `grade ${told['grade']}`, mark: told['grade'] < 'D' ? 'holds' : 'look', run, address: `${location.origin}/ledger/runs/${told['drafted_in']}` },
  };
}

function Worth({ told }: { told: Told }) {
  const [value, low, high] = [told['worth_mean'] as number, told['worth_low'] as number, told['worth_high'] as number];
  if (value === undefined || value === null) return null;
  const from = Math.min(0, low), to = Math.max(0, high), room = (to - from) * 0.08;
  const [text, range] = estimate({ value, low, high }, true);
  const density = told['density'] as Density | undefined;
  const all = (told['channels'] || []) as Told[];
  const more = all.reduce((sum, c) => sum + amountOf(c['plan']) - amountOf(c['present']), 0);
  const moved = movesOf(all);
  return (
    <Section title="Worth over its weeks" note={days(told['from'], told['to'])}>
      <div class="gain wide">
        {density ? <ChartPart chart={chartOf(told, density)} name="proposal" /> : <Strip value={value} low={low} high={high} from={from - room} to={to + room} />}
        <p class="key">{text} <span class="interval">90%: {range}</span></p>
        <dl class="facts">
          <div><dt>Chance it gains</dt><dd>{chance(1 - (told['chance_of_loss'] as number))}</dd></div>
          <div><dt>Spend a week</dt><dd>{Math.abs(more) < 0.005 ? 'unchanged' : money(more, true)}</dd></div>
          <div><dt>Evidence</dt><dd><a class="figure" href={`/ledger/runs/${told['drafted_in']}`}>Run {told['drafted_in']}, grade {told['grade']}</a></dd></div>
          <div><dt>Known after</dt><dd>{days(told['to'], told['to'])}</dd></div>
        </dl>
      </div>
      <Table columns={channelColumns} rows={moved} name={(c) => c['channel']} csv="plan" />
      {moved.length < all.length && <p class="note">{counted(all.length - moved.length, 'other channel')} {all.length - moved.length === 1 ? 'stays' : 'stay'} as {all.length - moved.length === 1 ? 'it is' : 'they are'}.</p>}
    </Section>
  );
}

function Reasons({ rows }: { rows: Told[] }) {
  return (
    <Section title="Why" note="and what speaks against it">
      {rows.length === 0 && <p class="note">Nothing is known that speaks for or against it but what it changes.</p>}
      <ul class="reasons">
        {rows.map((r) => <li key={r['what']}><Mark mark={r['side'] === 'for' ? 'holds' : 'against'} only>{r['side'] === 'for' ? 'For: ' : ''}</Mark>{r['side'] === 'against' && <b>Against: </b>}{r['what']}</li>)}
      </ul>
    </Section>
  );
}

function Doing({ p, told }: { p: Proposal; told: Told }) {
  const [rejects, setRejects] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const back = (act: () => Promise<void>) => (): void => void act().catch(setFailed);
  const mayUndo = told['undone_until'] && told['decided_by'] === who.value?.name;
  return (
    <>
      <div class="acts decides">
        {p.state === 'waits' && !rejects && <Acts p={p} filled onReject={() => setRejects(true)} onFailed={setFailed} />}
        {p.state === 'waits' && !rejects && p.kind === 'budget' && <a class="link" href={`/measurement/what-if?proposal=${p.proposal}`}>Change amounts</a>}
        {p.state === 'waits' && isMine(p) && <button type="button" class="button" onClick={back(() => withdraw(p))}>Withdraw it</button>}
        {p.state !== 'waits' && <Mark mark={MARKS[p.state]}>{p.state === 'expired' ? 'expired: silence never approves' : `${p.state} by ${told['decided_by']}`}</Mark>}
        {mayUndo && <button type="button" class="button" data-key="z" onClick={back(() => undo(p))}>Take it back <Key>z</Key></button>}
        {p.state === 'waits' && <p class="fine">Expires {until(p)}. Silence never approves.</p>}
      </div>
      {rejects && p.state === 'waits' && <Reason p={p} onBack={() => setRejects(false)} onFailed={setFailed} />}
      {failed !== null && <Failure words={wordsOf(failed)} />}
    </>
  );
}

/* The other proposals beside the open one, where there is room for both. */
function Group({ title, rows, at }: { title: string; rows: Proposal[]; at: number }) {
  if (!rows.length) return null;
  return (
    <section>
      <h2>{title} <span>{rows.length}</span></h2>
      <ul>
        {rows.map((p) => (
          <li key={p.proposal} data-row>
            <a href={addressOf(p)} aria-current={p.proposal === at ? 'page' : undefined}>
              <b>{p.title}</b>
              <span>{p.worth && <em>{p.worth}</em>}{p.state === 'waits' ? <small>{day(new Date(p.expires_at))}</small> : <Mark mark={MARKS[p.state]}>{p.state}</Mark>}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Beside({ at }: { at: number }) {
  const { data } = useRead('proposal.list', { all: true, limit: 50 });
  const all = proposalsOf(data);
  const waits = all.filter((p) => p.state === 'waits');
  return (
    <nav class="list" aria-label="Proposals">
      <Group title="Waiting for you" rows={waits.filter(mayDecide)} at={at} />
      <Group title="Waiting for others" rows={waits.filter((p) => !mayDecide(p))} at={at} />
      <Group title="Decided" rows={all.filter((p) => p.state !== 'waits')} at={at} />
    </nav>
  );
}

export function ProposalPage({ number }: { number: string }) {
  useBar(`Proposal ${number}`);
  const { data, problem, late } = useRead<Told>('proposal.show', { proposal: number });
  if (problem && !data) return <><Answer>Proposal {number}</Answer><EmptyState missing={wordsOf(problem)}><a href="/decisions">All decisions</a></EmptyState></>;
  if (!data) return <><Answer busy>Proposal {number}</Answer>{late && <Skeleton lines={6} />}</>;
  const p = data as unknown as Proposal;
  const widens = (data['widens'] || []) as Told[];
  return (
    <div class="split">
      <Beside at={p.proposal} />
      <div class="detail">
        <p class="crumb"><a href="/decisions">Decisions</a> <span>Proposal {p.proposal}, drafted by {isMine(p) ? 'you' : p.drafted_by}{p.by_terminal === 'yes' ? ' at the terminal' : ''}{p.state === 'waits' ? `; ${deciderOf(p)}` : ''}.</span></p>
        <Answer lede={p.why}>{p.title}</Answer>
        <Doing p={p} told={data} />
        <Path steps={(data['path'] || []) as Step[]} waits={p.state === 'waits'} />
        {p.kind === 'budget' ? <><Worth told={data} /><Reasons rows={(data['reasons'] || []) as Told[]} /></>
          : <Section title="What it widens" note={`against version ${data['base_version']}`}><Table columns={widensColumns} rows={widens} name={(w) => w['key'] + w['after']} /></Section>}
        {data['difference'] && <Section title="What changes in the files"><FileDifference text={String(data['difference'])} /></Section>}
        <Section title="How it is undone"><p class="note">{data['undo']}</p></Section>
      </div>
    </div>
  );
}
