/* challenge.tsx: what the console adds to a figure's evidence: the run it comes from, an address of
 * its own, and questions about it with their answers, which are kept (challenge.add in
 * docs/operations.md). */

import { render } from 'preact';
import { useState } from 'preact/hooks';
import type { Figure } from '../charts/types';
import { make } from '../page/dom';
import type { Behind } from '../page/evidence';
import { change } from './api';
import type { Answer } from './api';
import { version } from './live';
import { Field, Form } from './parts/form';
import { moment } from './parts/format';
import { mayChange } from './session';
import { say } from './toast';
import { useRead } from './use';

export interface Challenge {
  challenge: number;
  figure: string; /* "today/one" */
  what: string; /* the figure in words */
  run: number | null;
  question: string;
  asked_by: string;
  asked_at: string;
  answer: string | null;
  answered_by: string | null;
  answered_at: string | null;
}

/* Where the pages of the program stand in the console. */
const PLACES: Record<string, string> = { today: '/today', money: '/money', mix: '/measurement', attribution: '/measurement/attribution' };

/** The address that opens this very figure; a review keeps its figures, so its run is named. */
export function addressOf(page: string, key: string, run?: number): string {
  return (PLACES[page] || '/' + page) + (page === 'today' && run ? `?run=${run}` : '') + '#ev-' + key;
}

/* What had the focus is gone: the panel takes it, so that Esc still closes it. */
const toPanel = (): void => document.querySelector<HTMLElement>('.panel')?.focus({ preventScroll: true });

export function Exchange({ c }: { c: Challenge }) {
  const [answer, setAnswer] = useState('');
  const [open, setOpen] = useState(false);
  const send = async (): Promise<void> => {
    await change('challenge.answer', { challenge: c.challenge, answer });
    version.value++;
    toPanel();
    say('The answer is kept with the question.');
  };
  return (
    <li class={`challenge ${c.answer ? 'holds' : 'waits'}`}>
      <p><b>{c.question}</b></p>
      <p class="fine">{c.asked_by}, {moment(c.asked_at)}</p>
      {c.answer && <><p>{c.answer}</p><p class="fine">{c.answered_by}, {moment(c.answered_at as string)}</p></>}
      {!c.answer && mayChange.value && !open && <button type="button" class="link" onClick={() => setOpen(true)}>Answer</button>}
      {open && !c.answer && (
        <Form action="Keep the answer" send={send} other={<button type="button" class="button plain" onClick={() => (setOpen(false), toPanel())}>Back</button>}>
          <Field name={`answer-${c.challenge}`} label="Answer" kind="long" value={answer} onValue={setAnswer} autofocus help="It stands beside the figure, with your name." />
        </Form>
      )}
    </li>
  );
}

function Challenges({ figure, what, run }: { figure: string; what: string; run: number | undefined }) {
  const { data } = useRead<Answer>('challenge.list', { figure, all: true });
  const [open, setOpen] = useState(false);
  const [question, setQuestion] = useState('');
  const list = (data?.['challenges'] || []) as Challenge[];
  const send = async (): Promise<void> => {
    await change('challenge.add', { figure, what, run, question });
    setOpen(false);
    setQuestion('');
    version.value++;
    toPanel();
    say('The question is kept and stands on Today until it is answered.');
  };
  return (
    <>
      {list.length > 0 && <ul class="challenges">{list.map((c) => <Exchange key={c.challenge} c={c} />)}</ul>}
      {open ? (
        <Form action="Ask" send={send} other={<button type="button" class="button plain" onClick={() => (setOpen(false), toPanel())}>Back</button>}>
          <Field name="question" label="What do you doubt?" kind="long" value={question} onValue={setQuestion} autofocus help="One question. It is kept with the figure, your name and its answer." />
        </Form>
      ) : mayChange.value && <button type="button" class="link ask" onClick={() => setOpen(true)}>Ask a question</button>}
    </>
  );
}

const runOf = (f: Figure): number | undefined => {
  const found = /\brun (\d+)/i.exec(f.run);
  return found ? Number(found[1]) : undefined;
};

function actsOf(name: string, f: Figure, key: string): HTMLElement[] {
  const run = runOf(f);
  const copy = make('button', { type: 'button' }, 'Copy link');
  copy.onclick = () => {
    const to = location.origin + addressOf(name, key, run);
    navigator.clipboard?.writeText(to).then(() => say('The address of the figure is copied.'), () => say(to));
  };
  return run ? [make('a', { href: `/ledger/runs/${run}` }, 'Open run'), copy] : [copy];
}

/** For the figures of page `name`. */
export const behind = (name: string): Behind => (panel, f) => {
  const key = f.key || '';
  const acts = panel.querySelector('.acts') as HTMLElement;
  const place = make('div', { class: 'below' });
  acts.prepend(...actsOf(name, f, key));
  acts.before(place);
  render(<Challenges figure={`${name}/${key}`} what={`${f.text}, ${f.what}`} run={runOf(f)} />, place);
  /* the button that was pressed may be gone, and the focus with it: Escape is still the panel's */
  const byKey = (e: KeyboardEvent): void => {
    if (e.key === 'Escape' && document.activeElement === document.body) panel.querySelector<HTMLElement>('[data-do=close]')?.click();
  };
  document.addEventListener('keydown', byKey);
  return () => {
    document.removeEventListener('keydown', byKey);
    render(null, place);
  };
};
