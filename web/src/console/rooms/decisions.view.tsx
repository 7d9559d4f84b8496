/* decisions.view.tsx: proposals and other rows that wait for a person, each with what it waits for; what plans promised and
 * brought; the minutes. The row under the cursor has the one filled button. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useBar } from '../bar';
import { change } from '../api';
import type { Answer as Told } from '../api';
import { addressOf } from '../challenge';
import type { Challenge } from '../challenge';
import { version } from '../live';
import { Answer, EmptyState, Failure, Field, Form, Key, Mark, Owner, Section, Skeleton, Table, amountOf, counted, day, money } from '../parts';
import type { Column } from '../parts';
import { mayChange, mayWith, who } from '../session';
import { say } from '../toast';
import { useRead, wordsOf } from '../use';
import type { RoomProps } from './index';
import { proposalsOf } from './proposal';
import type { Proposal } from './proposal';
import { Decided, ProposalPage, ProposalRow } from './proposals';
import { ASKED, itemsOf, monthOf } from './waiting';
import type { Item } from './waiting';

const WORDS: Record<Exclude<Item['kind'], 'proposal'>, string> = { minute: 'Close', question: 'Answer', books: 'Sign', finding: 'Open' };
const BOOKS_SHOWN = 3;
const noon = (iso: string): Date => new Date(iso + 'T12:00:00Z');
const done = (words: string): void => {
  version.value++;
  say(words);
};

/* --- what a row waits for ---------------------------------------------------------------------- */

const Back = ({ onClick }: { onClick: () => void }) => <button type="button" class="button plain" onClick={onClick}>Back</button>;

/* An action that moves to another day is closed with where it went, and entered anew. */
async function carryOver(m: Told, due: string): Promise<void> {
  const { answer } = await change('minutes.add', { what: m['what'], owner: m['owner'], due });
  await change('minutes.close', { minute: m['minute'], outcome: `Carried over to ${due}, minute ${answer?.['minute']}.` });
}

function MinuteForm({ m, onBack }: { m: Told; onBack: () => void }) {
  const [outcome, setOutcome] = useState('');
  const [due, setDue] = useState('');
  const [carries, setCarries] = useState(false);
  const close = async (): Promise<void> => {
    if (carries && !due) throw new Error('No day is given; it is needed.');
    if (!carries && !outcome.trim()) throw new Error('Nothing is given; say how it ended.');
    if (carries) await carryOver(m, due);
    else await change('minutes.close', { minute: m['minute'], outcome });
    done(carries ? `It is carried over to ${day(noon(due))}.` : 'It is closed with its outcome.');
  };
  return (
    <Form action={carries ? 'Carry it over' : 'Close it'} send={close} other={<><button type="button" class="button plain" onClick={() => setCarries(!carries)}>{carries ? 'Close it instead' : 'Carry over'}</button><Back onClick={onBack} /></>}>
      {carries
        ? <Field key="due" name="carry-due" label="New day" kind="date" value={due} onValue={setDue} autofocus help={`Now ${m['due'] || 'none'}. It is closed as carried over and entered anew.`} />
        : <Field key="outcome" name="outcome" label="How did it end?" kind="long" value={outcome} onValue={setOutcome} autofocus help="Done, dropped and why, or replaced by which. Closing is final." />}
    </Form>
  );
}

function QuestionForm({ c, onBack }: { c: Challenge; onBack: () => void }) {
  const [answer, setAnswer] = useState('');
  const send = async (): Promise<void> => {
    await change('challenge.answer', { challenge: c.challenge, answer });
    done('The answer is kept with the question.');
  };
  const [page, ...key] = c.figure.split('/');
  return (
    <Form action="Keep the answer" send={send} other={<><Back onClick={onBack} /><a href={addressOf(page || 'today', key.join('/'), c.run || undefined)}>See the figure</a></>}>
      <Field name="answer" label="Answer" kind="long" value={answer} onValue={setAnswer} autofocus help="It stands beside the figure, with your name. An answer is final." />
    </Form>
  );
}

const bookColumns: Column<Told>[] = [
  { head: 'Line', cell: (l) => <span class="cap">{String(l['line']).replace(/_/g, ' ')}</span> },
  { head: 'Ours', cell: (l) => money(amountOf(l['ours'])), figure: true },
  { head: 'Books', cell: (l) => money(amountOf(l['books'])), figure: true },
  { head: 'Difference', cell: (l) => money(amountOf(l['difference']), true), figure: true, main: true },
  { head: 'Standing', cell: (l) => <Mark mark={l['verdict'] === 'reconciled' ? 'holds' : 'look'}>{String(l['verdict'])}</Mark> },
];

function BooksForm({ told, onBack }: { told: Told; onBack: () => void }) {
  const [note, setNote] = useState('');
  const differing = told['differing'] as number;
  const send = async (): Promise<void> => {
    if (differing && !note.trim()) throw new Error(`${counted(differing, 'line')} differ: say why that is accepted.`);
    await change('reconcile.sign', { period: told['period'], ...(note.trim() ? { note } : {}) });
    done('The period is signed; the signature is in the ledger.');
  };
  return (
    <>
      <Table columns={bookColumns} rows={told['lines'] as Told[]} name={(l) => l['line']} />
      <Form action="Sign it" send={send} other={<Back onClick={onBack} />}>
        <Field name="note" label={differing ? 'Why is the difference accepted?' : 'Note'} kind="long" value={note} onValue={setNote} autofocus help={differing ? 'It stands with the signature.' : 'May be left empty. A signature is never withdrawn.'} />
      </Form>
    </>
  );
}

function Doing({ item, onBack }: { item: Item; onBack: () => void }) {
  if (item.kind === 'minute') return <MinuteForm m={item.told} onBack={onBack} />;
  if (item.kind === 'question') return <QuestionForm c={item.told as unknown as Challenge} onBack={onBack} />;
  return <BooksForm told={item.told} onBack={onBack} />;
}

/* --- rows -------------------------------------------------------------------------------------- */

const needs = (item: Item): string | null => (item.kind === 'books' && !mayWith(who.value?.role || '', 'finance', false) ? 'Finance or the owner signs.' : !mayChange.value ? 'Your role reads.' : null);

interface RowProps { item: Item; at: boolean; open: boolean; onAt: () => void; onOpen: (on: boolean) => void }

function Row(props: RowProps) {
  return props.item.kind === 'proposal' ? <ProposalRow {...props} p={props.item.told as unknown as Proposal} /> : <OtherRow {...props} kind={props.item.kind} />;
}

function OtherRow({ item, kind, at, open, onAt, onOpen }: RowProps & { kind: keyof typeof WORDS }) {
  const lock = item.kind === 'finding' ? null : needs(item);
  const look = at ? 'button filled' : 'button';
  return (
    <li data-row class={at ? 'cursor' : undefined} onFocusIn={onAt} onMouseDown={onAt}>
      <h3><Mark mark={item.mark} only>{item.mark === 'look' ? 'late or differing' : item.mark === 'broken' ? 'broken' : 'waits'}</Mark>{item.title}</h3>
      <p>{item.reason}</p>
      {(item.owner || item.due) && <p class="fine">{item.owner && <Owner name={item.owner} />}{item.due && <span>by {day(noon(item.due))}</span>}</p>}
      {!open && (
        <span class="worth">
          {lock ? <Mark mark="lock">{lock}</Mark>
            : item.kind === 'finding' ? <a class={look} href="/data" data-key={at ? 'a' : undefined}>{WORDS[kind]}</a>
            : <button type="button" class={look} data-key={at ? 'a' : undefined} onClick={() => onOpen(true)}>{WORDS[kind]}{at && <> <Key>a</Key></>}</button>}
        </span>
      )}
      {open && !lock && <div class="doing"><Doing item={item} onBack={() => onOpen(false)} /></div>}
    </li>
  );
}

function Queue({ title, items, at, open, onAt, onOpen }: { title: string; items: Item[]; at: string; open: string; onAt: (key: string) => void; onOpen: (key: string) => void }) {
  const [all, setAll] = useState(false);
  if (!items.length) return null;
  const books = items.filter((i) => i.kind === 'books').map((i) => i.key);
  const shown = all ? items : items.filter((i) => i.kind !== 'books' || books.indexOf(i.key) < BOOKS_SHOWN);
  return (
    <Section title={title} note={String(items.length)}>
      <ul class="rows queue">
        {shown.map((i) => <Row key={i.key} item={i} at={!open && at === i.key} open={open === i.key} onAt={() => onAt(i.key)} onOpen={(on) => onOpen(on ? i.key : '')} />)}
      </ul>
      {shown.length < items.length && <p class="acts"><button type="button" class="link" onClick={() => setAll(true)}>{counted(items.length - shown.length, 'earlier period')} of the books</button></p>}
    </Section>
  );
}

/* --- promises, minutes ------------------------------------------------------------------------- */

const promiseColumns: Column<Told>[] = [
  { head: 'Plan', cell: (p) => <a class="figure" href={`/ledger/runs/${p['run']}`}>Run {p['run']}</a>, value: (p) => p['run'] },
  { head: 'Weeks', cell: (p) => `${day(noon(p['from']))} to ${day(noon(p['to']))}`, value: (p) => p['from'] },
  { head: 'Promised', cell: (p) => p['promised'], value: (p) => p['promised'], figure: true },
  { head: 'Measured', cell: (p) => p['measured'], value: (p) => p['measured'], figure: true, main: true },
  { head: 'Moves made', cell: (p) => `${Math.round((p['followed'] as number) * 100)}%`, value: (p) => p['followed'], figure: true },
  { head: 'Agreed', cell: (p) => (p['standing'] === null || p['standing'] === undefined ? <span class="none">not asked</span> : <span class="cap">{p['standing']}</span>), value: (p) => p['standing'] },
  { head: 'Standing', cell: (p) => <Mark mark={p['inside'] === 'yes' ? 'holds' : 'look'}>{p['inside'] === 'yes' ? 'within' : 'outside'}</Mark>, value: (p) => p['inside'] },
];

function Promises({ data }: { data: Told | undefined }) {
  if (!data) return null; /* no model: nothing was ever promised */
  const rows = (data['promises'] || []) as Told[];
  const waits = data['waiting'] as number;
  return (
    <Section title="Promised and measured" note="90% intervals; nine in ten should hold">
      {rows.length > 0 && <Table columns={promiseColumns} rows={rows} name={(p) => p['run']} csv="promises" />}
      {waits > 0 && <p class="note"><Mark mark="waits">{counted(waits, 'plan')} {waits === 1 ? 'waits' : 'wait'}: no model has seen {waits === 1 ? 'its' : 'their'} last week.</Mark></p>}
      {rows.length === 0 && waits === 0 && <EmptyState missing="No plan has been proposed yet." worth="A plan that is kept is held against what was measured."><a href="/measurement/what-if">Try a split</a></EmptyState>}
    </Section>
  );
}

const closedColumns: Column<Told>[] = [
  { head: 'What', cell: (m) => m['what'], value: (m) => m['what'] },
  { head: 'State', cell: (m) => <Mark mark={m['state'] === 'closed' ? 'holds' : 'waits'}>{m['state']}</Mark>, value: (m) => m['state'], main: true },
  { head: 'Owner', cell: (m) => <Owner name={m['owner'] || m['opened_by']} />, value: (m) => m['owner'] || m['opened_by'] },
  { head: 'Outcome', cell: (m) => m['outcome'] || <span class="none">none</span>, value: (m) => m['outcome'] },
];

function Enter() {
  const blank = { what: '', kind: 'action', owner: '', due: '' };
  const [given, setGiven] = useState<Record<string, string>>(blank);
  const [left, setLeft] = useState(false);
  const isAction = given['kind'] === 'action';
  const set = (name: string) => (v: string): void => setGiven((g) => ({ ...g, [name]: v }));
  const fault = (name: string, words: string): string | undefined => (left && !given[name]?.trim() ? words : undefined);
  const send = async (): Promise<void> => {
    setLeft(true);
    if (!given['what']?.trim() || (isAction && (!given['owner']?.trim() || !given['due']))) throw new Error('Something is missing: see the fields.');
    const { answer } = await change('minutes.add', { what: given['what'], kind: given['kind'], ...(given['owner'] ? { owner: given['owner'] } : {}), ...(isAction ? { due: given['due'] } : {}) });
    setGiven(blank);
    setLeft(false);
    done(`${isAction ? 'Action' : 'Decision'} ${answer?.['minute']} is in the minutes.`);
  };
  return (
    <Form action="Enter it" send={send} quiet>
      <Field name="what" label="What was decided, or is to be done" value={given['what'] || ''} onValue={set('what')} error={fault('what', 'Nothing is given; one sentence is needed.')} help="One sentence, verb first." />
      <div class="fields">
        <Field name="kind" label="Kind" kind="choice" required value={given['kind'] || ''} onValue={set('kind')} choices={[{ value: 'action', label: 'action' }, { value: 'decision', label: 'decision' }]} help="An action stands until it is closed; a decision stands." />
        <Field name="owner" label="Owner" value={given['owner'] || ''} onValue={set('owner')} error={isAction ? fault('owner', 'Nobody is named; an action has one person.') : undefined} help="One person, never a group." />
        {isAction && <Field name="due" label="Done by" kind="date" value={given['due'] || ''} onValue={set('due')} error={fault('due', 'No day is given; an action has one.')} help="Open after this day, it is late." />}
      </div>
    </Form>
  );
}

/* --- the room ---------------------------------------------------------------------------------- */

function headline(mine: Item[], rows: number): ComponentChildren {
  if (!mine.length) return 'Nothing waits for you';
  return rows === 1 ? 'One thing waits for you' : `${rows} things wait for you`;
}

export default function Decisions({ rest }: RoomProps) {
  const number = /^\/(\d+)$/.exec(rest)?.[1];
  return number ? <ProposalPage key={number} number={number} /> : <Queues />;
}

function Queues() {
  useBar('Decisions');
  const proposals = useRead(...ASKED.proposals);
  const decided = useRead('proposal.list', { all: true, limit: 50 });
  const minutes = useRead(...ASKED.minutes);
  const questions = useRead(...ASKED.questions);
  const lines = useRead(...ASKED.lines);
  const findings = useRead(...ASKED.findings);
  const promises = useRead('budget.score');
  const [at, setAt] = useState('');
  const [open, setOpen] = useState('');
  const readings = [proposals, minutes, questions, lines, findings];
  const ready = [...readings, promises].every((r) => r.data || r.problem);
  if (!ready) return <><Answer busy>Decisions</Answer>{minutes.late && <Skeleton lines={6} />}</>;
  const items = itemsOf({ proposals: proposals.data, minutes: minutes.data, questions: questions.data, lines: lines.data, findings: findings.data });
  const mine = items.filter((i) => i.isMine);
  const others = items.filter((i) => !i.isMine);
  const opened = items.some((i) => i.key === open) ? open : '';
  const cursor = items.some((i) => i.key === at) ? at : (mine[0] || others[0])?.key || '';
  const books = mine.filter((i) => i.kind === 'books');
  const settled = ((minutes.data?.['minutes'] || []) as Told[]).filter((m) => m['state'] === 'closed' || m['state'] === 'stands');
  const failed = readings.find((r) => r.problem && !r.data)?.problem;
  const queue = { at: cursor, open: opened, onAt: setAt, onOpen: setOpen };
  return (
    <>
      <Answer lede={<>{others.length ? `${counted(others.length, 'thing')} ${others.length === 1 ? 'waits' : 'wait'} for others. ` : ''}{books.length ? `The books of ${counted(books.length, 'closed period')} wait for a signature, the newest of ${monthOf(...(String(books[0]?.told['period']).split('..') as [string, string]))}. ` : ''}Silence never approves.</>}>
        {headline(mine, mine.length - books.length + Math.min(1, books.length))}
      </Answer>
      {failed && <Failure words={wordsOf(failed)} />}
      <Queue title="Waiting for you" items={mine} {...queue} />
      <Queue title="Waiting for others" items={others} {...queue} />
      <Promises data={promises.data} />
      <Decided rows={proposalsOf(decided.data).filter((p) => p.state !== 'waits')} />
      {settled.length > 0 && <Section title="Decided and closed" note="this week"><Table columns={closedColumns} rows={settled} name={(m) => m['minute']} csv="minutes" /></Section>}
      {mayChange.value && <Section title="Enter in the minutes" note="kept with the ledger"><Enter /></Section>}
    </>
  );
}
