/* data.view.tsx: the program's page of data, and what is done beside it: bring files, load them, audit
 * them, look at the rows set aside. */

import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { change } from '../api';
import type { Answer as Reply, Queued } from '../api';
import { usePeriod } from '../bar';
import { DropZone, Files, OnTheWay, removeFile } from '../bring';
import type { Doubt, FileSeen } from '../bring';
import { answerOf, cancel, jobs, version } from '../live';
import { EmptyState, Failure, Field, Page, Progress, Section, Skeleton, Table, counted, operationName } from '../parts';
import type { Column } from '../parts';
import { who, workspace } from '../session';
import { say } from '../toast';
import { inbox } from '../upload';
import { useRead, wordsOf } from '../use';
import { NameAct, Names } from './names';

/* --- one after the other ------------------------------------------------------------------------ */

interface Doing {
  job: number;
  what: string;
}

/* Jobs that belong together, each with its progress; stops at the first that fails. The state is kept
 * here and not in a component: when a job has changed something, the page around is drawn anew. */
class Line {
  readonly doing = signal<Doing | null>(null);
  readonly failed = signal('');

  async run(operations: [string, Reply][], done: string): Promise<void> {
    this.failed.value = '';
    try {
      for (const [operation, args] of operations) {
        const { job } = await change(operation, args);
        if (!job) continue;
        this.doing.value = { job: job.job, what: operationName(operation) };
        await answerOf(job as Queued);
      }
      say(done);
    } catch (e) {
      this.failed.value = wordsOf(e);
    }
    this.doing.value = null;
    version.value++;
  }
}

const taking = new Line();
const importing = new Line();
const auditing = new Line();

function Now({ line }: { line: Line }) {
  const doing = line.doing.value;
  const failed = line.failed.value;
  const job = doing && jobs.value.find((j) => j.job === doing.job);
  return (
    <>
      {doing && <Progress what={doing.what} share={job?.share ?? null} note={job?.step || 'waiting'} onCancel={() => job && void cancel(job)} />}
      {failed && <Failure words={failed} />}
    </>
  );
}

/* --- bring --------------------------------------------------------------------------------------- */

interface Seen {
  recognised: number;
  files: FileSeen[];
  doubts: Doubt[];
}

const mayBring = (): boolean => ['owner', 'revenue_operations'].includes(who.value?.role || '');
const AFTER: [string, Reply][] = [['source.import', {}], ['data.audit', {}], ['review.write', {}]];

const seen = signal<Seen | null>(null);
const brought = signal(false); /* something came since the room was entered */
const answers = signal<Record<string, string>>({});

const given = (): string => Object.entries(answers.peek()).filter(([, v]) => v).map(([k, v]) => `${k}: ${v}`).join('\n');
const failing = (e: unknown): void => void (taking.failed.value = wordsOf(e));

/* What lies in the inbox is told by the program, to the owner alone (docs/access.md). */
async function look(): Promise<void> {
  if (who.peek()?.role !== 'owner') return;
  try {
    seen.value = (await inbox()).length ? ((await change('start.ask', { folder: 'inbox', given: given() })).answer as unknown as Seen) : null;
  } catch (e) {
    failing(e);
  }
}

async function take(): Promise<void> {
  taking.failed.value = '';
  try {
    await change('source.add', { folder: 'inbox', given: given() });
    brought.value = false;
    await taking.run(AFTER, 'The files are loaded and audited, and the review is new.');
    await look();
  } catch (e) {
    failing(e);
  }
}

function Inbox() {
  const s = seen.value;
  return (
    <>
      {s && (
        <details class="inbox" open={brought.value}>
          <summary>{counted(s.files.length, 'file')} in the inbox, {s.recognised} understood</summary>
          <Files files={s.files} doubts={s.doubts} answers={answers.value} onAnswer={(key, a) => (answers.value = { ...answers.value, [key]: a })}
            onRemove={(f) => void removeFile(f).then(look, failing)} />
        </details>
      )}
      {s && brought.value && !taking.doing.value && (
        <p class="acts">
          <button type="button" class="button filled" onClick={() => void take()}>Load them</button>
          {s.doubts.length > 0 && <button type="button" class="button" onClick={() => void look()}>Look again with these answers</button>}
          <span class="fine">A newer export under its old name replaces its own rows.</span>
        </p>
      )}
      <Now line={taking} />
    </>
  );
}

const came = (): void => ((brought.value = true), void look());

function Bring() {
  useEffect(() => void (seen.peek() || look()), []);
  if (workspace.value?.blank) return <p class="acts"><a class="button filled" href="/today">Bring the first files</a></p>;
  if (who.value?.role === 'board') return null;
  return (
    <Section title="Bring files" note="as the tools export them">
      {mayBring() && <DropZone quiet onBrought={came} />}
      <OnTheWay />
      <Inbox />
      {!importing.doing.value && (
        <p class="acts">
          <button type="button" class="button" onClick={() => void importing.run([['source.import', {}]], 'Every source was looked at again.')}>Import now</button>
          <span class="fine">Looks at every source's files again and loads what changed.</span>
        </p>
      )}
      <Now line={importing} />
    </Section>
  );
}

/* --- audit ---------------------------------------------------------------------------------------- */

function Audit() {
  if (workspace.value?.blank || who.value?.role === 'board') return null;
  return (
    <div class="again">
      {!auditing.doing.value && <p class="acts"><button type="button" class="button" onClick={() => void auditing.run([['data.audit', {}]], 'The data were audited.')}>Audit again</button></p>}
      <Now line={auditing} />
    </div>
  );
}

/* --- rows set aside ------------------------------------------------------------------------------- */

const asideColumns: Column<Reply>[] = [
  { head: 'Why', cell: (r) => r['reason'] },
  { head: 'Row', cell: (r) => r['row'], value: (r) => r['row'], figure: true, main: true },
  { head: 'Column', cell: (r) => r['column'] || <span class="none">none</span>, value: (r) => r['column'] },
  { head: 'File', cell: (r) => r['file'], value: (r) => r['file'] },
];

function SetAside() {
  const { data: list } = useRead<{ sources: Reply[] }>('source.list');
  const sources = (list?.sources || []).filter((s) => s['set_aside'] > 0);
  const [source, setSource] = useState('');
  const { data, problem, late } = useRead<{ rows: Reply[] }>(source ? 'source.quarantine' : null, { source });
  if (!sources.length || !['owner', 'analyst', 'revenue_operations'].includes(who.value?.role || '')) return null;
  return (
    <div class="aside">
      <Field name="aside" label="Show the rows of" kind="choice" value={source} onValue={setSource}
        choices={sources.map((s) => ({ value: s['source'], label: `${s['source']}, ${counted(s['set_aside'], 'row')}` }))} />
      {problem && <Failure words={wordsOf(problem)} />}
      {late && <Skeleton lines={4} />}
      {source && data && (data.rows.length ? <Table columns={asideColumns} rows={data.rows} name={(r) => `${r['file']} ${r['row']} ${r['column']}`} csv={`set-aside-${source}`} /> : <EmptyState missing="None of its rows is set aside any more." />)}
    </div>
  );
}

const SLOTS = { bring: () => <Bring />, audit: () => <Audit />, aside: () => <SetAside />, name: (of: string) => <NameAct of={of} />, names: () => <Names /> };

const HEADINGS = ['Sources', 'What the audit found', 'What can be answered'];

export default function Data() {
  const { onTold } = usePeriod('Data', 'run', false);
  return <Page name="data" heading="Data" headings={HEADINGS} onTold={onTold} slots={SLOTS} />;
}
