/* Decisions: what waits for a person, and what became of what was decided. The number in the rail is
 * what waits for whoever is signed in. */

import { effect, signal } from '@preact/signals';
import { version } from '../live';
import { who } from '../session';
import type { Room } from './index';

const waiting = signal(0);
const SETTLED_MS = 600; /* the page that is opened goes first */
let timer = 0;

effect(() => {
  void version.value;
  clearTimeout(timer);
  if (!who.value) {
    waiting.value = 0;
    return;
  }
  timer = window.setTimeout(() => void import('./waiting').then((m) => m.countWaiting()).then((n) => (waiting.value = n), () => undefined), SETTLED_MS);
});

export const decisions: Room = {
  key: 'd',
  path: '/decisions',
  title: 'Decisions',
  icon: 'M3 10.500l4.500 4.500L17 5.500',
  load: () => import('./decisions.view'),
  count: waiting,
};
