/* basic.tsx: marks, owners, sections, empty states, progress. */

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Mark as MarkName } from '../../charts/types';

/** A shape with its word. The word is never left out: `only` hides it from the eye alone. */
export function Mark({ mark, children, only, tint }: { mark: MarkName; children: ComponentChildren; only?: boolean; tint?: boolean }) {
  return <span class={`v ${mark}${tint ? ' tint' : ''}`}>{only ? <span class="vh">{children}</span> : children}</span>;
}

const initials = (name: string): string =>
  name.split(/\s+/).filter(Boolean).map((w) => w.charAt(0)).filter((_, i, all) => i === 0 || i === all.length - 1).join('').toUpperCase();

/** One person, or plainly none. */
export function Owner({ name, disc }: { name?: string | null; disc?: boolean }) {
  if (!name) return <span class="owner none"><i class="disc" aria-hidden="true" />none</span>;
  return <span class="owner"><i class="disc" aria-hidden="true">{initials(name)}</i>{disc ? <span class="vh">{name}</span> : name}</span>;
}

/** A heading, a note at the right, a hairline, what belongs to it. */
export function Section({ title, note, children }: { title: string; note?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section>
      <header><h2>{title}</h2>{note !== undefined && <p>{note}</p>}</header>
      {children}
    </section>
  );
}

/** The page's answer: a sentence that could be read aloud, and what supports it. */
export function Answer({ children, lede, busy }: { children: ComponentChildren; lede?: ComponentChildren; busy?: boolean }) {
  return (
    <section id="answer" aria-busy={busy}>
      <h1>{children}</h1>
      {lede && <p class="lede">{lede}</p>}
    </section>
  );
}

/** What is missing, what it would be worth, one action. */
export function EmptyState({ missing, worth, children }: { missing: string; worth?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p><b>{missing}</b>{worth && <> {worth}</>}</p>
      {children && <p class="acts">{children}</p>}
    </div>
  );
}

const TOLD_AFTER_MS = 1800; /* with the 200 before the lines: 2 s */

/** Grey lines in the shape of what comes; seen after 200 ms. After 2 s it is said what is awaited,
 * once on a page: `quiet` lines leave it to the others. */
export function Skeleton({ lines = 3, what = 'Figures are being read; large workspaces take a moment.', quiet, unseen }: { lines?: number; what?: string; quiet?: boolean; unseen?: boolean }) {
  const [told, setTold] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTold(!quiet), TOLD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class={unseen ? 'skeleton unseen' : 'skeleton'}>
      <p class="fine" role="status">{told && what}</p>
      {Array.from({ length: lines }, (_, i) => <i key={i} aria-hidden="true" />)}
    </div>
  );
}

/** What failed, where it failed. */
export function Failure({ words, children }: { words: string; children?: ComponentChildren }) {
  return <p class="failure" role="alert"><Mark mark="broken" only>Failed: </Mark>{words} {children}</p>;
}

/** How far something is. `share` 0 to 1, null where nobody knows. */
export function Progress({ what, share, note, onCancel }: { what: string; share: number | null; note: string; onCancel?: (() => void) | undefined }) {
  const at = share === null ? undefined : Math.round(share * 100);
  return (
    <div class="progress">
      <p class="head"><b>{what}</b><span>{at === undefined ? '' : `${at}%`}</span></p>
      <div role="progressbar" aria-label={what} aria-valuemin={0} aria-valuemax={100} aria-valuenow={at} aria-valuetext={note || undefined}>
        <i class={at === undefined ? 'unknown' : ''} style={{ width: `${at ?? 100}%` }} />
      </div>
      <p class="foot"><span>{note}</span>{onCancel && <button type="button" class="link" onClick={onCancel}>Cancel</button>}</p>
    </div>
  );
}

/** A key as it is printed on the keyboard. */
export const Key = ({ children }: { children: ComponentChildren }) => <kbd>{children}</kbd>;

export function Figure({ value, interval, href, name }: { value: string; interval?: string; href?: string; name?: string }) {
  return (
    <span class="pair">
      {href ? <a class="figure" href={href} aria-label={name}>{value}</a> : <b>{value}</b>}
      {interval && <span class="interval">{interval}</span>}
    </span>
  );
}

/** Places inside a room. */
export function Tabs({ tabs, at, label }: { tabs: { path: string; title: string }[]; at: string; label: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((t) => <a key={t.path} href={t.path} aria-current={t.path === at ? 'page' : undefined}>{t.title}</a>)}
    </nav>
  );
}
