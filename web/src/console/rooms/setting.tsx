/* setting.tsx: one setting of a file as a field, what the program found wrong with it, and what a
 * change does to the file. */

import type { Answer as Told } from '../api';
import { Problem } from '../api';
import { Field, wordsOfName } from '../parts';

export interface Setting {
  file: string;
  path: string; /* "kpi.to", "[2].label", "goals[1].name", "columns.cost" */
  value: string | null;
  row: string | null;
  field: 'choice' | 'switch' | 'day' | 'number' | 'list' | 'lines' | 'text';
  allowed: string;
  choices: string | null;
  usual: string | null;
  absent: string | null;
  about: string;
  required: string;
  binds: string;
  secret: string;
  line: number;
}

/** What a form knows beyond the file: names that may be chosen, one or several. */
export interface Offer {
  one?: { value: string; label: string }[];
  several?: { value: string; label: string }[];
  typed?: string[]; /* proposed while typing */
}

const KINDS = { choice: 'choice', switch: 'choice', day: 'date', number: 'number', list: 'long', lines: 'code', text: 'text' } as const;
const CHOSEN = ['choice', 'switch', 'day'];
const PLAIN = /^text of \d+ to \d+ characters$/; /* what any field takes need not be said */

export const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1).replace(/^\[\d+\]/, '');
export const plain = (text: string): string => text.replace(/`|\*\*/g, '');

const choiceWord = (s: Setting, c: string): string => (s.field === 'switch' ? (c === 'true' ? 'yes' : 'no') : c.replace(/_/g, ' '));

function choicesOf(s: Setting, offer: Offer): { value: string; label: string }[] {
  const all = s.field === 'switch' ? ['true', 'false'] : (s.choices || '').split('|');
  const named = offer.one || all.map((c) => ({ value: c, label: choiceWord(s, c) }));
  const own = s.value !== null && !named.some((c) => c.value === s.value) ? [{ value: s.value, label: s.value }] : [];
  const none = s.required === 'yes' && s.value !== null ? [] : [{ value: '', label: s.required === 'yes' ? 'none yet' : `left out: ${s.usual ? choiceWord(s, s.usual) : plain(s.absent || 'none')}` }];
  return [...none, ...own, ...named];
}

/* A switch says yes and no, where the file says true and false. */
const aboutOf = (s: Setting): string => {
  const words = plain(s.about);
  const said = s.field === 'switch' ? words.replace(/^true\b/, 'Yes').replace(/^false\b/, 'No') : words;
  return ended(s.about.startsWith('`') ? said : said.charAt(0).toUpperCase() + said.slice(1));
};
const ended = (words: string): string => (/[.!?…]$/.test(words) ? words : words + '.');

/* What stands there now, what it is for, what is allowed. */
function helpOf(s: Setting, chosen: boolean): string {
  const now = s.value === null && !chosen && s.required !== 'yes' ? ended(`Left out: ${plain(s.usual || s.absent || 'none')}`) : '';
  const allowed = chosen || PLAIN.test(s.allowed) || s.field === 'lines' ? '' : s.field === 'list' ? 'One a line.' : s.choices ? '' : `Allowed: ${s.allowed}.`;
  return [aboutOf(s), now, allowed].filter(Boolean).join(' ');
}

/* Several of the names that there are; what the file says beside them stays. */
function Several({ name, label, value, all, help, error, onValue }: { name: string; label: string; value: string; all: { value: string; label: string }[]; help: string; error: string | undefined; onValue: (v: string) => void }) {
  const given = value.split('\n').filter(Boolean);
  const names = [...all, ...given.filter((g) => !all.some((a) => a.value === g)).map((g) => ({ value: g, label: g }))];
  const turn = (v: string) => (e: { currentTarget: HTMLInputElement }): void =>
    onValue(names.map((n) => n.value).filter((n) => (n === v ? e.currentTarget.checked : given.includes(n))).join('\n'));
  return (
    <fieldset class={`choice several${error ? ' wrong' : ''}`} aria-describedby={`f-${name}-h`}>
      <legend>{label}</legend>
      <div>{names.map((n) => <label key={n.value}><input type="checkbox" checked={given.includes(n.value)} onChange={turn(n.value)} /> {n.label}</label>)}</div>
      <p class="help" id={`f-${name}-h`}>{error ? <span class="v broken tint">{error}</span> : help}</p>
    </fieldset>
  );
}

interface FieldProps {
  s: Setting;
  value: string;
  fault?: string | undefined;
  locked?: boolean;
  offer?: Offer;
  label?: string;
  name?: string;
  onValue: (v: string) => void;
}

export function SettingField({ s, value, fault, locked = false, offer = {}, label = wordsOfName(lastOf(s.path)), name = s.path, onValue }: FieldProps) {
  if (locked || s.secret === 'yes') {
    const shown = s.value ?? <span class="none">{plain(s.usual || s.absent || 'none')}</span>;
    return <div class={`field fixed${s.field === 'lines' ? ' wide' : ''}`}><p class="label">{label}</p>{s.field === 'lines' && s.value ? <pre class="document" tabIndex={0} aria-label={label}>{s.value}</pre> : <p>{shown}</p>}<p class="help">{aboutOf(s)}</p></div>;
  }
  const id = name.replace(/[^a-z0-9]+/gi, '-').replace(/^-/, '');
  if (offer.several) return <Several name={id} label={label} value={value} all={offer.several} error={fault} help={helpOf(s, true)} onValue={onValue} />;
  const kind = offer.one ? 'choice' : KINDS[s.field];
  const list = offer.typed || (s.field === 'text' && s.choices ? s.choices.split('|') : undefined);
  return (
    <Field name={id} label={label} kind={kind} value={value} onValue={onValue} required={s.required === 'yes' || kind === 'choice'}
      choices={choicesOf(s, offer)} error={fault} help={helpOf(s, kind === 'choice' || CHOSEN.includes(s.field))} {...(list ? { list } : {})} />
  );
}

/* --- what was found ---------------------------------------------------------------------------- */

export interface Fault {
  file: string;
  line: number;
  key: string;
  words: string;
}

/** What the program found wrong, each with its place. */
export function faultsOf(problem: unknown): Fault[] {
  const list = problem instanceof Problem ? ((problem.members['faults'] || []) as Told[]) : [];
  return list.map((f) => ({
    file: f['file'], line: f['line'], key: f['key'] || '',
    words: `Found ${f['found'] ? `"${f['found']}"` : 'nothing'}, allowed: ${f['allowed']}.${f['nearest'] ? ` Did you mean ${f['nearest']}?` : ''}`,
  }));
}

/* --- what changes ------------------------------------------------------------------------------ */

const KINDS_OF_LINE: [RegExp, string][] = [[/^(\+\+\+|---)/, 'file'], [/^\+/, 'plus'], [/^-/, 'minus'], [/^@@/, 'at']];

export function Difference({ text }: { text: string }) {
  const kind = (line: string): string => KINDS_OF_LINE.find(([shape]) => shape.test(line))?.[1] || '';
  return <pre class="difference" tabIndex={0} role="group" aria-label="What changes in the files">{text.trimEnd().split('\n').map((line, i) => <span key={i} class={kind(line)}>{line + '\n'}</span>)}</pre>;
}

/** What a change widens: who decides, before it is asked for. */
export interface Wider {
  key: string;
  before: string | null;
  after: string | null;
  why: string;
  right: string;
}
