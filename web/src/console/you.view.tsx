/* you.view.tsx: who is signed in, how the console looks and listens, and the way out. On a phone also every
 * room. */

import { useState } from 'preact/hooks';
import { useBar } from './bar';
import { panel } from './keys';
import { Answer, Failure, Section } from './parts';
import { rooms } from './rooms';
import { roleName, signOut, who, workspace } from './session';
import { singleKeys, theme } from './settings';
import type { Theme } from './settings';
import { wordsOf } from './use';

const THEMES: [Theme, string][] = [['system', 'As the system has it'], ['light', 'Light'], ['dark', 'Dark']];

function Choice<T extends string>({ name, label, of, value, onValue }: { name: string; label: string; of: [T, string][]; value: T; onValue: (v: T) => void }) {
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {of.map(([v, words]) => <label key={v}><input type="radio" name={name} checked={v === value} onChange={() => onValue(v)} /> {words}</label>)}
    </fieldset>
  );
}

export default function You() {
  useBar('You');
  const [failed, setFailed] = useState('');
  const out = (): void => void signOut().catch((e) => setFailed(wordsOf(e)));
  return (
    <>
      <Answer lede={`${roleName(who.value?.role || '')} in ${workspace.value?.company || 'this workspace'}. What the role may do is said in docs/access.md; every sign-in is in the ledger.`}>
        You are {who.value?.name}
      </Answer>
      <section class="allrooms">
        <header><h2>Rooms</h2></header>
        <ul>{rooms.map((r) => <li key={r.path}><a href={r.path}>{r.title}</a></li>)}</ul>
      </section>
      <Section title="How it looks" note="kept in this browser">
        <Choice name="theme" label="Colours" of={THEMES} value={theme.value} onValue={(v) => (theme.value = v)} />
        <Choice name="keys" label="Single keys" of={[['on', 'On: a letter acts at once'], ['off', 'Off: only Ctrl K and Esc act']]} value={singleKeys.value} onValue={(v) => (singleKeys.value = v)} />
        <p class="acts"><button type="button" class="link" onClick={() => (panel.value = 'keys')}>All keys</button></p>
      </Section>
      <Section title="This session" note="ends after 12 hours, or one without a request">
        <p class="acts"><button type="button" class="button" onClick={out}>Sign out</button></p>
        {failed && <Failure words={failed} />}
      </Section>
    </>
  );
}
