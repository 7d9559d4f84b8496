/* waiting.ts: what waits for a person: proposals, open actions of the minutes, unanswered questions about figures,
 * closed periods of the books that nobody signed, findings of the audit that make money wrong. */

import { read } from '../api';
import type { Answer as Told } from '../api';
import type { Challenge } from '../challenge';
import { mayChange, mayWith, who } from '../session';
import type { Mark } from '../../charts/types';
import { mayDecide, proposalsOf } from './proposal';
import type { Proposal } from './proposal';

export interface Item {
  key: string; /* "minute-3" */
  kind: 'proposal' | 'minute' | 'question' | 'books' | 'finding';
  mark: Mark;
  title: string;
  reason: string;
  owner: string | null;
  due: string | null;
  isMine: boolean;
  told: Told;
}

const me = (owner: unknown): boolean => owner === who.value?.name;

function proposal(p: Proposal): Item {
  return {
    key: `proposal-${p.proposal}`, kind: 'proposal', mark: 'waits', title: p.title, reason: p.why, owner: null, due: p.expires_at,
    isMine: mayDecide(p), told: p as unknown as Told,
  };
}

function minute(m: Told): Item {
  const late = m['state'] === 'late';
  return {
    key: `minute-${m['minute']}`, kind: 'minute', mark: late ? 'look' : 'waits', title: m['what'],
    reason: late ? 'Open after its day.' : 'An action of the review meeting.', owner: m['owner'], due: m['due'],
    isMine: me(m['owner']), told: m,
  };
}

function question(c: Told): Item {
  return {
    key: `question-${c['challenge']}`, kind: 'question', mark: 'waits', title: c['question'], reason: `About ${c['what'] || c['figure']}.`,
    owner: null, due: null, isMine: mayChange.value, told: c,
  };
}

/* One row for each period that is closed and not signed; its lines come along. */
function books(lines: Told[]): Item[] {
  const periods = new Map<string, Told[]>();
  lines.forEach((l) => periods.set(`${l['from']}..${l['to']}`, [...(periods.get(`${l['from']}..${l['to']}`) || []), l]));
  return [...periods.entries()].filter(([, of]) => of.some((l) => !l['signed_by'])).reverse().map(([period, of]) => {
    const differing = of.filter((l) => l['verdict'] !== 'reconciled').length;
    return {
      key: `books-${period}`, kind: 'books' as const, mark: differing ? 'look' as const : 'waits' as const,
      title: `Sign the books of ${monthOf(String(of[0]?.['from']), String(of[0]?.['to']))}`,
      reason: differing ? `${differing} of ${of.length} lines differ by more than is tolerated.` : `All ${of.length} lines agree with the books.`,
      owner: null, due: null, isMine: mayWith(who.value?.role || '', 'finance', false), told: { period, lines: of, differing },
    };
  });
}

/** "September 2026", or both days. */
export function monthOf(from: string, to: string): string {
  const a = new Date(from + 'T12:00:00Z');
  const end = new Date(Date.UTC(a.getUTCFullYear(), a.getUTCMonth() + 1, 0)).toISOString().slice(0, 10);
  if (!from.endsWith('-01') || to !== end) return `${from} to ${to}`;
  return new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(a);
}

function finding(f: Told, i: number): Item {
  return {
    key: `finding-${i}`, kind: 'finding', mark: 'broken', title: f['title'], reason: [f['effect'] && `Makes wrong: ${f['effect']}.`, f['advice'] && `${f['advice']}.`].filter(Boolean).join(' '),
    owner: f['owner'] || null, due: null, isMine: me(f['owner']), told: f,
  };
}

export interface Sources { proposals?: Told | undefined; minutes?: Told | undefined; questions?: Told | undefined; lines?: Told | undefined; findings?: Told | undefined }

/** All that waits: proposals by their end, what is late, then by day, then what has none. */
export function itemsOf(s: Sources): Item[] {
  const minutes = ((s.minutes?.['minutes'] || []) as Told[]).filter((m) => m['state'] === 'open' || m['state'] === 'late').map(minute);
  const questions = ((s.questions?.['challenges'] || []) as (Challenge & Told)[]).filter((c) => !c.answer).map(question);
  const findings = ((s.findings?.['findings'] || []) as Told[]).filter((f) => f['severity'] === 'high').map(finding);
  const proposals = proposalsOf(s.proposals).map(proposal);
  const rank = (i: Item): string => (i.kind === 'proposal' ? ' ' + i.due : i.kind === 'finding' ? '0' : i.mark === 'look' && i.kind === 'minute' ? '1' : i.due ? '2' + i.due : i.kind === 'question' ? '3' : '4');
  return [...proposals, ...findings, ...minutes, ...questions, ...books((s.lines?.['lines'] || []) as Told[])].sort((a, b) => rank(a).localeCompare(rank(b)));
}

export const ASKED = {
  proposals: ['proposal.list', {}],
  minutes: ['minutes.list', {}],
  questions: ['challenge.list', { all: false }],
  lines: ['reconcile.show', {}],
  findings: ['data.findings', {}],
} as const;

/** How many wait for whoever is signed in; the books count once, however many periods are open. */
export async function countWaiting(): Promise<number> {
  const ask = (of: readonly [string, object]) => read<Told>(of[0], of[1] as never).catch(() => undefined);
  const [proposals, minutes, questions, lines, findings] = await Promise.all([ask(ASKED.proposals), ask(ASKED.minutes), ask(ASKED.questions), ask(ASKED.lines), ask(ASKED.findings)]);
  const mine = itemsOf({ proposals, minutes, questions, lines, findings }).filter((i) => i.isMine);
  const books = mine.filter((i) => i.kind === 'books').length;
  return mine.length - books + Math.min(1, books);
}
