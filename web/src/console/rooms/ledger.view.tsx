/* ledger.view.tsx: entries, runs and jobs, each with an address of its own. */

import { useState } from 'preact/hooks';
import { useBar } from '../bar';
import { change, read } from '../api';
import type { Answer as Reply } from '../api';
import { answerOf, cancel, isOpen, jobs } from '../live';
import type { Job } from '../live';
import { Answer, Failure, Mark, Owner, Progress, Section, Skeleton, Table, Tabs, counted, count, lasted, moment, operationName } from '../parts';
import type { Column } from '../parts';
import { useRead, wordsOf } from '../use';
import { Reply as ReplyView, Values } from '../reply';
import type { RoomProps } from './index';
import { ledger } from './ledger';
import type { Mark as MarkName } from '../../charts/types';

interface Entry {
  seq: number;
  entered_at: string;
  kind: string;
  actor: string;
  run: number | null;
  leaf: string;
  body: Reply;
}

interface Run {
  run: number;
  operation: string;
  state: string;
  started_at: string;
  ended_at: string | null;
  actor: string;
  failure: string | null;
}

const MARKS: Record<string, MarkName> = { done: 'holds', failed: 'broken', cancelled: 'look', interrupted: 'broken', running: 'waits', queued: 'waits', started: 'waits' };
const State = ({ state }: { state: string }) => <Mark mark={MARKS[state] || 'look'}>{state}</Mark>;
const Moment = ({ at }: { at: string }) => <time dateTime={at} title={at}>{moment(at)}</time>;
const RunLink = ({ run }: { run: number | null }) => (run ? <a class="figure" href={`/ledger/runs/${run}`}>{run}</a> : <>none</>);

/* --- entries -------------------------------------------------------------------------------- */

function Verify() {
  const [said, setSaid] = useState<Reply | null>(null);
  const [failed, setFailed] = useState('');
  const run = (): void => {
    setFailed('');
    change('ledger.verify').then(({ answer, job }) => (job ? answerOf(job) : answer || null)).then(setSaid, (e) => setFailed(wordsOf(e)));
  };
  return (
    <div class="acts" role="status">
      <button type="button" class="button" onClick={run}>Check every entry</button>
      {said && <Mark mark={said['holds'] ? 'holds' : 'broken'}>{(said['said'] as string[]).join(' ')}</Mark>}
      {failed && <Failure words={failed} />}
    </div>
  );
}

const entryColumns: Column<Entry>[] = [
  { head: 'What', cell: (e) => <a class="figure" href={`/ledger/entries/${e.seq}`}>{operationName(e.kind)}</a>, value: (e) => e.kind },
  { head: 'Entry', cell: (e) => count(e.seq), value: (e) => e.seq, figure: true, main: true },
  { head: 'By', cell: (e) => <Owner name={e.actor} />, value: (e) => e.actor },
  { head: 'Run', cell: (e) => <RunLink run={e.run} />, value: (e) => e.run, figure: true },
  { head: 'Entered', cell: (e) => <Moment at={e.entered_at} />, value: (e) => e.entered_at },
];

function Entries() {
  const { data: status } = useRead('status');
  const size = Number(status?.['ledger_size'] || 0);
  const [limit, setLimit] = useState(50);
  const { data, problem } = useRead<{ entries: Entry[] }>(status ? 'ledger.list' : null, { limit });
  const rows = [...(data?.entries || [])].reverse();
  return (
    <>
      <Answer lede="Everything that changed this workspace is here: what came into force, what was loaded, what was concluded, by whom. Nothing is changed afterwards; each entry is bound to all before it.">
        {status ? `${counted(size, 'entry', 'entries')} say what was decided and done` : 'What was decided and done'}
      </Answer>
      <Section title="Entries" note="newest first">
        {problem && <Failure words={wordsOf(problem)} />}
        {data ? <Table columns={entryColumns} rows={rows} name={(e) => e.seq} csv="ledger" /> : <Skeleton lines={8} />}
        {rows.length === limit && size > limit && <p><button type="button" class="link" onClick={() => setLimit(limit * 4)}>Earlier entries</button></p>}
      </Section>
      {data && <Section title="Is it all there" note="recomputed from the stored bytes">
        <Verify />
        {status && <dl class="values"><dt>Root</dt><dd><code>{status['ledger_root']}</code></dd><dd class="fine">Kept elsewhere, this root lets anybody check later that nothing before it was changed.</dd></dl>}
      </Section>}
    </>
  );
}

function EntryView({ seq }: { seq: number }) {
  const { data, problem } = useRead<{ entries: Entry[] }>('ledger.list', { first: seq, limit: 1 });
  const entry = data?.entries.find((e) => e.seq === seq);
  const [proof, setProof] = useState<Reply | null>(null);
  const [failed, setFailed] = useState('');
  const prove = (): void => {
    setFailed('');
    read('ledger.prove', { seq }).then(setProof, (e) => setFailed(wordsOf(e)));
  };
  if (problem) return <><Answer>Entry {seq}</Answer><Failure words={wordsOf(problem)} /></>;
  if (data && !entry) return <Answer lede={`The ledger has fewer than ${count(seq + 1)} entries.`}>There is no entry {count(seq)}</Answer>;
  if (!entry) return <><Answer>Entry {seq}</Answer><Skeleton /></>;
  return (
    <>
      <Answer lede={<>Entered {moment(entry.entered_at)} by {entry.actor}{entry.run && <>, by <a href={`/ledger/runs/${entry.run}`}>run {entry.run}</a></>}.</>}>
        Entry {count(entry.seq)}: {operationName(entry.kind)}
      </Answer>
      <Section title="What was entered"><Values of={entry.body} /></Section>
      <Section title="Its place in the log" note="SHA-256, RFC 6962">
        <dl class="values"><dt>Leaf</dt><dd><code>{entry.leaf}</code></dd></dl>
        <p class="acts"><button type="button" class="button" onClick={prove}>Prove it</button></p>
        {failed && <Failure words={failed} />}
        {proof && <ReplyView of={proof} />}
      </Section>
    </>
  );
}

/* --- runs ----------------------------------------------------------------------------------- */

const runColumns: Column<Run>[] = [
  { head: 'What', cell: (r) => <a class="figure" href={`/ledger/runs/${r.run}`}>{operationName(r.operation)}</a>, value: (r) => r.operation },
  { head: 'Run', cell: (r) => r.run, value: (r) => r.run, figure: true, main: true },
  { head: 'State', cell: (r) => <State state={r.state} />, value: (r) => r.state },
  { head: 'By', cell: (r) => <Owner name={r.actor} />, value: (r) => r.actor },
  { head: 'Took', cell: (r) => (r.ended_at ? lasted(r.started_at, r.ended_at) : 'not ended'), value: (r) => (r.ended_at ? (Date.parse(r.ended_at) - Date.parse(r.started_at)) / 1000 : null), figure: true },
  { head: 'Started', cell: (r) => <Moment at={r.started_at} />, value: (r) => r.started_at },
];

function runsAnswer(runs: Run[]): string {
  const failed = runs.filter((r) => r.state !== 'done').length;
  if (!runs.length) return 'Nothing has run yet';
  return failed ? `${failed} of the last ${runs.length} runs did not end well` : `The last ${counted(runs.length, 'run')} ended well`;
}

function Runs() {
  const { data, problem } = useRead<{ runs: Run[] }>('run.list', { limit: 200 });
  return (
    <>
      <Answer lede="A run is one execution of an operation: its inputs, its parameters, the machine and what it answered. The same inputs give the same bytes.">{data ? runsAnswer(data.runs) : 'Runs'}</Answer>
      <Section title="Runs" note="newest first">
        {problem && <Failure words={wordsOf(problem)} />}
        {data ? <Table columns={runColumns} rows={data.runs} name={(r) => r.run} csv="runs" /> : <Skeleton lines={8} />}
      </Section>
    </>
  );
}

function RunView({ run }: { run: number }) {
  const { data, problem } = useRead('run.show', { run });
  if (problem) return <Answer lede={wordsOf(problem)}>There is no run {run}</Answer>;
  if (!data) return <><Answer>Run {run}</Answer><Skeleton /></>;
  const { said: _said, answer, parameters, next: _next, notes: _notes, run: _run, operation, state, ...rest } = data;
  return (
    <>
      <Answer lede={<>By {data['actor']}, {moment(data['started_at'])}{data['ended_at'] && `, in ${lasted(data['started_at'], data['ended_at'])}`}.</>}>
        Run {run}, {operationName(operation)}
      </Answer>
      <p class="marks"><State state={state} /></p>
      {answer && <Section title="What it answered"><ReplyView of={answer} /></Section>}
      <Section title="Parameters" note="with defaults filled in"><Values of={parameters as Reply} /></Section>
      <Section title="What it was made of" note="the same inputs give the same bytes"><Values of={rest} /></Section>
    </>
  );
}

/* --- jobs ----------------------------------------------------------------------------------- */

type JobRow = Omit<Job, 'problem'> & { run: number | null; failure: string | null };

const jobColumns: Column<JobRow>[] = [
  { head: 'What', cell: (j) => operationName(j.operation), value: (j) => j.operation },
  { head: 'Job', cell: (j) => j.job, value: (j) => j.job, figure: true, main: true },
  { head: 'State', cell: (j) => <State state={j.state} />, value: (j) => j.state },
  { head: 'Run', cell: (j) => <RunLink run={j.run} />, value: (j) => j.run, figure: true },
  { head: 'Started', cell: (j) => (j.started_at ? <Moment at={j.started_at} /> : 'not started'), value: (j) => j.started_at },
];

export function OpenJobs({ list }: { list: Job[] }) {
  return (
    <>
      {list.map((j) => (
        <Progress key={j.job} what={operationName(j.operation)} share={j.share} note={j.step || j.state} onCancel={() => void cancel(j)} />
      ))}
    </>
  );
}

function Jobs({ asked }: { asked: number | null }) {
  const { data, problem } = useRead<{ jobs: JobRow[] }>('job.list', { limit: 200 });
  const open = jobs.value.filter(isOpen);
  const shown = (data?.jobs || []).filter((j) => !open.some((o) => o.job === j.job));
  return (
    <>
      <Answer>{open.length ? `${counted(open.length, 'job')} running or waiting` : 'No job is running'}</Answer>
      {open.length > 0 && <Section title="Now"><OpenJobs list={open} /></Section>}
      <Section title="Ended" note="newest first">
        {problem && <Failure words={wordsOf(problem)} />}
        {data ? <Table columns={jobColumns} rows={shown} name={(j) => j.job} csv="jobs" marked={(j) => (j.job === asked ? 'asked' : '')} /> : <Skeleton lines={6} />}
      </Section>
    </>
  );
}

/* --- the room ------------------------------------------------------------------------------- */

function inside(rest: string) {
  const [, kind, id] = rest.split('/');
  const number = id === undefined ? null : Number(id);
  if (number !== null && !Number.isInteger(number)) return null;
  if (!kind) return <Entries />;
  if (kind === 'entries' && number !== null) return <EntryView seq={number} />;
  if (kind === 'runs') return number === null ? <Runs /> : <RunView run={number} />;
  return kind === 'jobs' ? <Jobs asked={number} /> : null;
}

export default function Ledger({ rest }: RoomProps) {
  const kind = rest.split('/')[1] || '';
  useBar('Ledger');
  const at = kind === 'entries' || !kind ? ledger.path : `${ledger.path}/${kind}`;
  return (
    <>
      <Tabs tabs={ledger.places || []} at={at} label="Ledger" />
      {inside(rest) || <Answer>Nothing lies here</Answer>}
    </>
  );
}
