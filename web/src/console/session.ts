/* session.ts: who is signed in (docs/access.md). The cookie is the server's and no script sees it;
 * the token that changes carry is kept beside, for every tab of the browser. */

import { computed, signal } from '@preact/signals';
import { ask, forget, json, read, token } from './api';
import type { Answer } from './api';

export interface Who {
  name: string;
  role: string;
}

/** undefined: not known yet; null: nobody. */
export const who = signal<Who | null | undefined>(undefined);

export interface Workspace {
  company: string;
  currency: string;
  zone: string;
  sample: boolean; /* invented: its truth lies beside it */
  blank: boolean; /* nobody has set it up: the questions of start are open */
}
export const workspace = signal<Workspace | null>(null);

/** "Vertical owner" of vertical_owner. */
export const roleName = (role: string): string => role.charAt(0).toUpperCase() + role.slice(1).replace(/_/g, ' ');

/* What needs an analyst, as docs/access.md has it; the server decides, this only leaves out what it
 * would refuse. */
export const ROLES = ['owner', 'vertical_owner', 'analyst', 'revenue_operations', 'finance', 'board'];
const ANALYSTS = ['owner', 'analyst', 'revenue_operations'];

/** Whether the role may call an operation with this right; `reads` changes nothing. */
export function mayWith(role: string, right: string, reads: boolean): boolean {
  if (role === 'owner') return true;
  if (role === 'board' && !reads) return false;
  if (right === 'everyone') return true;
  if (right === 'analyst') return ANALYSTS.includes(role);
  return right === role;
}

export const mayChange = computed(() => who.value?.role !== 'board');

async function begin(answer: Answer): Promise<void> {
  if (answer['csrf_token']) token.set(answer['csrf_token']);
  await load();
  who.value = { name: answer['name'], role: answer['role'] };
}

/** What the console says of the workspace everywhere; asked anew when it was set up. */
export async function load(): Promise<void> {
  const status = await read('status');
  workspace.value = { company: status['company'], currency: status['currency'], zone: status['zone'], blank: Boolean(status['is_blank']), sample: Boolean(status['is_sample']) };
}

/** At the start: is somebody signed in already? The server says 401 where nobody is. */
export async function findOut(): Promise<void> {
  if (!token.get()) {
    who.value = null; /* without the token nothing could be changed: sign in anew */
    return;
  }
  const answer = await ask('GET', '/api/v1/session');
  if (answer.status === 401) {
    who.value = null;
    return;
  }
  await begin(await json(answer));
}

export async function signIn(name: string, password: string): Promise<void> {
  forget();
  await begin(await json(await ask('POST', '/api/v1/session', { name, password })));
}

export async function claim(invitation: string, password: string): Promise<void> {
  forget();
  await begin(await json(await ask('POST', '/api/v1/claim', { invitation, password })));
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/api/v1/session');
  ended();
}

/** The session is over, by the reader's will or by time. */
export function ended(): void {
  token.drop();
  forget();
  workspace.value = null;
  who.value = null;
}
