/* seen.tsx: what a form shows before it is saved: the difference, what it binds, what it widens. */

import { Mark, Section, counted } from '../parts';
import type { Draft } from './draft';
import { Difference } from './setting';
import type { Fault, Wider } from './setting';

function Widening({ widens, decides }: { widens: Wider[]; decides: string }) {
  return (
    <div class="note widens">
      <p><Mark mark="waits">This becomes a proposal: {decides || widens[0]?.right.replace(/_/g, ' ')} decides.</Mark></p>
      <ul>{widens.map((w) => <li key={w.key}><b>{w.key}</b>, {w.before ?? 'none'} to {w.after ?? 'none'}: {w.why}</li>)}</ul>
    </div>
  );
}

/** The difference, above the button that saves it. `binding`: values everybody is measured by. */
export function SeenDifference({ draft, file, binding = 0 }: { draft: Draft; file: string; binding?: number }) {
  const { seen, waiting } = draft;
  if (waiting) return <p class="note"><Mark mark="waits">Proposal {waiting.proposal} waits: {waiting.decides} decides. The file is as it was.</Mark> <a href={`/decisions/${waiting.proposal}`}>See it</a></p>;
  if (!seen) return null;
  return (
    <Section title="What changes in the file" note={file}>
      {seen.difference ? <Difference text={seen.difference} /> : <p class="note">Nothing: the file says this already.</p>}
      {seen.notes.map((n) => <p key={n} class="note">{n.charAt(0).toUpperCase() + n.slice(1)}.</p>)}
      {seen.widens.length > 0 ? <Widening widens={seen.widens} decides={seen.decides} />
        : binding > 0 && <p class="note"><Mark mark="look">{counted(binding, 'value')} of these {binding === 1 ? 'is' : 'are'} what everybody is measured by. Only the owner may change {binding === 1 ? 'it' : 'them'}; the version and your name are in the ledger.</Mark></p>}
    </Section>
  );
}

export const actionOf = (draft: Draft): string => (!draft.seen ? 'Show the difference' : draft.seen.widens.length ? 'Propose it' : 'Save and put in force');

/** Faults that stand under no field of the form. */
export function OtherFaults({ faults }: { faults: Fault[] }) {
  if (!faults.length) return null;
  return <ul class="against others">{faults.map((f) => <li key={`${f.file} ${f.line} ${f.key}`}><Mark mark="broken">{f.file}, line {f.line}{f.key && <>, <code>{f.key}</code></>}: {f.words.charAt(0).toLowerCase() + f.words.slice(1)}</Mark></li>)}</ul>;
}
