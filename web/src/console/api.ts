/* api.ts: the one door to the program: /api/v1, as docs/http.md has it.
 *
 * A read is kept with its ETag: asked again, it costs a 304 and gives back the same object, so a page
 * that shows it need not be drawn anew. A change carries the session's token and a key of its own,
 * and so happens once however often the connection breaks. What goes wrong is a Problem, with the
 * program's own words: they are shown where the thing failed. */

import { signal } from '@preact/signals';

export type Params = Record<string, string | number | boolean | string[] | undefined>;
// eslint-disable-next-line -- answers are the program's; their readers name what they use
export type Answer = Record<string, any>;

export class Problem extends Error {
  constructor(
    readonly status: number, /* of HTTP; 0: the server was not reached */
    readonly code: string,
    message: string,
    readonly hint: string | null,
    readonly members: Answer,
  ) {
    super(message);
  }
}

/** When the server was last not reached, and when it last answered: milliseconds, 0 never. */
export const lost = signal(0);
let heardAt = Date.now();
export const lastHeard = (): number => heardAt;

export function heard(): void {
  heardAt = Date.now();
  if (lost.peek()) lost.value = 0;
}

/** Told when the session has ended; the shell then shows the sign-in page. */
export const signedOut = signal(0);

const TOKEN = 'portolan.csrf';
export const token = {
  get: (): string => localStorage.getItem(TOKEN) || '',
  set: (value: string): void => localStorage.setItem(TOKEN, value),
  drop: (): void => localStorage.removeItem(TOKEN),
};

export async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const all: Record<string, string> = { ...headers };
  if (body !== undefined) all['Content-Type'] = 'application/json';
  if (method !== 'GET') all['X-CSRF-Token'] = token.get();
  try {
    const answer = await fetch(path, {
      method, headers: all, credentials: 'same-origin', ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    heard();
    return answer;
  } catch {
    if (!lost.peek()) lost.value = Date.now();
    throw new Problem(0, 'E_UNAVAILABLE', 'The server does not answer.', 'What you see stays; nothing was changed.', {});
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  let members: Answer = {};
  try {
    members = (await answer.json()) as Answer;
  } catch {
    /* a proxy's own page says nothing that is of use here */
  }
  const words = members['detail'] ? `${members['message']}: ${members['detail']}` : members['message'];
  return new Problem(answer.status, members['code'] || '', words || `The server answered ${answer.status}.`, members['hint'] || null, members);
}

export async function json<T = Answer>(answer: Response): Promise<T> {
  if (answer.ok) return answer.status === 204 ? ({} as T) : ((await answer.json()) as T);
  if (answer.status === 401) signedOut.value++;
  throw await problemOf(answer);
}

/* --- reads ---------------------------------------------------------------------------------- */

const KEPT_MAX = 80;
/* Its text is kept too: the same answer again, under another ETag, is the same object. */
const kept = new Map<string, { etag: string; text: string; data: unknown }>();

export function address(operation: string, params: Params = {}): string {
  const query = new URLSearchParams();
  Object.entries(params).forEach(([name, value]) => {
    if (value === undefined || value === '') return;
    (Array.isArray(value) ? value : [String(value)]).forEach((one) => query.append(name, one));
  });
  const asked = query.toString();
  return `/api/v1/${operation.replace(/\./g, '/')}${asked ? '?' + asked : ''}`;
}

export function known<T>(where: string): T | undefined {
  return kept.get(where)?.data as T | undefined;
}

function keep(where: string, etag: string, text: string): unknown {
  const before = kept.get(where);
  const data = before?.text === text ? before.data : JSON.parse(text);
  kept.delete(where);
  kept.set(where, { etag, text, data });
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
  return data;
}

export async function readAt<T>(where: string): Promise<T> {
  const before = kept.get(where);
  const answer = await ask('GET', where, undefined, before?.etag ? { 'If-None-Match': before.etag } : {});
  if (answer.status === 304 && before) return before.data as T;
  if (!answer.ok) return json<T>(answer);
  return keep(where, answer.headers.get('ETag') || '', await answer.text()) as T;
}

export const read = <T = Answer>(operation: string, params: Params = {}): Promise<T> => readAt<T>(address(operation, params));

/** What another person may have seen must not be shown to the next one. */
export const forget = (): void => kept.clear();

/* --- changes -------------------------------------------------------------------------------- */

export interface Queued {
  job: number;
  operation: string;
  state: string;
}

export interface Outcome {
  answer?: Answer; /* it is done          */
  job?: Queued; /* it runs as this job */
}

/** An operation that changes something, or runs long. The same key is the same request. */
export async function change(operation: string, args: Answer = {}, force = false): Promise<Outcome> {
  const where = address(operation) + (force ? '?force=true' : '');
  const answer = await ask('POST', where, args, { 'Idempotency-Key': crypto.randomUUID?.() || String(Math.random()).slice(2) });
  const body = await json<Answer>(answer);
  return answer.status === 202 ? { job: body as Queued } : { answer: body };
}
