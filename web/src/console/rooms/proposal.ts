/* proposal.ts: what the program says of a proposal, and what whoever is signed in may do about it
 * (docs/proposals.md). The program decides; this only leaves out what it would refuse. */

import { change } from '../api';
import type { Answer as Told } from '../api';
import { version } from '../live';
import { who } from '../session';
import { amountOf } from '../parts';
import { say } from '../toast';

export interface Proposal {
  proposal: number;
  title: string;
  state: 'waits' | 'approved' | 'rejected' | 'withdrawn' | 'overtaken' | 'expired';
  kind: 'configuration' | 'budget';
  why: string;
  worth: string | null;
  holder: string;
  decides: string | null;
  drafted_by: string;
  by_terminal: 'yes' | 'no';
  drafted_at: string;
  expires_at: string;
  decided_by: string | null;
  decided_at: string | null;
  reason: string | null;
}

/** Channels that a plan moves: by half a cent a week or more. */
export const movesOf = (channels: Told[]): Told[] => channels.filter((c) => Math.abs(amountOf(c['plan']) - amountOf(c['present'])) >= 0.005);

export const REASON_MIN = 20;

export const proposalsOf = (told: Told | undefined): Proposal[] => (told?.['proposals'] || []) as Proposal[];
export const addressOf = (p: { proposal: number }): string => `/decisions/${p.proposal}`;

export const isMine = (p: Proposal): boolean => p.drafted_by === who.value?.name;

/** Whether whoever is signed in may decide: the right's holder or an owner, never the author. */
export const mayDecide = (p: Proposal): boolean => {
  const role = who.value?.role || '';
  return !isMine(p) && (role === 'owner' || role === p.holder);
};

const nameOf = (holder: string): string => (holder === 'owner' ? 'an owner' : `${holder.replace(/_/g, ' ')} or an owner`);

/** Who decides, by the names they sign in with, as a clause. */
export const deciderOf = (p: Proposal): string => (p.decides ? `${p.decides} decides` : `nobody else can sign in who is ${nameOf(p.holder)}`);

/** Why there is no button; null where there is one. */
export function lockOf(p: Proposal): string | null {
  if (mayDecide(p)) return null;
  return isMine(p) ? `You drafted this; ${deciderOf(p)}.` : `Waits: ${deciderOf(p)}.`;
}

/** Decide, say so, and let everything that shows it ask again. */
async function send(operation: string, p: { proposal: number }, more: Told = {}): Promise<Told> {
  const { answer } = await change(operation, { proposal: p.proposal, ...more });
  version.value++;
  return answer || {};
}

const undoOf = (p: Proposal, onFailed: (e: unknown) => void) => ({ label: 'Undo', key: 'z', run: () => void undo(p).catch(onFailed) });

export async function undo(p: Proposal): Promise<void> {
  await send('proposal.undo', p);
  say('Taken back: it waits again.');
}

export async function approve(p: Proposal, onFailed: (e: unknown) => void): Promise<void> {
  const told = await send('proposal.approve', p);
  if (told['config_version']) say(`Approved: version ${told['config_version']} is in force.`, { label: 'Ledger', href: '/ledger' });
  else say('Approved: people agreed to the plan. Nothing is bought by it.', undoOf(p, onFailed));
}

export async function reject(p: Proposal, reason: string, onFailed: (e: unknown) => void): Promise<void> {
  await send('proposal.reject', p, { reason });
  say('Rejected, with your reason.', undoOf(p, onFailed));
}

export async function withdraw(p: Proposal): Promise<void> {
  await send('proposal.withdraw', p);
  say('Withdrawn.');
}
