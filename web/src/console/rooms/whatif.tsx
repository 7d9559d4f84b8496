/* whatif.tsx: budgets before and after: a handle for each channel, and what the mix model says of it.
 *
 * Every move asks budget.simulate; while an answer is under way the newest move waits and older ones
 * are dropped; until the answer to the last one is there, the figure is grey. A plan is kept with budget.propose:
 * its promise is held against what was measured when its weeks are over (Decisions). */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { change, read } from '../api';
import type { Answer as Told, Problem } from '../api';
import { answerOf, follow, version } from '../live';
import { Answer, EmptyState, Failure, Key, Mark, Skeleton, Slider, Strip, amountOf, estimate, money, spokenMoney } from '../parts';
import { chance } from '../../charts/numbers';
import { place } from '../route';
import { mayWith, who } from '../session';
import { say } from '../toast';
import { sentence, useRead, wordsOf } from '../use';
import { changesOf, moved, spendOf, totalOf } from './plan';
import type { Channel, Spend } from './plan';
import { useLabels } from './labels';
import { movesOf } from './proposal';

const REACH = 0.3; /* how far from what was seen a plan may go: docs/budget.md */
const WEEKS = [4, 8, 13, 26, 52];
const HEADING = 'What if we spend it differently';

function channelsOf(told: Told, weeks: number, spend: Spend): Channel[] {
  return (told['channels'] as Told[]).map((c) => {
    const now = amountOf(c['present']) / weeks;
    const to = spend[c['channel']] ?? now;
    return { name: c['channel'], now, floor: Math.min((1 - REACH) * now, to), ceiling: Math.max((1 + REACH) * now, to), held: c['held'] === 'yes' || now <= 0 };
  });
}

/** What budget.simulate says of the changes; the newest question wins. */
function useWorth(changes: string[], weeks: number, still: Told | undefined): { worth: Told | undefined; failed: string; isBusy: boolean } {
  const [held, hold] = useState<{ of: string; told: Told } | null>(null);
  const [failed, setFailed] = useState('');
  const wanted = useRef('');
  const busy = useRef(false);
  const of = `${weeks}:${changes.join()}`;
  const ask = (): void => {
    const now = wanted.current;
    busy.current = true;
    const [n, list] = now.split(':') as [string, string];
    read('budget.simulate', { changes: list.split(','), weeks: n }).then((told) => (setFailed(''), hold({ of: now, told })), (e) => setFailed(wordsOf(e))).finally(() => {
      busy.current = false;
      if (wanted.current && wanted.current !== now) ask();
    });
  };
  useEffect(() => {
    wanted.current = changes.length ? of : '';
    if (changes.length && !busy.current) ask();
  }, [of]);
  if (!changes.length) return { worth: still, failed: '', isBusy: false };
  return { worth: held?.told, failed, isBusy: held?.of !== of };
}

function Row({ c, label, spend, top, onValue }: { c: Channel; label: string; spend: Spend; top: number; onValue: (v: number) => void }) {
  const value = spendOf(spend, c);
  const percent = c.now > 0 ? Math.round((value / c.now - 1) * 100) : 0;
  const text = `${spokenMoney(value)} a week, ${percent === 0 ? 'as now' : `${Math.abs(percent)} percent ${percent > 0 ? 'more' : 'less'} than now`}`;
  const has = Math.abs(value - c.now) > c.now * 5e-4;
  return (
    <li>
      <span class="name">{label}</span>
      <Slider label={`${label}, spend a week`} now={c.now} value={value} floor={c.floor} ceiling={c.ceiling} top={top} step={c.now / 100} text={text} held={c.held} onValue={onValue} />
      <span class="n">{money(c.now)}</span>
      <span class={`n after${has ? ' has' : ''}`}>{c.held ? 'held' : money(value)}</span>
    </li>
  );
}

/* "+€7.6k, 3.7 to 13.3" as its two parts. */
const parts = (text: string): [string, string] => {
  const comma = text.indexOf(', ');
  return [text.slice(0, comma).replace(/^\+/, ''), text.slice(comma + 2)];
};

function Gain({ worth, still, weeks, changes, isBusy }: { worth: Told; still: Told; weeks: number; changes: string[]; isBusy: boolean }) {
  const gain = { value: worth['gain_mean'] as number, low: worth['gain_low'] as number, high: worth['gain_high'] as number };
  const [text, interval] = estimate(gain, true);
  const from = Math.min(0, gain.low);
  const to = Math.max(0, gain.high);
  const [before] = parts(still['outcome']);
  const [after, range] = parts(worth['outcome']);
  const where = `/do/budget/simulate?weeks=${weeks}&changes=${encodeURIComponent(changes.join(','))}`;
  return (
    <div class="gain" aria-live="polite" aria-busy={isBusy}>
      <p class="fine">Gain over {weeks} weeks, contribution before media less media</p>
      {changes.length ? <p><a class="figure key" href={where} aria-label={`${text}, 90% interval ${interval}`}>{text}</a></p> : <p class="key none">none</p>}
      <p class="fine">{changes.length ? <>90%: {interval}</> : 'Nothing is moved yet.'}</p>
      {changes.length > 0 && to > from && <Strip value={gain.value} low={gain.low} high={gain.high} from={from} to={to} hollow />}
      <dl>
        <dt>Before</dt><dd>{before}</dd>
        <dt>After</dt><dd>{changes.length ? <><span class="interval">{range}</span> <b>{after}</b></> : <>as before</>}</dd>
        <dt>Chance it does worse</dt><dd>{changes.length ? chance(worth['chance_of_loss'] as number) : 'none'}</dd>
      </dl>
      {changes.length > 0 && (worth['notes'] as string[]).filter((n) => !/is held as it is/.test(n)).map((n) => <p key={n} class="fine">{sentence(n)}</p>)}
    </div>
  );
}

function headline(worth: Told | undefined, changes: string[], weeks: number): string {
  if (!changes.length || !worth) return HEADING;
  const [text] = estimate({ value: worth['gain_mean'], low: worth['gain_low'], high: worth['gain_high'] });
  const size = text.replace(/^\u2212/, '');
  if (worth['gain_low'] > 0) return `This split brings ${size} more in ${weeks} weeks`;
  if (worth['gain_high'] < 0) return `This split brings ${size} less in ${weeks} weeks`;
  return 'Whether this split brings more cannot be told';
}

function Acts({ changes, weeks, onBest, onReset }: { changes: string[]; weeks: number; onBest: (told: Told) => void; onReset: () => void }) {
  const [failed, setFailed] = useState('');
  const [isSearching, setSearching] = useState(false);
  const propose = (): void => {
    setFailed('');
    change('budget.propose', { changes, weeks }).then(({ answer, job }) => {
      version.value++;
      if (job) follow(job);
      else say(`The plan is kept as proposal ${answer?.['proposal']}; its promise is scored when its weeks are over.`, { label: 'Open', href: `/decisions/${answer?.['proposal']}` });
    }, (e) => setFailed(wordsOf(e)));
  };
  const best = (): void => {
    setFailed('');
    setSearching(true);
    change('budget.optimize', { weeks, grain: 'channel' }).then(({ answer, job }) => (job ? answerOf(job) : (answer as Told)))
      .then(onBest, (e) => setFailed(wordsOf(e))).finally(() => setSearching(false));
  };
  if (!mayWith(who.value?.role || '', 'analyst', false)) return <p><Mark mark="lock">Plans are proposed by an analyst or the owner.</Mark></p>;
  return (
    <>
      <p class="acts">
        {changes.length > 0
          ? <button type="button" class="button filled" data-key="p" onClick={propose}>Propose this plan <Key>p</Key></button>
          : <button type="button" class="button" aria-disabled={isSearching} onClick={best}>Find the best split</button>}
        {changes.length > 0 && <button type="button" class="button plain" onClick={onReset}>Reset</button>}
      </p>
      <p class="fine" role="status">{isSearching ? 'Searching within the limits.' : ''}</p>
      {failed && <Failure words={failed} />}
    </>
  );
}

/** A reading that is missing: what would fill it. */
export function Missing({ heading, problem }: { heading: string; problem: Problem }) {
  if (problem.status !== 404) return <><Answer>{heading}</Answer><Failure words={wordsOf(problem)} /></>;
  const fit = (): void => void change('mix.fit').then(({ job }) => job && follow(job), () => undefined);
  return (
    <>
      <Answer>{heading}</Answer>
      <EmptyState missing={sentence(problem.message)} worth="A fitted mix model says what each channel returned, and what would follow from spending differently.">
        {mayWith(who.value?.role || '', 'analyst', false) && <button type="button" class="button filled" onClick={fit}>Fit a mix model</button>}
        <a href="/data">See the data</a>
      </EmptyState>
    </>
  );
}

function Sheet({ still, weeks, begin, onWeeks }: { still: Told; weeks: number; begin: Spend; onWeeks: (n: number) => void }) {
  const label = useLabels();
  const [spend, setSpend] = useState<Spend>(begin);
  const channels = useMemo(() => channelsOf(still, weeks, spend), [still, weeks, spend]);
  const free = channels.filter((c) => !c.held);
  const [keeps, setKeeps] = useState(free.length > 1 && Math.abs(totalOf(begin, channels) - totalOf({}, channels)) < 0.01);
  const changes = changesOf(spend, channels);
  const { worth, failed, isBusy } = useWorth(changes, weeks, still);
  const top = Math.max(1, ...channels.map((c) => c.ceiling)) * 1.04;
  const best = (told: Told): void => setSpend(Object.fromEntries((told['channels'] as Told[]).map((c) => [c['channel'], amountOf(c['plan']) / weeks])));
  const heldNames = channels.filter((c) => c.held).map((c) => label(c.name));
  return (
    <>
      <Answer lede="Every handle is a channel. The answer is the newest mix model's, judged on all of its draws.">{headline(worth, changes, weeks)}</Answer>
      <section>
        <header>
          <h2>Spend a week</h2>
          <div class="choose" role="group" aria-label="What happens to the total">
            <button type="button" aria-pressed={keeps} disabled={free.length < 2} onClick={() => setKeeps(true)}>Keep total</button>
            <button type="button" aria-pressed={!keeps} onClick={() => setKeeps(false)}>Change total</button>
          </div>
        </header>
        <div class="whatif">
          <div>
            <p class="heads fine"><span>Channel</span><span>0 to {money(top)}; brackets are what was seen, give or take 30%</span><span class="n">Now</span><span class="n">What if</span></p>
            <ul class="sliders">
              {channels.map((c) => <Row key={c.name} c={c} label={label(c.name)} spend={spend} top={top} onValue={(v) => setSpend((s) => moved(s, channels, c.name, v, keeps))} />)}
              <li class="total"><span class="name">Total</span><span class="gap" /><span class="n">{money(totalOf({}, channels))}</span><span class="n after has">{money(totalOf(spend, channels))}</span></li>
            </ul>
            {heldNames.length > 0 && <p class="note"><Mark mark="unidentified">{heldNames.join(', ')}: the data did not speak, so nothing moves {heldNames.length > 1 ? 'them' : 'it'}.</Mark> <a href="/measurement/experiments">Plan a test</a></p>}
            <p class="note weeks"><label>Weeks ahead <select value={String(weeks)} onChange={(e) => onWeeks(Number(e.currentTarget.value))}>{[...new Set([...WEEKS, weeks])].sort((a, b) => a - b).map((n) => <option key={n} value={n}>{n}</option>)}</select></label></p>
          </div>
          <div>
            {worth ? <Gain worth={worth} still={still} weeks={weeks} changes={changes} isBusy={isBusy} /> : <Skeleton lines={4} />}
            {failed && <Failure words={failed} />}
            <Acts changes={changes} weeks={weeks} onBest={best} onReset={() => setSpend({})} />
          </div>
        </div>
      </section>
    </>
  );
}

/* A plan whose amounts are to be changed: ?proposal=N. */
function planOf(told: Told): { spend: Spend; weeks: number } {
  const weeks = Math.round((Date.parse(told['to']) - Date.parse(told['from'])) / (7 * 86400e3));
  const channels = movesOf((told['channels'] || []) as Told[]).filter((c) => c['name']); /* older plans kept labels alone */
  return { spend: Object.fromEntries(channels.map((c) => [c['name'], amountOf(c['plan'])])), weeks: weeks >= 1 ? weeks : 13 };
}

export function WhatIf() {
  const of = place.value.query.get('proposal');
  const { data, problem } = useRead<Told>(of ? 'proposal.show' : null, { proposal: of || 0 });
  if (of && !data && !problem) return <Answer busy>{HEADING}</Answer>;
  const { spend, weeks } = data ? planOf(data) : { spend: {}, weeks: 13 };
  return <Desk key={of || ''} begin={spend} first={weeks} />;
}

function Desk({ begin, first }: { begin: Spend; first: number }) {
  const [weeks, setWeeks] = useState(first);
  const [shown, setShown] = useState<{ weeks: number; still: Told } | null>(null);
  const { data, problem, late } = useRead('budget.simulate', { weeks });
  useEffect(() => void (data && setShown({ weeks, still: data })), [data]);
  if (problem && !data) return <Missing heading={HEADING} problem={problem} />;
  if (!shown) return <><Answer busy>{HEADING}</Answer>{late && <Skeleton lines={6} />}</>;
  return <Sheet still={shown.still} weeks={shown.weeks} begin={begin} onWeeks={setWeeks} />;
}
