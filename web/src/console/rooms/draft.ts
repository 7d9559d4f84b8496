/* draft.ts: changes of one file that are not saved yet, and the two steps of saving them: the
 * difference is looked at, then it is put in force, or becomes a proposal where it widens a limit. */

import { useState } from 'preact/hooks';
import { change } from '../api';
import type { Answer as Told } from '../api';
import { version } from '../live';
import { counted } from '../parts/format';
import { say } from '../toast';
import { faultsOf } from './setting';
import type { Fault, Wider } from './setting';

export interface Seen {
  difference: string;
  widens: Wider[];
  decides: string; /* who, where it widens */
  notes: string[];
}

export interface Draft {
  seen: Seen | null; /* the difference that was shown; null: not asked for, or changed since */
  waiting: { proposal: number; decides: string } | null; /* what was proposed just now */
  faults: Fault[];
  again: () => void; /* something was changed: what was shown no longer holds */
  /* what saving answered; `leave` before what is shown asks again */
  send: (file: string, hash: string, changes: string[], leave?: () => void) => Promise<Told | null>;
}

/** Proposals wait on Decisions; what is in force stands in the ledger. */
function told(answer: Told): void {
  const id = answer['proposal'] as number | null | undefined;
  if (id) say(`Proposal ${id} waits.`, { label: 'Decisions', href: `/decisions/${id}` });
  else say(`Version ${answer['config_version']} is in force.`, { label: 'Ledger', href: '/ledger' });
}

/* Under the first field that was found wrong, once it is drawn. */
const toFault = (): void => void setTimeout(() => document.querySelector<HTMLElement>('.wrong :is(input, select, textarea)')?.focus(), 0);

export function useDraft(): Draft {
  const [seen, setSeen] = useState<Seen | null>(null);
  const [waiting, setWaiting] = useState<Draft['waiting']>(null);
  const [faults, setFaults] = useState<Fault[]>([]);
  const again = (): void => {
    setSeen(null);
    setWaiting(null);
    setFaults([]);
  };
  const send = async (file: string, hash: string, changes: string[], leave?: () => void): Promise<Told | null> => {
    if (!changes.length) throw new Error('Nothing is changed.');
    const saves = seen !== null;
    try {
      const { answer } = await change('workspace.set', { file, changes, seen: hash, dry_run: !saves });
      again();
      if (!saves) {
        setSeen({ difference: String(answer?.['difference'] || ''), widens: (answer?.['widens'] || []) as Wider[], decides: String(answer?.['decides'] || ''), notes: (answer?.['notes'] || []) as string[] });
        return null;
      }
      leave?.();
      version.value++;
      told(answer || {});
      if (answer?.['proposal']) setWaiting({ proposal: answer['proposal'], decides: String(answer['decides'] || '') });
      return answer || {};
    } catch (problem) {
      again();
      const found = faultsOf(problem);
      setFaults(found);
      toFault();
      throw found.length ? new Error(`Nothing was written. ${counted(found.length, 'value')} ${found.length === 1 ? 'is' : 'are'} not allowed, as marked.`) : problem;
    }
  };
  return { seen, waiting, faults, again, send };
}
