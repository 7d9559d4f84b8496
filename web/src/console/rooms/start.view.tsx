/* start.view.tsx: the first page of a workspace that nobody has set up: files, questions, the one number, the
 * first review. The same code asks as in a terminal: start.ask says what it would ask and proposes, and
 * `start` runs twice with what was typed, to the first load and to the end (docs/start.md). */

import { useEffect, useState } from 'preact/hooks';
import { change } from '../api';
import type { Answer as Reply, Queued } from '../api';
import { useBar } from '../bar';
import { DropZone, Files, OnTheWay, removeFile } from '../bring';
import type { Doubt, FileSeen } from '../bring';
import { answerOf, cancel, jobs } from '../live';
import { Answer, Failure, Field, Form, Mark, Progress, Section, Skeleton, Table, count, counted, longDay } from '../parts';
import type { Column } from '../parts';
import { go } from '../route';
import { load, who } from '../session';
import { inbox, sending } from '../upload';
import { sentence, wordsOf } from '../use';

interface Question {
  key: string;
  question: string;
  answer: string;
  proposed: string;
  choices: string | null;
  wrong: string | null;
}

interface Asked {
  recognised: number;
  has_money: boolean;
  files: FileSeen[];
  doubts: Doubt[];
  questions: Question[];
}

type Given = Record<string, string>;

/* What was typed survives a reload of the page, in this tab alone. */
const KEPT = 'portolan.start';
const remembered = (): Given => JSON.parse(sessionStorage.getItem(KEPT) || '{}') as Given;

/* A line an answer, as a file of answers has them. */
const linesOf = (given: Given): string =>
  Object.entries(given).filter(([, v]) => v.trim()).map(([k, v]) => `${k}: ${v.replace(/\s+/g, ' ').trim()}`).join('\n');

/* --- one question -------------------------------------------------------------------------------- */

const WORDS: Record<string, string> = {
  file: 'what the file says of each order', 'first order': 'their first order in these files',
  cm2: 'Contribution after media', cm1: 'Contribution before media', revenue: 'Revenue',
};
const wordsFor = (choice: string): string => WORDS[choice] || choice.charAt(0).toUpperCase() + choice.slice(1);

const intl = Intl as unknown as { supportedValuesOf?: (of: string) => string[] };
const LISTS: Record<string, string[] | undefined> = {
  currency: intl.supportedValuesOf?.('currency'), zone: intl.supportedValuesOf?.('timeZone'),
};

/* Up to the question mark it is the label, what follows is help. */
function split(text: string): [string, string] {
  const at = text.indexOf('?') + 1;
  const label = text.slice(0, at || undefined).replace(/: what the file.*\?$/, '?');
  return [label, at ? text.slice(at).trim() : ''];
}

function Ask({ q, value, onValue, onLeave }: { q: Question; value: string | undefined; onValue: (v: string) => void; onLeave: () => void }) {
  const [label, help] = split(q.question);
  const choices = (q.choices || '').split('\n').filter(Boolean);
  const list = LISTS[q.key];
  return (
    <Field name={q.key} label={label} kind={choices.length ? 'choice' : 'text'} value={value ?? q.proposed} required
      choices={choices.map((c) => ({ value: c, label: q.key === 'customer' ? c : wordsFor(c) }))} onValue={onValue} onLeave={onLeave}
      error={q.wrong ? `Found "${q.answer}": ${q.wrong}.` : undefined} {...(list ? { list } : {})} {...(q.key === 'margin' ? { unit: 'of 100' } : {})}
      help={help ? sentence(help) : value !== undefined && value !== q.proposed ? `Proposed: ${choices.length && q.key !== 'customer' ? wordsFor(q.proposed) : q.proposed}.` : ''} />
  );
}

/* --- a job on the page --------------------------------------------------------------------------- */

function Working({ id, what }: { id: number; what: string }) {
  const job = jobs.value.find((j) => j.job === id);
  return <Progress what={what} share={job?.share ?? null} note={job?.step || 'waiting'} onCancel={() => job && void cancel(job)} />;
}

/* --- the one number ------------------------------------------------------------------------------ */

interface Number { metric: string; from: string; to: string; by: string }

const part = (text: string, word: string): string => new RegExp(`(?:^| )${word} (\\S+)`).exec(text)?.[1] || '';
const read = (text: string): Number => ({ metric: /^(cm1|cm2|revenue)/.exec(text)?.[1] || 'cm2', from: part(text, 'from'), to: part(text, 'to').replace(/\.0+$/, ''), by: part(text, 'by') });
/* Days in the program's words, as people write them. */
const told = (words: string[]): string => words.join(' ').replace(/\d{4}-\d\d-\d\d/g, (d) => longDay(new Date(d + 'T12:00:00Z')));
const isAmount = (text: string): boolean => text.trim() !== '' && isFinite(Number(text));

function faultOf(n: Number, key: keyof Number): string | undefined {
  if (key === 'metric' || n[key] === '') return n[key] === '' ? 'Nothing is given; it is needed.' : undefined;
  if (key === 'by') return /^\d{4}-\d\d-\d\d$/.test(n.by) ? undefined : `Found "${n.by}", allowed: a day.`;
  return isAmount(n[key]) ? undefined : `Found "${n[key]}", allowed: an amount without separators.`;
}

function OneNumber({ said, currency, send }: { said: Reply; currency: string; send: (given: Given) => Promise<void> }) {
  const asked = (said['asked'] || []) as Question[];
  const proposed = asked.find((q) => q.key === 'number');
  const [n, setN] = useState<Number>(() => read(proposed?.proposed || ''));
  const [owner, setOwner] = useState(who.value?.name || '');
  const [left, setLeft] = useState<Record<string, boolean>>({});
  const put = (key: keyof Number) => (v: string): void => setN((old) => ({ ...old, [key]: v }));
  const field = (key: keyof Number) => ({ value: n[key], onValue: put(key), onLeave: () => setLeft((l) => ({ ...l, [key]: true })), error: left[key] ? faultOf(n, key) : undefined });
  const number = async (): Promise<void> => {
    const wrong = (['from', 'to', 'by'] as const).find((key) => faultOf(n, key));
    setLeft({ from: true, to: true, by: true });
    if (wrong) throw new Error(faultOf(n, wrong));
    await send({ number: `${n.metric} from ${n.from} to ${n.to} by ${n.by}`, owner });
  };
  const who_ = <Field name="owner" label="Who answers for it? One person" value={owner} onValue={setOwner} required help="Also for the files, until somebody else does." />;
  if (!proposed) return <Form action="Write the first review" send={() => send({ owner })}>{who_}</Form>;
  return (
    <Form action="Write the first review" send={number} other={<button type="button" class="link" onClick={() => void send({ number: 'none', owner })}>Set no number yet</button>}>
      <div class="fields">
        <Field name="metric" label="The one number" kind="choice" required {...field('metric')} help="After media: revenue less variable cost less media."
          choices={['cm2', 'cm1', 'revenue'].map((value) => ({ value, label: wordsFor(value) }))} />
        <Field name="by" label="By when" kind="date" required {...field('by')} />
        <Field name="from" label="From, a year" kind="number" unit={currency} required {...field('from')} help="What it came to in the newest 52 weeks." />
        <Field name="to" label="To" kind="number" unit={currency} required {...field('to')} help={((said['understood'] || []) as Reply[]).some((u) => u['table'] === 'target') ? 'As the sheet of targets has it.' : 'Yours to change, now or in portolan.yaml.'} />
        {who_}
      </div>
    </Form>
  );
}

/* --- what came of it ----------------------------------------------------------------------------- */

const understood: Column<Reply>[] = [
  { head: 'File', cell: (r) => r['file'], value: (r) => r['file'] },
  { head: 'Understood as', cell: (r) => r['what'] },
  { head: 'Rows', cell: (r) => count(r['rows']), value: (r) => r['rows'], figure: true, main: true },
  { head: 'Set aside', cell: (r) => count(r['set_aside']), value: (r) => r['set_aside'], figure: true },
];
const missing: Column<Reply>[] = [
  { head: 'Open question', cell: (r) => r['question'] },
  { head: 'Because', cell: (r) => sentence(r['missing']).replace(/\.$/, '') },
  { head: 'What would answer it', cell: (r) => r['file'] },
  { head: 'Worth', cell: (r) => r['worth'] },
];
const leftOut: Column<Reply>[] = [
  { head: 'File', cell: (r) => r['file'] },
  { head: 'Why', cell: (r) => sentence(r['why']) },
];

function Done({ said }: { said: Reply }) {
  const enter = (): void => {
    sessionStorage.removeItem(KEPT);
    void load().then(() => go('/today'));
  };
  const [first, ...rest] = said['said'] as string[];
  const open = (said['missing'] || []) as Reply[];
  const out = (said['left_out'] || []) as Reply[];
  const high = Number(said['findings_high'] || 0);
  return (
    <>
      <Answer lede={told(rest)}>{counted(said['rows'], 'row')} loaded, and the first review is written</Answer>
      <p class="marks">
        <Mark mark="holds">{counted(said['recognised'], 'file')} understood</Mark>
        {high > 0 && <Mark mark="broken">{counted(high, 'finding')} may make figures wrong</Mark>}
        {open.length > 0 && <Mark mark="unidentified">{counted(open.length, 'question')} open</Mark>}
        <span class="vh">{first}</span>
      </p>
      <p class="acts"><button type="button" class="button filled" onClick={enter}>See the first review</button></p>
      {open.length > 0 && <Section title="What cannot be answered yet" note="the file that would, and what it would be worth"><Table columns={missing} rows={open} name={(r) => r['question']} csv="open-questions" /></Section>}
      <Section title="What was loaded" note="rows set aside are counted in no figure"><Table columns={understood} rows={(said['understood'] || []) as Reply[]} name={(r) => r['source']} csv="loaded" /></Section>
      {out.length > 0 && <Section title="What was left out"><Table columns={leftOut} rows={out} name={(r) => r['file']} /></Section>}
    </>
  );
}

/* --- the page ------------------------------------------------------------------------------------ */

const FIVE = ['Spend by day, from each ad platform', 'Orders, invoices or deals', 'Leads or sessions', 'The books by month', 'Targets'];

function Welcome({ children, onSample }: { children: preact.ComponentChildren; onSample: () => void }) {
  return (
    <>
      <Answer lede="As the tools export them: no query, no template, and nothing in them is changed. The program says what each file is, asks at most ten questions, each with an answer proposed, and writes a first review.">
        Drop your files
      </Answer>
      {children}
      <Section title="Five suffice" note="with fewer it starts too, and says what stays open">
        <ol class="five">{FIVE.map((w) => <li key={w}>{w}</li>)}</ol>
        <p class="acts"><button type="button" class="link" onClick={onSample}>Open with sample data</button><span class="fine">a made-up shop, written here in seconds</span></p>
      </Section>
    </>
  );
}

const SAMPLE = { dir: 'sample', persons: 3000, weeks: 78, seed: 7 };

type Step =
  | { at: 'files' }
  | { at: 'making' | 'loading' | 'writing'; job: number }
  | { at: 'number'; said: Reply }
  | { at: 'done'; said: Reply };

export default function Start() {
  useBar('A new workspace');
  const [step, setStep] = useState<Step>({ at: 'files' });
  const [folder, setFolder] = useState('inbox');
  const [given, setGiven] = useState<Given>(remembered);
  const [seen, setSeen] = useState<Asked | null | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');
  const failing = (e: unknown): void => setFailed(wordsOf(e));
  const give = (key: string, v: string): void => setGiven((g) => ({ ...g, [key]: v }));

  const look = async (where = folder): Promise<void> => {
    setBusy(true);
    setFailed('');
    try {
      const empty = where === 'inbox' && !(await inbox()).length;
      setSeen(empty ? null : ((await change('start.ask', { folder: where, given: linesOf(given) })).answer as unknown as Asked));
    } catch (e) {
      failing(e);
      setSeen((s) => s || null);
    }
    setBusy(false);
  };
  useEffect(() => void look(), []);
  useEffect(() => sessionStorage.setItem(KEPT, JSON.stringify(given)), [given]);

  /* A job's answer; where it fails, its words and the files again. */
  const work = async (at: 'making' | 'loading' | 'writing', operation: string, args: Reply): Promise<Reply | null> => {
    try {
      const { job } = await change(operation, args);
      setStep({ at, job: (job as Queued).job });
      return await answerOf(job as Queued);
    } catch (e) {
      failing(e);
      setStep({ at: 'files' });
      return null;
    }
  };
  const run = async (at: 'loading' | 'writing', more: Given, pause: boolean): Promise<void> => {
    setFailed('');
    const said = await work(at, 'start', { folder, into: '.', given: linesOf({ ...given, ...more }), pause });
    if (said) setStep({ at: pause ? 'number' : 'done', said });
  };
  const sample = async (): Promise<void> => {
    if (!(await work('making', 'simulate', SAMPLE))) return;
    setFolder('sample/data');
    give('company', 'Sample shop');
    setStep({ at: 'files' });
    await look('sample/data');
  };

  if (who.value?.role !== 'owner') return <Answer lede={<Mark mark="lock">The owner brings the first files and answers the questions.</Mark>}>This workspace is not set up yet</Answer>;
  if (step.at === 'done') return <Done said={step.said} />;
  if (step.at === 'number') {
    const said = step.said;
    return (
      <>
        <Answer lede={told((said['said'] as string[]).slice(1))}>{counted(said['rows'], 'row')} are loaded. Where to?</Answer>
        <Section title="The one number" note="everybody works towards it; the review opens with it">
          <OneNumber said={said} currency={((said['asked'] || []) as Question[]).find((q) => q.key === 'currency')?.answer || ''} send={(more) => run('writing', more, false)} />
        </Section>
      </>
    );
  }
  if (step.at !== 'files') {
    const words = { making: 'Writing the sample data', loading: 'Loading your files', writing: 'Writing the first review' }[step.at];
    return (
      <>
        <Answer lede="It goes on here if you leave the page.">{words}</Answer>
        <Working key={step.job} id={step.job} what={words} />
      </>
    );
  }
  const zone = <><DropZone onBrought={() => void look()} quiet={Boolean(seen)} /><OnTheWay />{failed && <Failure words={failed} />}</>;
  if (seen === undefined) return <><Answer busy>Drop your files</Answer><Skeleton lines={4} /></>;
  if (seen === null) return <Welcome onSample={() => void sample()}>{busy && !sending.value.length ? <Progress what="Looking at the files" share={null} note="heads and values" /> : null}{zone}</Welcome>;
  const n = seen.files.length;
  return (
    <>
      <Answer lede={folder === 'inbox' ? 'Open a line to see its columns. What counts twice is left out; what is not sure is asked, never guessed.' : 'A made-up shop: every figure in it is known, none is yours.'}>
        {seen.recognised === n ? `${n === 1 ? 'The file is' : `All ${n} files are`} understood` : `${seen.recognised} of ${n} files are understood`}
      </Answer>
      {folder === 'inbox' && zone}
      {folder !== 'inbox' && failed && <Failure words={failed} />}
      <Section title="Files" note={busy ? 'looking again' : 'what each was taken for'}>
        <Files files={seen.files} doubts={seen.doubts} answers={given} onAnswer={(key, a) => { give(key, a); }} onRemove={folder === 'inbox' ? (f) => void removeFile(f).then(() => look(), failing) : undefined} />
        {seen.doubts.length > 0 && <p class="acts"><button type="button" class="button" onClick={() => void look()}>Look again with these answers</button></p>}
      </Section>
      {seen.recognised > 0 && (
        <Section title={`${counted(seen.questions.length, 'question')}`} note="each has an answer that may stand">
          <Form action="Load the files" send={() => run('loading', {}, true)}>
            <div class="fields">{seen.questions.map((q) => <Ask key={q.key} q={q} value={given[q.key]} onValue={(v) => give(q.key, v)} onLeave={() => given[q.key] !== undefined && void look()} />)}</div>
          </Form>
        </Section>
      )}
    </>
  );
}
