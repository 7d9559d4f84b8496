/* workspace.view.tsx: the workspace's files as forms. What is changed is shown as the difference of the
 * file before it is saved; what is saved is in force as a version, as after portolan apply. The
 * program checks the whole: a fault stands under its field, and nothing is written. */

import { useState } from 'preact/hooks';
import { useBar } from '../bar';
import { Problem, change } from '../api';
import type { Answer as Told } from '../api';
import { version } from '../live';
import { Answer, Failure, Field, Form, Mark, Section, Skeleton, Tabs, counted, wordsOfName } from '../parts';
import { mayWith, who, workspace as company } from '../session';
import { say } from '../toast';
import { sentence, useRead, wordsOf } from '../use';
import type { RoomProps } from './index';
import { workspace } from './workspace';

interface Setting {
  file: string;
  path: string; /* "kpi.to", "[2].label" */
  value: string | null;
  row: string | null;
  field: 'choice' | 'switch' | 'day' | 'number' | 'list' | 'text';
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

type Given = Record<string, string>;
type Faults = Record<string, string>;

const KINDS = { choice: 'choice', switch: 'choice', day: 'date', number: 'number', list: 'long', text: 'text' } as const;

const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1).replace(/^\[\d+\]/, '');
const plain = (text: string): string => text.replace(/`/g, '');

const choiceWord = (s: Setting, c: string): string => (s.field === 'switch' ? (c === 'true' ? 'yes' : 'no') : c.replace(/_/g, ' '));

function choicesOf(s: Setting): { value: string; label: string }[] {
  const all = s.field === 'switch' ? ['true', 'false'] : (s.choices || '').split('|');
  const none = s.required === 'yes' ? [] : [{ value: '', label: `left out: ${s.usual ? choiceWord(s, s.usual) : plain(s.absent || 'none')}` }];
  return [...none, ...all.map((c) => ({ value: c, label: choiceWord(s, c) }))];
}

const CHOSEN = ['choice', 'switch', 'day'];
const PLAIN = 'text of 1 to 200 characters'; /* what any field takes need not be said */

/* What stands there now, what it is for, what is allowed. */
function helpOf(s: Setting): string {
  const now = s.value === null && !CHOSEN.includes(s.field) ? `Left out: ${plain(s.usual || s.absent || 'none')}.` : '';
  const allowed = CHOSEN.includes(s.field) || s.allowed === PLAIN ? '' : s.field === 'list' ? 'One a line.' : `Allowed: ${s.allowed}.`;
  const about = s.about.startsWith('`') ? plain(s.about) + '.' : sentence(plain(s.about));
  return [about, now, allowed].filter(Boolean).join(' ');
}

function SettingField({ s, value, fault, locked, onValue }: { s: Setting; value: string; fault: string | undefined; locked: boolean; onValue: (v: string) => void }) {
  if (locked || s.secret === 'yes') {
    return <div class="field fixed"><p class="label">{wordsOfName(lastOf(s.path))}</p><p>{s.value ?? <span class="none">{plain(s.usual || s.absent || 'none')}</span>}</p><p class="help">{sentence(plain(s.about))}</p></div>;
  }
  return (
    <Field name={s.path.replace(/[^a-z0-9]+/gi, '-')} label={wordsOfName(lastOf(s.path))} kind={KINDS[s.field]} value={value} onValue={onValue} required={s.required === 'yes' || s.field === 'choice' || s.field === 'switch'}
      choices={choicesOf(s)} error={fault} help={helpOf(s)} />
  );
}

/* Faults of the program, by path; what belongs to no field of this form is told above the button. */
function faultsOf(problem: unknown): Faults {
  const list = problem instanceof Problem ? ((problem.members['faults'] || []) as Told[]) : [];
  return Object.fromEntries(list.map((f) => [String(f['key']), `Found ${f['found'] ? `"${f['found']}"` : 'nothing'}, allowed: ${f['allowed']}.${f['nearest'] ? ` Did you mean ${f['nearest']}?` : ''}`]));
}

export function Difference({ text }: { text: string }) {
  const kind = (line: string): string => (/^(\+\+\+|---)/.test(line) ? 'file' : line.startsWith('+') ? 'plus' : line.startsWith('-') ? 'minus' : line.startsWith('@@') ? 'at' : '');
  return <pre class="difference" tabIndex={0} aria-label="What changes in the file">{text.split('\n').map((line, i) => <span key={i} class={kind(line)}>{line + '\n'}</span>)}</pre>;
}

const groupOf = (s: Setting): string => (s.row !== null ? s.path.slice(0, s.path.indexOf(']') + 1) : s.path.includes('.') ? s.path.slice(0, s.path.indexOf('.')) : '');
const HEADS: Record<string, [string, string]> = {
  '': ['Company', 'calendar, currency, machine'], kpi: ['The one number', 'everybody is measured by it: the owner changes it'], review: ['Review', 'what it names: the owner changes it'], digest: ['Digest', 'where the lines go'],
};

function Sheet({ file, settings, seen }: { file: string; settings: Setting[]; seen: string }) {
  const [given, setGiven] = useState<Given>({});
  const [difference, setDifference] = useState<string | null>(null);
  const [faults, setFaults] = useState<Faults>({});
  const [fresh, setFresh] = useState('');
  const mine = mayWith(who.value?.role || '', 'owner', false);
  const changed = settings.filter((s) => s.path in given && given[s.path] !== (s.value ?? ''));
  const isRows = file === 'channels.yaml';
  const rows = settings.filter((s) => /\.name$/.test(s.path)).length;
  const added = isRows && fresh.trim() ? [`[${rows + 1}].name=${fresh.trim()}`] : [];
  const changes = [...changed.map((s) => `${s.path}=${given[s.path]}`), ...added];
  const binding = changed.filter((s) => s.binds === 'yes');
  const set = (path: string) => (v: string): void => {
    setDifference(null);
    setFaults((f) => ({ ...f, [path]: '' }));
    setGiven((g) => ({ ...g, [path]: v }));
  };
  const send = async (): Promise<void> => {
    if (!changes.length) throw new Error('Nothing is changed.');
    const saves = difference !== null;
    try {
      const { answer } = await change('workspace.set', { file, changes, seen, dry_run: !saves });
      setFaults({});
      if (!saves) {
        setDifference(String(answer?.['difference'] || ''));
        return;
      }
      setGiven({});
      setFresh('');
      setDifference(null);
      version.value++;
      say(`Version ${answer?.['config_version']} is in force.`, { label: 'Ledger', href: '/ledger' });
    } catch (problem) {
      setFaults(faultsOf(problem));
      setDifference(null);
      throw problem;
    }
  };
  const groups = [...new Set(settings.map(groupOf))];
  const back = (): void => {
    setGiven({});
    setFresh('');
    setDifference(null);
    setFaults({});
  };
  const field = (s: Setting) => <SettingField key={s.path} s={s} value={given[s.path] ?? s.value ?? ''} fault={faults[s.path] || undefined} locked={!mine} onValue={set(s.path)} />;
  const fields = groups.map((g) => {
    const own = settings.filter((s) => groupOf(s) === g);
    const [title, note] = isRows ? [own.find((s) => /\.label$/.test(s.path))?.value || wordsOfName(own[0]?.row || ''), own[0]?.row || ''] : HEADS[g] || [wordsOfName(g), ''];
    return isRows
      ? <details key={g} class="sheetrow"><summary data-row><b>{title}</b><span class="fine">{own.find((s) => /\.owner$/.test(s.path))?.value || 'nobody answers for it'}</span></summary><div class="fields">{own.map(field)}</div></details>
      : <Section key={g} title={title} note={note}><div class="fields spaced">{own.map(field)}</div></Section>;
  });
  if (!mine) return <>{fields}</>;
  return (
    <Form action={difference === null ? 'Show the difference' : 'Save and put in force'} send={send} quiet={!changes.length}
      other={changes.length > 0 && <button type="button" class="button plain" onClick={back}>Back to what is there</button>}>
      {fields}
      {isRows && <div class="fields spaced"><Field name="new-row" label="Add a channel" value={fresh} onValue={(v) => (setDifference(null), setFresh(v))} error={faults[`[${rows + 1}].name`] || undefined} help="Its name of a-z, 0-9 and _. It is kept; the label can change." /></div>}
      {difference !== null && (
        <Section title="What changes in the file" note={file}>
          {difference ? <Difference text={difference} /> : <p>Nothing: the file says this already.</p>}
          {binding.length > 0 && <p class="note"><Mark mark="look">{counted(binding.length, 'value')} of these {binding.length === 1 ? 'is' : 'are'} what everybody is measured by. Only the owner may change {binding.length === 1 ? 'it' : 'them'}; the version and your name are in the ledger.</Mark></p>}
        </Section>
      )}
    </Form>
  );
}

export default function Workspace({ rest }: RoomProps) {
  useBar('Workspace');
  const { data, problem, late } = useRead('workspace.get');
  const file = rest === '/channels' ? 'channels.yaml' : 'portolan.yaml';
  const all = (data?.['settings'] || []) as Setting[];
  const own = all.filter((s) => s.file === file);
  const channels = all.filter((s) => s.file === 'channels.yaml' && /\.name$/.test(s.path)).length;
  const seen = ((data?.['files'] || []) as Told[]).find((f) => f['file'] === file)?.['seen'] as string | undefined;
  const mine = mayWith(who.value?.role || '', 'owner', false);
  const title = file === 'channels.yaml' ? (data ? `${counted(channels, 'channel')} ${channels === 1 ? 'is' : 'are'} governed` : 'Channels') : `How ${company.value?.company || 'the company'} is set up`;
  if (rest && rest !== '/channels') return <Answer>Nothing lies here</Answer>;
  return (
    <>
      <Tabs tabs={workspace.places || []} at={workspace.path + rest} label="Workspace" />
      <Answer busy={!data && !problem} lede={<><code>{file}</code>, as it lies in the workspace's folder. Comments and order stay as they are. {!mine && <Mark mark="lock">The owner changes it.</Mark>}</>}>{title}</Answer>
      {problem && <Failure words={wordsOf(problem)} />}
      {!data && late && <Skeleton lines={8} />}
      {data && <Sheet key={file} file={file} settings={own} seen={seen || ''} />}
    </>
  );
}
