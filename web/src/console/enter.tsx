/* enter.tsx: signing in, and using an invitation. The invitation stands behind the # of the address,
 * which no server and no log sees; it is taken out of the address at once. */

import { useState } from 'preact/hooks';
import { Logo } from './logo';
import { Field, Form } from './parts/form';
import { go } from './route';
import { claim, signIn } from './session';

const LEAST = 12; /* characters of a password, as docs/access.md has it */

function Gate({ title, children, said }: { title: string; children: preact.ComponentChildren; said: preact.ComponentChildren }) {
  return (
    <main class="gate" id="main">
      <p class="brand"><Logo size={28} /> <b>Portolan</b></p>
      <h1>{title}</h1>
      <p class="lede">{said}</p>
      {children}
    </main>
  );
}

export function SignIn({ ended }: { ended: boolean }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  return (
    <Gate title="Sign in" said={ended ? 'The session has ended. Sign in to go on where you were.' : 'With the name and the password of your invitation.'}>
      <Form action="Sign in" send={() => signIn(name, password)}>
        <Field name="name" label="Name" value={name} onValue={setName} autocomplete="username" autofocus required />
        <Field name="password" label="Password" kind="password" value={password} onValue={setPassword} autocomplete="current-password" required />
      </Form>
    </Gate>
  );
}

let invitation = '';

/** At the start: takes the invitation out of the address. */
export function takeInvitation(): void {
  if (!/^\/(claim|welcome)$/.test(location.pathname)) return;
  invitation = location.hash.slice(1);
  go('/claim', true);
}

export function Claim() {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [left, setLeft] = useState(false);
  const [leftAgain, setLeftAgain] = useState(false);
  if (!invitation) return <Gate title="The address carries no invitation" said="Open the whole link, with what follows the #. A used link opens nothing: ask for another."><p><a href="/today">Sign in</a></p></Gate>;
  const short = left && password.length < LEAST ? `${password.length} characters; at least ${LEAST} are needed.` : undefined;
  const differs = leftAgain && again !== password ? 'This differs from the password above.' : undefined;
  const send = async (): Promise<void> => {
    setLeft(true);
    setLeftAgain(true);
    if (password.length < LEAST) throw new Error(`The password has ${password.length} characters; at least ${LEAST} are needed.`);
    if (again !== password) throw new Error('The two passwords differ.');
    await claim(invitation, password);
    invitation = '';
    go('/today', true);
  };
  return (
    <Gate title="Set your password" said="This link opens once. Length is what counts: a sentence is a good password.">
      <Form action="Set it and sign in" send={send}>
        <Field name="password" label="Password" kind="password" value={password} onValue={setPassword} onLeave={() => setLeft(password !== '')} autocomplete="new-password" error={short} help={`${LEAST} characters or more.`} autofocus required />
        <Field name="again" label="The same again" kind="password" value={again} onValue={setAgain} onLeave={() => setLeftAgain(again !== '')} autocomplete="new-password" error={differs} required />
      </Form>
    </Gate>
  );
}
