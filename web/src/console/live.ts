/* live.ts: what happens at the server while the page is open.
 *
 * One stream of events for the whole browser: the tab that holds the lock reads it and tells the
 * others. When facts or configuration change, `version` moves, and whatever is shown asks again; the
 * ETag makes that cheap where nothing changed for it. Where there is no stream, running jobs are
 * asked about one by one. */

import { computed, signal } from '@preact/signals';
import { Problem, ask, heard, json, lost } from './api';
import type { Answer, Queued } from './api';
import { say } from './toast';

export interface Job {
  job: number;
  operation: string;
  state: string;
  step: string | null;
  share: number | null;
  started_at: string | null;
  ended_at: string | null;
  problem?: { message: string; hint: string | null };
}

/** Moves whenever what is shown may have changed. */
export const version = signal(0);
export const importing = signal(false);
export const jobs = signal<Job[]>([]); /* newest first */
export const isOpen = (job: Job): boolean => job.state === 'queued' || job.state === 'running';
export const openJobs = computed(() => jobs.value.filter(isOpen));

const KEPT = 20;
const mine = new Set<number>(); /* started in this tab: their end is told */

const waiting = new Map<number, () => void>();

function tellEnd(job: Job): void {
  waiting.get(job.job)?.();
  waiting.delete(job.job);
  if (mine.delete(job.job) && job.state === 'done') say(`${job.operation} is done.`, { label: 'Open', href: `/ledger/jobs/${job.job}` });
}

/* An end is final: news that come late, or in another order, do not open a job again. */
export function take(job: Job): void {
  const before = jobs.peek().find((j) => j.job === job.job);
  if (before && !isOpen(before)) {
    tellEnd(before);
    return;
  }
  const rest = jobs.peek().filter((j) => j.job !== job.job);
  jobs.value = [job, ...rest].sort((a, b) => b.job - a.job).slice(0, KEPT);
  if (isOpen(job)) return;
  tellEnd(job);
  version.value++;
}

/** A job that this tab started: shown at once, and its end told. */
export function follow(queued: Queued): void {
  mine.add(queued.job);
  take({ ...queued, step: null, share: null, started_at: null, ended_at: null });
}

/** What a job answers, when it has ended. Throws its problem where it failed. */
export async function answerOf(queued: Queued): Promise<Answer> {
  const ended = new Promise<void>((done) => waiting.set(queued.job, done));
  take({ ...queued, step: null, share: null, started_at: null, ended_at: null });
  await ended;
  const job = await json<Answer>(await ask('GET', `/api/v1/jobs/${queued.job}`));
  if (job['state'] === 'done') return job['answer'] as Answer;
  const problem = (job['problem'] || {}) as Answer;
  throw new Problem(500, problem['code'] || '', problem['message'] || `Job ${queued.job} is ${job['state']}.`, problem['hint'] || null, problem);
}

export async function cancel(job: Job): Promise<void> {
  await json(await ask('DELETE', `/api/v1/jobs/${job.job}`));
}

async function look(job: Job): Promise<void> {
  const now = await json<Job & Answer>(await ask('GET', `/api/v1/jobs/${job.job}`));
  delete now['answer'];
  take(now);
}

/* --- the stream ----------------------------------------------------------------------------- */

let streaming = false;
let channel: BroadcastChannel | null = null;

function receive(kind: string, data: string): void {
  streaming = kind !== 'closed';
  if (!streaming) return;
  heard();
  if (kind === 'state') {
    importing.value = Boolean((JSON.parse(data) as Answer)['is_importing']);
    version.value++;
  } else if (kind === 'job') {
    take(JSON.parse(data) as Job);
  }
}

const BACK_MS = 4000; /* a stream that is cut comes back within; else it is asked whether anybody is there */

function open(): void {
  const source = new EventSource('/api/v1/events');
  const pass = (e: Event): void => {
    const { type, data } = e as MessageEvent<string>;
    receive(type, data);
    channel?.postMessage([type, data]);
  };
  source.addEventListener('state', pass);
  source.addEventListener('job', pass);
  const tell = (kind: string): void => {
    receive(kind, '');
    channel?.postMessage([kind, '']);
  };
  source.onopen = () => tell('open');
  source.onerror = () => {
    tell('closed');
    setTimeout(() => !streaming && !lost.peek() && void fetch('/readyz').catch(() => (lost.value = Date.now())), BACK_MS);
    if (source.readyState !== EventSource.CLOSED) return; /* it tries again by itself */
    source.close();
    setTimeout(open, 15000);
  };
}

const POLL_MS = 1000;

function poll(): void {
  if (!streaming) openJobs.peek().forEach((job) => look(job).catch(() => undefined));
  if (lost.peek()) void fetch('/readyz').then(() => (heard(), version.value++), () => undefined);
}

let started = false;

/** Once somebody is signed in. */
export function startLive(): void {
  if (started) return;
  started = true;
  if ('BroadcastChannel' in window) {
    channel = new BroadcastChannel('portolan');
    channel.onmessage = (e: MessageEvent<[string, string]>) => receive(...e.data);
  }
  if (navigator.locks) void navigator.locks.request('portolan-events', () => (open(), new Promise(() => undefined)));
  else open();
  setInterval(poll, POLL_MS);
}
