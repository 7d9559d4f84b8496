/* sheet.tsx: one file of the workspace as a form: its keys in sections, the items of its list as rows
 * that open. An item that goes and one that comes are part of the difference like any value. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Form, Mark, Section, wordsOfName } from '../parts';
import { useDraft } from './draft';
import { OtherFaults, SeenDifference, actionOf } from './seen';
import { SettingField, lastOf } from './setting';
import type { Offer, Setting } from './setting';

type Given = Record<string, string>;

/** How a file is laid out. */
export interface Layout {
  file: string;
  list?: string; /* key of its list; "": the file itself is one */
  one?: string; /* what an item is called */
  heads: Record<string, [string, string]>; /* section: heading, note */
  headOf?: (s: Setting) => string; /* section of a setting that is in no list */
  later?: string[]; /* sections that stay closed while nothing in them is given */
  nameHelp?: string; /* of an item that comes */
  offer?: (s: Setting) => Offer;
  labelOf?: (s: Setting) => string;
}

export interface SheetProps {
  layout: Layout;
  settings: Setting[];
  fresh?: Setting[];
  hash: string;
  mine: boolean;
  children?: ComponentChildren; /* below the fields, above the difference */
}

/* "[2]" of "[2].label", "goals[1]" of "goals[1].name"; "" where it is in no item. */
const itemOf = (path: string): string => /^[a-z_]*\[\d+\]/.exec(path)?.[0] || '';
const within = (path: string): string => path.slice(itemOf(path).length + 1);
const numberOf = (item: string): number => Number(/\d+/.exec(item)?.[0]);
const sectionOf = (s: Setting): string => (s.path.includes('.') ? s.path.slice(0, s.path.indexOf('.')) : '');

const titleOf = (own: Setting[], value: (s: Setting) => string): string => {
  const at = (key: string): string => { const s = own.find((x) => lastOf(x.path) === key); return s ? value(s) : ''; };
  return at('label') || wordsOfName(at('name'));
};

function RowHead({ title, note, gone }: { title: string; note: string; gone: boolean }) {
  return <summary data-row><b class={gone ? 'gone' : undefined}>{title || 'no name yet'}</b><span class="fine">{gone ? <Mark mark="against">goes when this is saved</Mark> : note}</span></summary>;
}

export function Sheet({ layout, settings, fresh = [], hash, mine, children }: SheetProps) {
  const { file, list, one = 'item', heads, headOf = sectionOf, later = [], offer = () => ({}), labelOf } = layout;
  const draft = useDraft();
  const [given, setGiven] = useState<Given>({});
  const [gone, setGone] = useState<string[]>([]);
  const [added, setAdded] = useState<Given[]>([]); /* by the key within the item */
  const again = draft.again;
  const clear = (): void => {
    setGiven({});
    setGone([]);
    setAdded([]);
  };

  /* --- what is sent: values where they are, items that come, then those that go, the last first --- */
  const valueOf = (s: Setting): string => given[s.path] ?? s.value ?? '';
  const kept = settings.filter((s) => !gone.includes(itemOf(s.path)));
  const changed = kept.filter((s) => s.path in given && given[s.path] !== (s.value ?? ''));
  const filled = added.filter((a) => Object.values(a).some((v) => v.trim()));
  const first = fresh.length ? numberOf(itemOf((fresh[0] as Setting).path)) : 0;
  const comes = filled.flatMap((a, i) => fresh.filter((s) => a[within(s.path)]?.trim()).map((s) => `${list}[${first + i}].${within(s.path)}=${a[within(s.path)]}`));
  const goes = [...gone].sort((a, b) => numberOf(b) - numberOf(a)).map((item) => `${item}=`);
  const changes = [...changed.map((s) => `${s.path}=${given[s.path]}`), ...comes, ...goes];
  const send = async (): Promise<void> => {
    if (await draft.send(file, hash, changes)) clear();
  };

  /* --- faults by field; an item that goes with others has moved up by as many as went before it --- */
  const shift = (n: number): number => gone.filter((g) => numberOf(g) <= n).length;
  const place = (path: string): string => {
    const item = itemOf(path);
    const n = numberOf(item) - shift(numberOf(item));
    return item ? `${item.slice(0, item.indexOf('['))}[${n}].${within(path)}` : path;
  };
  const faultAt = (path: string): string | undefined => draft.faults.find((f) => f.file === file && f.key.replace(/((?:files|aliases|kinds|totals|mail_to|channels|campaigns|geos|products|segments|media))\[\d+\]$/, '$1') === path)?.words;
  const pathOfNew = (i: number, s: Setting): string => {
    const at = filled.indexOf(added[i] as Given);
    return at < 0 ? '' : `${list}[${first + at - gone.length}].${within(s.path)}`;
  };
  const shown = new Set([...kept.map((s) => place(s.path)), ...added.flatMap((_, i) => fresh.map((s) => pathOfNew(i, s)))]);
  const others = draft.faults.filter((f) => f.file !== file || ![...shown].some((p) => f.key === p || f.key.startsWith(p + '[')));

  /* --- drawing --- */
  const change = (s: Setting) => (v: string): void => {
    again();
    setGiven((g) => ({ ...g, [s.path]: v }));
  };
  const label = (s: Setting): { label?: string } => (labelOf ? { label: labelOf(s) } : {});
  const field = (s: Setting) => <SettingField key={s.path} s={s} value={valueOf(s)} fault={faultAt(place(s.path))} locked={!mine} offer={offer(s)} onValue={change(s)} {...label(s)} />;
  const sections = [...new Set(settings.filter((s) => !itemOf(s.path)).map(headOf))];
  const items = [...new Set(settings.map((s) => itemOf(s.path)).filter(Boolean))];

  const row = (item: string) => {
    const own = settings.filter((s) => itemOf(s.path) === item);
    const isGone = gone.includes(item);
    const turn = (): void => (again(), setGone((g) => (isGone ? g.filter((x) => x !== item) : [...g, item])));
    const note = own.find((s) => lastOf(s.path) === 'owner') ? valueOf(own.find((s) => lastOf(s.path) === 'owner') as Setting) || 'nobody answers for it' : valueOf(own.find((s) => lastOf(s.path) === 'table') || (own[0] as Setting)) || 'txn';
    const wrong = own.some((s) => faultAt(place(s.path)));
    return (
      <details key={item} class="sheetrow" {...(wrong ? { open: true } : {})}>
        <RowHead title={titleOf(own, valueOf)} note={note} gone={isGone} />
        {!isGone && <div class="fields">{own.map(field)}</div>}
        {mine && <p class="rowacts"><button type="button" class="link" onClick={turn}>{isGone ? `Keep this ${one}` : `Remove this ${one}`}</button></p>}
      </details>
    );
  };

  const newRow = (a: Given, i: number) => {
    const set = (s: Setting) => (v: string): void => (again(), setAdded((all) => all.map((x, k) => (k === i ? { ...x, [within(s.path)]: v } : x))));
    const drop = (): void => (again(), setAdded((all) => all.filter((_, k) => k !== i)));
    const value = (s: Setting): string => a[within(s.path)] ?? '';
    return (
      <details key={`new-${i}`} class="sheetrow" open>
        <RowHead title={titleOf(fresh, value)} note={`a new ${one}`} gone={false} />
        <div class="fields">
          {fresh.map((s) => <SettingField key={s.path} s={s} name={`new-${i}-${within(s.path)}`} value={value(s)} fault={faultAt(pathOfNew(i, s))} offer={offer(s)} onValue={set(s)} {...label(s)} />)}
        </div>
        <p class="rowacts"><button type="button" class="link" onClick={drop}>Take it away again</button></p>
      </details>
    );
  };

  const add = (): void => {
    again();
    setAdded((all) => [...all, {}]);
    setTimeout(() => document.querySelector<HTMLElement>(`[name^="new-${added.length}-"]`)?.focus(), 0);
  };
  const rows = (
    <>
      {!items.length && !added.length && <p class="note">None is listed yet.</p>}
      {items.map(row)}
      {added.map(newRow)}
      {mine && <p class="acts"><button type="button" class="button" onClick={add}>Add a {one}</button></p>}
    </>
  );
  const section = (g: string) => {
    const [title, note] = heads[g] || [wordsOfName(g), ''];
    const own = settings.filter((s) => !itemOf(s.path) && headOf(s) === g);
    if (!later.includes(g)) return <Section key={g} title={title} note={note}><div class="fields spaced">{own.map(field)}</div></Section>;
    const opens = own.some((s) => s.value !== null || faultAt(s.path));
    return <details key={g} class="later" {...(opens ? { open: true } : {})}><summary data-row>{title} <span class="fine">{note}</span></summary><div class="fields">{own.map(field)}</div></details>;
  };
  const body = (
    <>
      {sections.map(section)}
      {list !== undefined && (list ? <Section title={heads[list]?.[0] || wordsOfName(list)} note={heads[list]?.[1] || ''}>{rows}</Section> : <div class="itemrows">{rows}</div>)}
      {children}
    </>
  );
  if (!mine) return <div class="form">{body}</div>;
  return (
    <Form action={actionOf(draft)} send={send} quiet={!changes.length}
      other={changes.length > 0 && <button type="button" class="button plain" onClick={() => (clear(), again())}>Back to what is there</button>}>
      {body}
      <SeenDifference draft={draft} file={file} binding={changed.filter((s) => s.binds === 'yes').length} />
      <OtherFaults faults={others} />
    </Form>
  );
}
