/* today.view.tsx: the newest review, or the one whose run the address names. */

import { usePeriod } from '../bar';
import { Exchange, addressOf } from '../challenge';
import type { Challenge } from '../challenge';
import { follow } from '../live';
import { EmptyState, Failure, Page, Section, counted, day, longDay } from '../parts';
import { change } from '../api';
import type { Answer } from '../api';
import { useRead, wordsOf } from '../use';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { workspace } from '../session';
import type { RoomProps } from './index';
import { addressOf as proposalAt, deciderOf, mayDecide, proposalsOf } from './proposal';

function FirstReview() {
  const [failed, setFailed] = useState('');
  const write = (): void => {
    change('review.write').then(({ job }) => job && follow(job), (e) => setFailed(wordsOf(e)));
  };
  return (
    <EmptyState missing="Nothing is shown here before the first review." worth="It reads what was imported and takes seconds.">
      <button type="button" class="button filled" onClick={write}>Write the review</button>
      {failed && <Failure words={failed} />}
    </EmptyState>
  );
}

function Questions() {
  const { data } = useRead<Answer>('challenge.list', { all: false });
  const open = (data?.['challenges'] || []) as Challenge[];
  if (!open.length) return null;
  return (
    <Section title={`${counted(open.length, 'question')} about figures`} note="kept until answered">
      <ul class="challenges wide">
        {open.map((c) => (
          <div key={c.challenge} class="asked">
            <a class="figure" href={placeOf(c)}>{c.what}</a>
            <ul><Exchange c={c} /></ul>
          </div>
        ))}
      </ul>
    </Section>
  );
}

/* Decisions waiting: each opens where it is decided. */
function Proposals() {
  const { data } = useRead<Answer>('proposal.list');
  const open = proposalsOf(data);
  if (!open.length) return null;
  return (
    <Section title={`${counted(open.length, 'decision')} waiting`} note="silence never approves">
      <ul class="rows">
        {open.map((p) => <li key={p.proposal} data-row class="proposal"><h3><a href={proposalAt(p)}>{p.title}</a></h3><p>{p.why}</p><span class="worth">{mayDecide(p) ? 'waits for you' : deciderOf(p)}<span class="interval">until {day(new Date(p.expires_at))}</span></span></li>)}
      </ul>
    </Section>
  );
}

function placeOf(c: Challenge): string {
  const [page, ...key] = c.figure.split('/');
  return addressOf(page || 'today', key.join('/'), c.run || undefined);
}

const SLOTS = { questions: () => <><Proposals /><Questions /></> };

/* Comes only where nobody has set the workspace up. */
function FirstPage() {
  const [View, setView] = useState<ComponentType | null>(null);
  useEffect(() => void import('./start.view').then((m) => setView(() => m.default)), []);
  return View ? <View /> : null;
}

export default function Today(props: RoomProps) {
  return workspace.value?.blank && !props.query.get('run') ? <FirstPage /> : <Review />;
}

const HEADINGS = ['What changed last week, and why', 'Minutes', 'Where the week differed', 'Money by channel'];

function Review() {
  const { params, onTold } = usePeriod(longDay(new Date()), 'run', true);
  return <Page name="today" heading="Today" headings={HEADINGS} onTold={onTold} params={params} empty={<FirstReview />} slots={SLOTS} />;
}
