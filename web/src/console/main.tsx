/* main.tsx: where the console begins. Nothing is shown before it is known who is there. */

import '@preact/signals';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { signedOut } from './api';
import { Claim, SignIn, takeInvitation } from './enter';
import { startKeys } from './keys';
import { startLive } from './live';
import { roomOf } from './rooms';
import { place, startRouting } from './route';
import { ended, findOut, who } from './session';
import './settings';
import { Shell } from './shell';
import { wordsOf } from './use';

signedOut.subscribe((n) => {
  if (n && who.peek()) ended();
});

function App() {
  const [failed, setFailed] = useState('');
  const [was, setWas] = useState(false);
  const person = who.value;
  useEffect(() => void findOut().catch((e) => setFailed(wordsOf(e))), []);
  useEffect(() => {
    if (!person) return;
    setWas(true);
    startLive();
  }, [person]);
  if (failed && !person) return <main class="gate" id="main"><h1>Portolan does not answer</h1><p class="lede">{failed}</p></main>;
  if (place.value.path === '/claim' && !person) return <Claim />;
  if (person === undefined) return null;
  return person === null ? <SignIn ended={was} /> : <Shell />;
}

takeInvitation();
startRouting();
startKeys();
void roomOf(location.pathname === '/' ? '/today' : location.pathname)?.room.load(); /* fetched while it is asked who is there */
render(<App />, document.getElementById('app') as HTMLElement);
