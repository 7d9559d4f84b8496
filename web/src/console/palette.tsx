/* palette.tsx: one field that goes anywhere and does anything the role may. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { read } from './api';
import { Dialog } from './dialog';
import { panel } from './keys';
import { followOf, operations } from './operations';
import type { Operation } from './operations';
import { Key } from './parts/basic';
import { operationName } from './parts/format';
import { rooms } from './rooms';
import { addressOf, deciderOf, mayDecide, proposalsOf } from './rooms/proposal';
import type { Proposal } from './rooms/proposal';
import { go } from './route';

const GROUPS = ['Go to', 'Decisions', 'Do'] as const;

interface Entry {
  group: (typeof GROUPS)[number];
  title: string;
  second: string; /* what else is searched, and shown below */
  follows: string;
  to: string;
}

function places(): Entry[] {
  const out: Entry[] = rooms.flatMap((r) => [
    { group: 'Go to' as const, title: r.title, second: '', follows: `g ${r.key}`, to: r.path },
    ...(r.places || []).filter((p) => p.path !== r.path).map((p) => ({ group: 'Go to' as const, title: p.title, second: '', follows: r.title, to: p.path })),
  ]);
  return [...out, { group: 'Go to', title: 'You', second: 'theme keys sign out', follows: 'g y', to: '/you' }];
}

const entryOf = (o: Operation): Entry => ({ group: 'Do', title: operationName(o.name), second: o.summary, follows: followOf(o), to: `/do/${o.name.replace(/\./g, '/')}` });

/* Opens the proposal: nothing is approved that was not looked at. */
const decisionOf = (p: Proposal): Entry => ({
  group: 'Decisions', title: `${mayDecide(p) ? 'Approve' : 'Look at'}: ${p.title}`, second: p.why, to: addressOf(p),
  follows: !mayDecide(p) ? deciderOf(p) : p.kind === 'budget' ? 'agrees to the plan' : 'is in force at once',
});

/* All words must be found; those that begin with what was typed come first. */
function found(entries: Entry[], typed: string): Entry[] {
  const asked = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (e: Entry): number => {
    const title = e.title.toLowerCase();
    const whole = title + ' ' + e.second.toLowerCase();
    if (!asked.every((w) => whole.includes(w))) return -1;
    return asked.length && title.startsWith(asked[0] as string) ? 0 : asked.every((w) => title.includes(w)) ? 1 : 2;
  };
  const hits = entries.map((e) => ({ e, at: rank(e) })).filter((h) => h.at >= 0);
  return hits.sort((a, b) => GROUPS.indexOf(a.e.group) - GROUPS.indexOf(b.e.group) || a.at - b.at).map((h) => h.e);
}

export default function Palette() {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const [known, setKnown] = useState<Operation[]>([]);
  const list = useRef<HTMLUListElement>(null);
  const [waiting, setOpen] = useState<Proposal[]>([]);
  useEffect(() => void operations().then(setKnown, () => undefined), []);
  useEffect(() => void read('proposal.list').then((told) => setOpen(proposalsOf(told)), () => undefined), []);
  const hits = useMemo(() => found([...places(), ...waiting.map(decisionOf), ...known.map(entryOf)], typed), [typed, known, waiting]);
  const open = (e: Entry | undefined): void => {
    if (!e) return;
    panel.value = '';
    go(e.to);
  };
  const move = (to: number): void => {
    setAt(to);
    list.current?.querySelector(`#p-${to}`)?.scrollIntoView({ block: 'nearest' });
  };
  const key = (e: KeyboardEvent): void => {
    if (e.key === 'ArrowDown') move(Math.min(hits.length - 1, at + 1));
    else if (e.key === 'ArrowUp') move(Math.max(0, at - 1));
    else if (e.key === 'Enter') open(hits[at]);
    else return;
    e.preventDefault();
  };
  return (
    <Dialog label="Search and act" kind="palette">
      <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={hits.length ? `p-${at}` : undefined}
        aria-label="Search or jump to" aria-autocomplete="list" autocomplete="off" spellcheck={false} placeholder="Search or jump to"
        value={typed} onInput={(e) => (setTyped(e.currentTarget.value), setAt(0))} onKeyDown={key} autofocus />
      <ul id="palette-list" role="listbox" aria-label="What can be opened or done" ref={list} tabIndex={-1}>
        {hits.map((e, i) => (
          <>
            {hits[i - 1]?.group !== e.group && <li role="presentation" class="group">{e.group}</li>}
            <li key={e.to} id={`p-${i}`} role="option" aria-selected={i === at} onClick={() => open(e)} onMouseMove={() => i !== at && setAt(i)}>
              <span><b>{e.title}</b>{e.second && e.group !== 'Go to' && <small>{e.second}</small>}</span>
              <span class="follows">{e.follows} {i === at && <Key>Enter</Key>}</span>
            </li>
          </>
        ))}
      </ul>
      {hits.length === 0 && <p class="nothing" role="status">Nothing here is called that.</p>}
    </Dialog>
  );
}
