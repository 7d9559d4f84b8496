/* shell.tsx: what stands around every room: rail, bar, the line that says the connection is lost,
 * toast, what floats. */

import { useComputed, useSignalEffect } from '@preact/signals';
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { bar, compare } from './bar';
import type { Period } from './bar';
import { lastHeard, lost } from './api';
import { Dialog } from './dialog';
import { fitTables } from '../page/fit';
import { KEYS, panel } from './keys';
import { actionsOff } from './off';
import { cancel, importing, isOpen, jobs, openJobs } from './live';
import { Logo } from './logo';
import { Answer, Key, Progress, Skeleton } from './parts/basic';
import { counted, operationName, time } from './parts/format';
import { roomOf, rooms } from './rooms';
import type { Room, RoomProps } from './rooms';
import { go, moved, place } from './route';
import { roleName, who, workspace } from './session';
import { hold, hush, restart, toast } from './toast';

/* On the phone's bar, beside More: those that are there. */
const BAR = ['/today', '/decisions', '/measurement', '/money'].flatMap((path) => rooms.filter((r) => r.path === path));

/* --- rail ----------------------------------------------------------------------------------- */

function RoomLink({ room, at }: { room: Room; at: Room | undefined }) {
  const n = room.count?.value || 0;
  return (
    <li><a href={room.path} aria-current={room === at ? 'page' : undefined}>
      <span>{room.title}</span>{n > 0 && <span class="count" aria-label={`${n} wait`}>{n}</span>}
    </a></li>
  );
}

function Rail({ at }: { at: Room | undefined }) {
  const person = who.value;
  return (
    <aside class={`rail${panel.value === 'menu' ? ' open' : ''}`} aria-label="Portolan">
      <a class="brand" href="/today"><Logo /><span><b>Portolan</b><small>{workspace.value?.company}</small></span></a>
      <nav aria-label="Rooms"><ul>{rooms.map((r) => <RoomLink key={r.path} room={r} at={at} />)}</ul></nav>
      <div class="foot">
        {importing.value && <p>Importing; what you see is from before.</p>}
        {openJobs.value.length > 0 && <button type="button" class="link" onClick={() => (panel.value = 'jobs')}>{counted(openJobs.value.length, 'job')} running</button>}
        <a class="you" href="/you" aria-current={place.value.path === '/you' ? 'page' : undefined}><b>{person?.name}</b><small>{roleName(person?.role || '')}</small></a>
      </div>
    </aside>
  );
}

function Icon({ path }: { path: string }) {
  return <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d={path} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" /></svg>;
}

function Bottom({ at }: { at: Room | undefined }) {
  const more = place.value.path === '/you' || (at !== undefined && !BAR.includes(at));
  return (
    <nav class="bottom" aria-label="Rooms, short">
      {BAR.map((r) => <a key={r.path} href={r.path} aria-current={r === at ? 'page' : undefined}><Icon path={r.icon} /><span>{r.short || r.title}</span>{(r.count?.value || 0) > 0 && <i class="count">{r.count?.value}</i>}</a>)}
      <a href="/you" aria-current={more ? 'page' : undefined}><Icon path="M3 5.5h14M3 10h14M3 14.5h14" /><span>More</span></a>
    </nav>
  );
}

/* --- bar, lines, toast ---------------------------------------------------------------------- */

function openMenu(): void {
  panel.value = panel.value === 'menu' ? '' : 'menu';
  if (panel.value) requestAnimationFrame(() => document.querySelector<HTMLElement>('.rail nav a')?.focus());
}

/* Arrows where there is somewhere to go; what has no other side keeps its place. */
function Steps({ period }: { period: Period }) {
  const arrow = (way: 'earlier' | 'later', path: string): ComponentChildren => period[way]
    ? <a class="step" href={period[way]} data-stay aria-label={way === 'earlier' ? 'Earlier period' : 'Later period'} aria-keyshortcuts={way === 'earlier' ? '[' : ']'}><Icon path={path} /></a>
    : <span class="step" aria-hidden="true" />;
  const isOne = !period.earlier && !period.later;
  return (
    <span class="period" role="group" aria-label="Period">
      {!isOne && arrow('earlier', 'M12 5l-5 5 5 5')}
      <span class="label" aria-live="polite">{period.label}</span>
      {!isOne && arrow('later', 'M8 5l5 5-5 5')}
      {period.compares !== undefined && <button type="button" class="compare" aria-pressed={period.compares} aria-keyshortcuts="c" onClick={compare}>Year before</button>}
    </span>
  );
}

/* The company is invented: whoever sees a figure of it is told, on every page. */
const Sample = () => <span class="sample"><span class="vh">This company is a </span>sample</span>;

function Bar() {
  const { left, period } = bar.value;
  return (
    <header class="bar">
      <p><button type="button" class="menu" aria-label="Rooms" aria-expanded={panel.value === 'menu'} onClick={openMenu}><Icon path="M3 5.5h14M3 10h14M3 14.5h14" /></button><span class="place">{left}</span>{workspace.value?.sample && <Sample />}</p>
      <p>{period.label && <Steps period={period} />}
        <button type="button" class="search" aria-label="Search or jump to" aria-keyshortcuts="/ Control+K" onClick={() => (panel.value = 'palette')}>
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.5" fill="none" stroke="currentColor" stroke-width="1.4" /><path d="M10.4 10.4 14 14" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" /></svg>
          <span>Search or jump to</span><Key>/</Key>
        </button>
      </p>
    </header>
  );
}

function Lost() {
  const since = lost.value;
  return <div class="lost" role="status">{since > 0 && <p><b>No connection since {time(new Date(since))}.</b> What you see is from {time(new Date(lastHeard()))}. Actions are off until it is back.</p>}</div>;
}

function ToastView() {
  const t = toast.value;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {t && (
        <p class="toast" onMouseEnter={hold} onMouseLeave={restart} onFocusIn={hold} onFocusOut={restart}>
          <span class={t.plain ? undefined : 'v holds'}>{t.words}</span>
          {t.act?.href && <a href={t.act.href} onClick={hush}>{t.act.label}</a>}
          {t.act?.run && <button type="button" data-key={t.act.key} onClick={() => (t.act?.run?.(), hush())}>{t.act.label}{t.act.key && <> <Key>{t.act.key}</Key></>}</button>}
        </p>
      )}
    </div>
  );
}

function KeyList() {
  return (
    <Dialog label="All keys" kind="sheet">
      <h2>Keys</h2>
      <dl class="keylist">{KEYS.map(([keys, what]) => <div key={what}><dt>{keys.map((k) => <Key key={k}>{k}</Key>)}</dt><dd>{what}</dd></div>)}</dl>
      <p class="acts"><button type="button" class="button" onClick={() => (panel.value = '')}>Close</button></p>
    </Dialog>
  );
}

function JobList() {
  const list = jobs.value;
  return (
    <Dialog label="Jobs" kind="sheet">
      <h2>Jobs</h2>
      {list.length === 0 && <p>No job has run since you came.</p>}
      {list.map((j) => isOpen(j)
        ? <Progress key={j.job} what={operationName(j.operation)} share={j.share} note={j.step || j.state} onCancel={() => void cancel(j)} />
        : <p key={j.job} class="ended"><b>{operationName(j.operation)}</b> <span class={`v ${j.state === 'done' ? 'holds' : 'broken'}`}>{j.state}</span></p>)}
      <p class="acts"><a href="/ledger/jobs" onClick={() => (panel.value = '')}>All jobs</a><button type="button" class="button" onClick={() => (panel.value = '')}>Close</button></p>
    </Dialog>
  );
}

/* --- the room ------------------------------------------------------------------------------- */

type View = ComponentType<RoomProps>;
interface Source { key: string; title: string; rest: string; load: () => Promise<{ default: View }>; room?: Room }

const loadDo = () => import('./do.view');
const loadYou = () => import('./you.view');

function sourceOf(path: string): Source | null {
  if (path.startsWith('/do/')) return { key: '/do', title: 'Operation', rest: path.slice(3), load: loadDo };
  if (path === '/you') return { key: '/you', title: 'You', rest: '', load: loadYou };
  const found = roomOf(path === '/' || path === '/claim' ? '/today' : path);
  return found && { key: found.room.path, title: found.room.title, rest: found.rest, load: found.room.load, room: found.room };
}

const views = new Map<string, View>();

function useView(source: Source | null): View | 'failed' | undefined {
  const [, again] = useState(0);
  const [failed, setFailed] = useState('');
  const key = source?.key || '';
  useEffect(() => {
    if (!source || views.has(key)) return;
    source.load().then((m) => (views.set(key, m.default), again((n) => n + 1)), () => setFailed(key));
  }, [key]);
  return views.get(key) || (failed === key && key ? 'failed' : undefined);
}

function Inside({ source }: { source: Source | null }) {
  const View = useView(source);
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!source) return <Answer lede={<>The address may have been cut. <a href="/today">Go to Today</a>.</>}>Nothing lies here</Answer>;
  if (View === 'failed') return <Answer lede="This part of the console could not be fetched. A newer program may have been started: load the page again.">{source.title}</Answer>;
  if (!View) return <><Answer busy>{source.title}</Answer>{late && <Skeleton lines={6} />}</>;
  return <View rest={source.rest} query={place.value.query} />;
}

/* The folded rail takes the focus when it opens, and goes by Esc or a press beside it. */
function menuCloses(): () => void {
  const beside = (e: Event): void => {
    const at = e.target as Element;
    if (panel.peek() === 'menu' && !at.closest('.rail, .menu')) panel.value = '';
  };
  const escape = (e: KeyboardEvent): void => {
    if (e.key !== 'Escape' || panel.peek() !== 'menu') return;
    panel.value = '';
    document.querySelector<HTMLElement>('.menu')?.focus();
  };
  document.addEventListener('pointerdown', beside);
  document.addEventListener('keydown', escape);
  return () => {
    document.removeEventListener('pointerdown', beside);
    document.removeEventListener('keydown', escape);
  };
}

/* After a move the page begins at its head, for the eye and for those who listen. */
function headOfPage(): void {
  window.scrollTo(0, 0);
  document.getElementById('main')?.focus({ preventScroll: true });
}

const Palette = () => {
  const [View, setView] = useState<ComponentType | null>(null);
  useEffect(() => void import('./palette').then((m) => setView(() => m.default)), []);
  return View && <View />;
};

export function Shell() {
  const path = useComputed(() => place.value.path).value;
  const source = sourceOf(path);
  useSignalEffect(() => {
    const n = moved.value;
    if (panel.peek() === 'menu') panel.value = '';
    if (n) headOfPage();
  });
  useEffect(menuCloses, []);
  useEffect(() => fitTables(document.getElementById('main') as HTMLElement), []);
  useEffect(() => actionsOff(document.getElementById('main') as HTMLElement), []);
  useEffect(() => {
    const company = workspace.value?.company;
    document.title = [source?.title || 'Nothing here', company].filter(Boolean).join(', ');
    if (path === '/' || path === '/claim') go('/today', true);
  }, [path, workspace.value]);
  return (
    <>
      <a class="skip" href="#main">To the answer</a>
      <div class="shell">
        <Rail at={source?.room} />
        <div class="deck">
          <Bar />
          <Lost />
          <main class="page" id="main" tabIndex={-1}><Inside key={source?.key} source={source} /></main>
        </div>
        <Bottom at={source?.room} />
      </div>
      <ToastView />
      {panel.value === 'palette' && <Palette />}
      {panel.value === 'keys' && <KeyList />}
      {panel.value === 'jobs' && <JobList />}
    </>
  );
}
