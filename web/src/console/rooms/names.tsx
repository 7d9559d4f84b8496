/* names.tsx: a name that means nothing yet gets its meaning: it becomes an alias of a channel that is
 * governed, or the first alias of a new one. The change is that of channels.yaml, and is shown as such. */

import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure, Field, Form, Mark, Skeleton } from '../parts';
import { mayWith, who } from '../session';
import type { Answer as Told } from '../api';
import { useRead, wordsOf } from '../use';
import { useDraft } from './draft';
import { OtherFaults, SeenDifference, actionOf } from './seen';
import { lastOf } from './setting';
import type { Setting } from './setting';

const FILE = 'channels.yaml';
const NEW = '\u0000new';

/* The name that is given a meaning now; "" for none. A row asks, the page below answers. */
const naming = signal('');

/* "Google Ads (Brand)" is offered as google_ads_brand. */
const asName = (text: string): string => text.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 64);

interface Channel {
  item: string; /* "[2]" */
  name: string;
  label: string;
  aliases: string;
}

function channelsOf(settings: Setting[]): Channel[] {
  const value = (item: string, key: string): string => settings.find((s) => s.path === `${item}.${key}`)?.value || '';
  return settings.filter((s) => lastOf(s.path) === 'name').map((s) => {
    const item = s.path.slice(0, s.path.indexOf('.'));
    return { item, name: s.value || '', label: value(item, 'label') || (s.value || '').replace(/_/g, ' '), aliases: value(item, 'aliases') };
  });
}

function Meaning({ recorded, settings, hash }: { recorded: string; settings: Setting[]; hash: string }) {
  const channels = channelsOf(settings);
  const draft = useDraft();
  const [of, setOf] = useState('');
  const [name, setName] = useState(asName(recorded));
  const next = `[${channels.length + 1}]`;
  const chosen = channels.find((c) => c.item === of);
  const changes = (): string[] => {
    if (chosen) return [`${chosen.item}.aliases=${[chosen.aliases, recorded].filter(Boolean).join('\n')}`];
    const own = name.trim() === recorded.toLowerCase() ? [] : [`${next}.aliases=${recorded}`];
    return [`${next}.name=${name.trim()}`, ...own];
  };
  const send = async (): Promise<void> => {
    if (!of) throw new Error('Nothing is chosen: which channel is it?');
    if (await draft.send(FILE, hash, changes())) naming.value = '';
  };
  const fault = draft.faults.find((f) => f.key === `${next}.name`);
  const others = draft.faults.filter((f) => f !== fault);
  const close = (): void => void (naming.value = '');
  return (
    <Form action={actionOf(draft)} send={send} other={<button type="button" class="button plain" onClick={close}>Back</button>}>
      <Field name="meaning" label="This is" kind="choice" value={of} onValue={(v) => (draft.again(), setOf(v))} autofocus
        choices={[...channels.map((c) => ({ value: c.item, label: c.label })), { value: NEW, label: 'a new channel' }]}
        help={`It becomes an alias in ${FILE}; its history follows.`} />
      {of === NEW && <Field name="meaning-name" label="Name of the new channel" value={name} onValue={(v) => (draft.again(), setName(v))} required error={fault?.words} help="Of a-z, 0-9 and _. Figures are kept under it; its label, owner and the rest are in Workspace, Channels." />}
      <SeenDifference draft={draft} file={FILE} />
      <OtherFaults faults={others} />
    </Form>
  );
}

function Asked({ recorded }: { recorded: string }) {
  const at = useRef<HTMLDialogElement>(null);
  const { data, problem } = useRead('workspace.get', { file: FILE });
  const own = ((data?.['files'] || []) as Told[]).find((f) => f['file'] === FILE);
  useEffect(() => {
    const from = document.activeElement as HTMLElement | null;
    at.current?.showModal();
    return () => from?.focus?.();
  }, []);
  const close = (): void => void (naming.value = '');
  return (
    <dialog ref={at} class="float sheet" aria-labelledby="naming" onClose={close}>
      <h2 id="naming">What is <q>{recorded}</q>?</h2>
      {problem && <Failure words={wordsOf(problem)} />}
      {data ? <Meaning recorded={recorded} settings={(data['settings'] || []) as Setting[]} hash={(own?.['seen'] as string) || ''} /> : !problem && <Skeleton />}
    </dialog>
  );
}

const mine = (): boolean => mayWith(who.value?.role || '', 'owner', false);

/** In the row of a name. */
export function NameAct({ of }: { of: string }) {
  return mine() ? <button type="button" class="link" aria-label={`${of}: this is…`} onClick={() => (naming.value = of)}>This is…</button> : null;
}

/** Below the rows. */
export function Names() {
  const recorded = naming.value;
  if (!mine()) return <p class="note"><Mark mark="lock">The owner says what a name means.</Mark></p>;
  return recorded ? <Asked key={recorded} recorded={recorded} /> : null;
}
