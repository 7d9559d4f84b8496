/* do.view.tsx: one operation as a page: what it does, its parameters as a form, its answer. Every operation
 * of the registry has this page; rooms have better ones where an operation is used daily. */

import { useEffect, useState } from 'preact/hooks';
import { useBar } from './bar';
import { change, read } from './api';
import type { Answer as Reply } from './api';
import { answerOf, follow, jobs } from './live';
import { everyOperation, followOf } from './operations';
import type { Operation, Parameter } from './operations';
import { Answer, Field, Form, Mark, Progress, Section, Skeleton, operationName } from './parts';
import { Reply as ReplyView } from './reply';
import type { RoomProps } from './rooms';
import { ROLES, mayWith, roleName, who } from './session';
import { place, note } from './route';
import { sentence } from './use';

type Given = Record<string, string>;

const allowed = (p: Parameter): string => {
  if (p.type === 'array') return ' Several are separated by commas.';
  if (p.type !== 'integer' && p.type !== 'number') return '';
  const wide = p.max === undefined || p.max > 1e15;
  return p.min === undefined ? '' : wide ? ` ${p.min} or more.` : ` ${p.min} to ${p.max}.`;
};

function faultOf(p: Parameter, text: string): string | undefined {
  if (!text) return p.required ? 'Nothing is given; it is needed.' : undefined;
  if (p.type !== 'integer' && p.type !== 'number') return undefined;
  const n = Number(text);
  if (!isFinite(n) || (p.type === 'integer' && !Number.isInteger(n))) return `Found "${text}", allowed: ${p.type === 'integer' ? 'a whole number' : 'a number'}.`;
  if ((p.min !== undefined && n < p.min) || (p.max !== undefined && n > p.max)) return `Found ${text}, allowed: ${p.min} to ${p.max}.`;
  return undefined;
}

function typed(p: Parameter, text: string): unknown {
  if (p.type === 'boolean') return text === 'true';
  if (p.type === 'integer' || p.type === 'number') return Number(text);
  return p.type === 'array' ? text.split(',').map((x) => x.trim()).filter(Boolean) : text;
}

function argsOf(o: Operation, given: Given): Reply {
  const out: Reply = {};
  o.parameters.forEach((p) => {
    const text = given[p.name];
    if (text !== undefined && text !== '' && text !== p.usual) out[p.name] = typed(p, text);
  });
  return out;
}

function ParameterField({ p, value, onValue }: { p: Parameter; value: string; onValue: (v: string) => void }) {
  const [left, setLeft] = useState(false);
  const label = p.name.charAt(0).toUpperCase() + p.name.slice(1).replace(/_/g, ' ');
  const kind = p.choices ? 'choice' : p.type === 'boolean' ? 'switch' : p.day ? 'date' : p.type === 'integer' || p.type === 'number' ? 'number' : 'text';
  return (
    <Field name={p.name} label={label} kind={kind} value={value} onValue={onValue} required={p.required}
      choices={(p.choices || []).map((c) => ({ value: c, label: c.replace(/_/g, ' ') }))} onLeave={() => setLeft(true)}
      error={left ? faultOf(p, value) : undefined} help={sentence(p.about) + allowed(p)} />
  );
}

function Running({ id }: { id: number }) {
  const job = jobs.value.find((j) => j.job === id);
  if (!job || job.state === 'done') return <Mark mark="holds">Job {id} is done. <a href="/ledger/runs">Its run is in the ledger.</a></Mark>;
  if (job.state === 'failed') return <p class="failure" role="alert"><Mark mark="broken">{job.problem ? sentence(job.problem.message) : `Job ${id} failed.`}</Mark></p>;
  return <Progress what={operationName(job.operation)} share={job.share} note={job.step || job.state} />;
}

function Sheet({ o }: { o: Operation }) {
  const asked = place.value.query;
  const [given, setGiven] = useState<Given>(() => Object.fromEntries(o.parameters.map((p) => [p.name, asked.get(p.name) ?? p.usual ?? ''])));
  const [answer, setAnswer] = useState<Reply | null>(null);
  const [job, setJob] = useState(0);
  const send = async (): Promise<void> => {
    const wrong = o.parameters.find((p) => faultOf(p, given[p.name] || ''));
    if (wrong) throw new Error(`${wrong.name}: ${faultOf(wrong, given[wrong.name] || '')}`);
    const args = argsOf(o, given);
    setAnswer(null);
    if (o.reads) {
      note(Object.fromEntries(o.parameters.map((p) => [p.name, p.name in args ? String(given[p.name]) : undefined])));
      setAnswer(await read(o.name, args));
      return;
    }
    const outcome = await change(o.name, args);
    if (outcome.job) {
      setJob(outcome.job.job);
      follow(outcome.job);
      answerOf(outcome.job).then(setAnswer, () => undefined); /* its failure is shown with its progress */
      return;
    }
    setAnswer(outcome.answer || null);
  };
  const first = o.reads && !o.parameters.some((p) => p.required);
  useEffect(() => void (first && send().catch(() => undefined)), []);
  return (
    <>
      <Answer lede={o.about.split('\n')[0]}>{operationName(o.name)}</Answer>
      <p class="marks"><Mark mark={o.reads ? 'holds' : 'waits'}>{followOf(o)}</Mark><span>right: {o.right}</span><code>portolan {o.name.replace(/\./g, ' ')}</code></p>
      <Section title="Parameters" note={o.parameters.length ? 'what is left as it is has its usual value' : ''}>
        <Form action={o.reads ? 'Ask' : 'Run'} send={send}>
          {o.parameters.length ? <div class="fields">{o.parameters.map((p) => <ParameterField key={p.name} p={p} value={given[p.name] || ''} onValue={(v) => setGiven((g) => ({ ...g, [p.name]: v }))} />)}</div> : <p>It has none.</p>}
        </Form>
      </Section>
      {(answer || job > 0) && <Section title="Answer">{answer ? <ReplyView of={answer} /> : <Running id={job} />}</Section>}
    </>
  );
}

/* It stays visible: who may run it is said. */
function NoRight({ o }: { o: Operation }) {
  const may = ROLES.filter((role) => mayWith(role, o.right, o.reads)).map(roleName);
  return (
    <>
      <Answer lede={o.about.split('\n')[0]}>{operationName(o.name)}</Answer>
      <p class="marks"><Mark mark="lock">{roleName(who.value?.role || '')} may not run it. Who may: {may.join(', ')}.</Mark></p>
    </>
  );
}

export default function Do({ rest }: RoomProps) {
  useBar('Operation');
  const name = rest.slice(1).replace(/\//g, '.');
  const [o, setO] = useState<Operation | null | undefined>(undefined);
  useEffect(() => void everyOperation().then((all) => setO(all.find((x) => x.name === name) || null), () => setO(null)), [name]);
  if (o === undefined) return <><Answer busy>{operationName(name)}</Answer><Skeleton /></>;
  if (!o) return <Answer lede="The address may have been cut, or another version of the program has it.">Nothing here is called {operationName(name)}</Answer>;
  if (!mayWith(who.value?.role || '', o.right, o.reads)) return <NoRight o={o} />;
  return <Sheet key={o.name} o={o} />;
}
