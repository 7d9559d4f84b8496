/* experiments.tsx: which test to run next, or none: every feasible design with what its reading would
 * be worth, less what it costs; and the rule that turns a reading into a budget. */

import { useState } from 'preact/hooks';
import type { Answer as Told, Params } from '../api';
import { Answer, Failure, Field, Form, Mark, Section, Skeleton, Table, amountOf, counted, inSentence, money } from '../parts';
import type { Column } from '../parts';
import { chance } from '../../charts/numbers';
import { note, place } from '../route';
import { useRead, wordsOf } from '../use';
import { useLabels } from './labels';
import { Missing } from './whatif';

const HEADING = 'Which test to run next';

interface Ask { name: string; label: string; usual: string; unit: string; help: string; min: number; max: number; whole?: boolean }
const ASKS: Ask[] = [
  { name: 'horizon', label: 'Weeks the budget is decided for', usual: '52', unit: 'weeks', help: 'What is learnt is worth more the longer it is used. 1 to 520.', min: 1, max: 520, whole: true },
  { name: 'cost', label: 'What any test costs beside the margin forgone', usual: '0', unit: '', help: 'Set-up and people. 0 or more.', min: 0, max: 1e12 },
  { name: 'bias', label: 'What a longer test does not remove', usual: '0.1', unit: '', help: 'As a share of the effect expected. 0 to 100.', min: 0, max: 100 },
];

function faultOf(a: Ask, text: string): string | undefined {
  const n = Number(text);
  if (text.trim() && isFinite(n) && n >= a.min && n <= a.max && (!a.whole || Number.isInteger(n))) return undefined;
  return `Found "${text}", allowed: ${a.whole ? 'a whole number' : 'a number'} ${a.max > 1e9 ? `from ${a.min}` : `from ${a.min} to ${a.max}`}.`;
}

function Asked({ onAsk }: { onAsk: (p: Params) => void }) {
  const [given, setGiven] = useState<Record<string, string>>(() => Object.fromEntries(ASKS.map((a) => [a.name, place.value.query.get(a.name) || a.usual])));
  const [left, setLeft] = useState<Record<string, boolean>>({});
  const send = async (): Promise<void> => {
    const wrong = ASKS.find((a) => faultOf(a, given[a.name] || ''));
    setLeft(Object.fromEntries(ASKS.map((a) => [a.name, true])));
    if (wrong) throw new Error(`${wrong.label}: ${faultOf(wrong, given[wrong.name] || '')}`);
    note(Object.fromEntries(ASKS.map((a) => [a.name, given[a.name] === a.usual ? undefined : given[a.name]])));
    onAsk(given);
  };
  return (
    <Form action="Value again" send={send}>
      <div class="fields">{ASKS.map((a) => (
        <Field key={a.name} name={a.name} label={a.label} kind="number" unit={a.unit} value={given[a.name] || ''} onValue={(v) => setGiven((g) => ({ ...g, [a.name]: v }))}
          onLeave={() => setLeft((l) => ({ ...l, [a.name]: true }))} error={left[a.name] ? faultOf(a, given[a.name] || '') : undefined} help={a.help} />
      ))}</div>
    </Form>
  );
}

const titleOf = (d: Told, label: (n: string) => string): string => {
  const share = d['share'] as number;
  return `${label(d['channel'])} off ${share < 1 ? `in ${Math.round(share * 100)}% of the market` : 'everywhere'} for ${counted(d['weeks'] as number, 'week')}`;
};

function columnsOf(label: (n: string) => string): Column<Told>[] {
  const amount = (key: string, signed = false) => (d: Told) => money(amountOf(d[key]), signed);
  return [
    { head: 'Test', cell: (d) => titleOf(d, label), value: (d) => titleOf(d, label) },
    { head: 'Net benefit', cell: amount('net_benefit', true), value: (d) => amountOf(d['net_benefit']), figure: true, main: true },
    { head: 'Worth', cell: amount('worth'), value: (d) => amountOf(d['worth']), figure: true },
    { head: 'Cost', cell: amount('cost'), value: (d) => amountOf(d['cost']), figure: true },
    { head: 'Changes the budget', cell: (d) => chance(d['changes'] as number), value: (d) => d['changes'] as number, figure: true },
    { head: 'Tells an effect', cell: (d) => chance(d['assurance'] as number), value: (d) => d['assurance'] as number, figure: true },
    { head: 'Standing', cell: (d) => <Mark mark={d['verdict'] === 'converged' ? 'holds' : 'look'}>{d['verdict'] === 'converged' ? 'sure' : 'within the draws'}</Mark>, value: (d) => d['verdict'] as string },
  ];
}

const ruleColumns: Column<Told>[] = [
  { head: 'Where the reading is from', cell: (r) => (r['from'] === 'lowest' ? 'the lowest up' : money(amountOf(r['from']))), value: (r) => (r['from'] === 'lowest' ? null : amountOf(r['from'])) },
  { head: 'Spend, of the present', cell: (r) => `${Math.round((r['spend'] as number) * 100)}%`, value: (r) => r['spend'] as number, figure: true, main: true },
];

export function Experiments() {
  const [asked, setAsked] = useState<Params>(() => Object.fromEntries(ASKS.map((a) => [a.name, place.value.query.get(a.name) || undefined])) as Params);
  const { data, problem, late } = useRead('experiment.next', { ...asked, limit: 20 });
  const label = useLabels();
  if (problem && !data && problem.status !== 400) return <Missing heading={HEADING} problem={problem} />;
  const designs = (data?.['designs'] || []) as Told[];
  const first = designs[0];
  const runs = data?.['run'] as boolean | undefined;
  return (
    <>
      <Answer busy={!data && !problem} lede={data && (runs
        ? <>It would change the budget in {chance(first?.['changes'] as number)}, and is worth {money(amountOf(data['net_benefit']))} more than it costs.</>
        : <>None of the tests would teach more than it costs. The nearest is listed first.</>)}>
        {data ? (runs && first ? `Turn ${inSentence(titleOf(first, label))}` : 'Run none') : HEADING}
      </Answer>
      {!data && !problem && late && <Skeleton lines={6} />}
      {problem && <Failure words={wordsOf(problem)} />}
      {designs.length > 0 && <Section title="Tests that can be run" note="most worth first"><Table columns={columnsOf(label)} rows={designs} name={(d) => titleOf(d, label)} csv="experiments" /></Section>}
      {((data?.['rule'] || []) as Told[]).length > 0 && <Section title="What follows from the reading" note="register it before the test starts"><Table columns={ruleColumns} rows={data?.['rule'] as Told[]} name={(r) => String(r['spend'])} /></Section>}
      {(data?.['notes'] as string[] | undefined)?.map((n) => <p key={n} class="note">{n.charAt(0).toUpperCase() + n.slice(1)}.</p>)}
      {(data || problem) && <Section title="What the value rests on"><Asked onAsk={setAsked} /></Section>}
    </>
  );
}
