/* sources.tsx: the workspace's sources: what each brought, and the form of one: where its files are,
 * what their columns mean, and beside it what was read last. */

import { useState } from 'preact/hooks';
import type { Answer as Told } from '../api';
import { Answer, Failure, Field, Form, Mark, Section, Skeleton, Table, count, counted, day, wordsOfName } from '../parts';
import type { Column } from '../parts';
import { go } from '../route';
import { useRead, wordsOf } from '../use';
import { useDraft } from './draft';
import { OtherFaults, SeenDifference, actionOf } from './seen';
import { lastOf } from './setting';
import type { Setting } from './setting';
import { Sheet } from './sheet';
import type { Layout } from './sheet';

const PLACE = '/workspace/sources';
const nameOf = (file: string): string => file.slice('sources/'.length, -'.yaml'.length);
const noon = (iso: string): Date => new Date(iso + 'T12:00:00Z');
const NONE = <span class="none">none</span>;

/* --- all of them ------------------------------------------------------------------------------- */

const columns: Column<Told>[] = [
  { head: 'Source', cell: (s) => <a href={`${PLACE}/${s['source']}`}>{s['source']}</a>, value: (s) => s['source'] },
  { head: 'Fills', cell: (s) => s['table'] || <Mark mark="waits">not in force</Mark>, value: (s) => s['table'] || '' },
  { head: 'Rows', cell: (s) => count(s['rows'] || 0), value: (s) => s['rows'] || 0, figure: true, main: true },
  { head: 'Reaches', cell: (s) => (s['last_day'] ? day(noon(s['last_day'])) : NONE), value: (s) => s['last_day'] || '' },
  { head: 'Owner', cell: (s) => s['owner'] || NONE, value: (s) => s['owner'] || '' },
];

function NewSource({ names }: { names: string[] }) {
  const [name, setName] = useState('');
  const [fault, setFault] = useState('');
  const open = (): Promise<void> => {
    const wrong = !/^[a-z0-9_]{1,64}$/.test(name) ? `Found ${name ? `"${name}"` : 'nothing'}, allowed: a name of a-z, 0-9 and _, at most 64 characters.` : names.includes(name) ? `"${name}" is there already.` : '';
    setFault(wrong);
    if (!wrong) go(`${PLACE}/${name}`);
    return Promise.resolve();
  };
  return (
    <Form action="Open its form" send={open} quiet>
      <Field name="new-source" label="A new source" value={name} onValue={(v) => (setFault(''), setName(v))} error={fault || undefined} help="Its name: the file is sources/<name>.yaml. Nothing is written before its form is saved." />
    </Form>
  );
}

export function Sources({ files, mine }: { files: Told[]; mine: boolean }) {
  const { data, problem, late } = useRead<{ sources: Told[] }>('source.list');
  const names = files.map((f) => String(f['file'])).filter((f) => f.startsWith('sources/')).map(nameOf);
  const read = data?.sources || [];
  const rows = names.map((n) => read.find((s) => s['source'] === n) || { source: n });
  return (
    <>
      {problem && <Failure words={wordsOf(problem)} />}
      {!data && late && <Skeleton lines={6} />}
      {data && (rows.length ? <div class="page-table"><Table columns={columns} rows={rows} name={(s) => s['source']} csv="sources" /></div> : <p class="note">No source is written yet. Files that are dropped on Data make them.</p>)}
      {mine && data && <NewSource names={names} />}
    </>
  );
}

/* --- one --------------------------------------------------------------------------------------- */

const HEADS: Record<string, [string, string]> = {
  '': ['What it is', 'who is asked when files are late or wrong'],
  files: ['Where the files are', ''],
  columns: ['Columns', 'which column of the file is what'],
  slots: ['What the preset leaves open', ''],
  mapping: ['Mapping', 'one SELECT from source to the table'],
  format: ['How the files are written', 'found in the file where nothing is said'],
  reading: ['How values are read', 'the workspace’s where nothing is said'],
};

const SECTION: Record<string, string> = { preset: '', files: 'files', table: 'mapping', mapping: 'mapping', identifier_kind: 'reading', locale: 'reading', currency: 'reading', zone: 'reading' };
const sectionOf = (s: Setting): string => (s.path.includes('.') ? s.path.slice(0, s.path.indexOf('.')) : SECTION[s.path] ?? '');

/* In the order of HEADS. A preset knows table and mapping; a mapping has no columns to name. */
function shownOf(settings: Setting[], preset: boolean): Setting[] {
  const order = Object.keys(HEADS);
  const shown = settings.filter((s) => s.value !== null || !(preset ? sectionOf(s) === 'mapping' : ['columns', 'slots'].includes(sectionOf(s))));
  return [...shown].sort((a, b) => order.indexOf(sectionOf(a)) - order.indexOf(sectionOf(b)));
}

const ended = (words: string): string => (/[.!?…]$/.test(words) ? words : words + '.');

/* A role is named as the preset has it. */
const labelOf = (s: Setting): string => wordsOfName(lastOf(s.path));

/* Asked for when it is opened: a reader who wants to outgrow the preset begins with it. */
function Made({ name }: { name: string }) {
  const [open, setOpen] = useState(false);
  const { data, problem } = useRead<Told>(open ? 'source.show' : null, { source: name });
  return (
    <details class="made" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>The SELECT its preset makes</summary>
      {problem && <Failure words={wordsOf(problem)} />}
      {data && <pre class="document" tabIndex={0} aria-label="The SELECT its preset makes">{data['mapping']}</pre>}
    </details>
  );
}

function LastRead({ name, preset }: { name: string; preset: boolean }) {
  const { data: list } = useRead<{ sources: Told[] }>('source.list');
  const inForce = list?.sources.find((s) => s['source'] === name);
  if (list && !inForce) return <Section title="What was read"><p class="note">Nothing yet: it is not in force.</p></Section>;
  if (!inForce) return null;
  const rows: [string, string][] = [
    ['Files', count(inForce['files'])], ['Rows', count(inForce['rows'])], ['Set aside', count(inForce['set_aside'])],
    ['Reaches', inForce['last_day'] ? day(noon(inForce['last_day'])) : 'none'], ['Fills', inForce['table']],
  ];
  return (
    <Section title="What was read" note={<a href="/data">Data</a>}>
      <dl class="values">{rows.flatMap(([term, value]) => [<dt key={term}>{term}</dt>, <dd key={term + 'd'}>{value}</dd>])}</dl>
      {preset && <Made name={name} />}
    </Section>
  );
}

/* A file that goes is a change like any other: it is looked at, then saved. */
function Remove({ file, hash }: { file: string; hash: string }) {
  const draft = useDraft();
  const [open, setOpen] = useState(false);
  const send = async (): Promise<void> => void (await draft.send(file, hash, ['='], () => go(PLACE)));
  if (!open) return <p class="acts"><button type="button" class="link" onClick={() => setOpen(true)}>Remove this source</button></p>;
  return (
    <Section title="Remove this source" note={file}>
      <p class="note">What it has loaded stays; nothing new is read from it.</p>
      <Form action={draft.seen ? actionOf(draft) : 'Show the difference'} send={send} other={<button type="button" class="button plain" onClick={() => (draft.again(), setOpen(false))}>Back</button>}>
        <SeenDifference draft={draft} file={file} />
        <OtherFaults faults={draft.faults} />
      </Form>
    </Section>
  );
}

export function Source({ name, mine }: { name: string; mine: boolean }) {
  const file = `sources/${name}.yaml`;
  const { data, problem, late } = useRead('workspace.get', { file });
  const settings = (data?.['settings'] || []) as Setting[];
  const listed = ((data?.['files'] || []) as Told[]).find((f) => f['file'] === file);
  const own = listed?.['there'] === 'yes' ? listed : null;
  const preset = settings.find((s) => s.path === 'preset')?.value;
  const about = settings.find((s) => s.path === 'about')?.value;
  const layout: Layout = { file, heads: HEADS, headOf: sectionOf, later: ['format', 'reading'], labelOf };
  const lede = <><code>{file}</code>{data && !own && ', which is not there yet. Saving makes it'}{about && own ? `: ${ended(about)}` : '.'} Comments and order stay as they are. {!mine && <Mark mark="lock">The owner changes it.</Mark>}</>;
  return (
    <>
      <Answer busy={!data && !problem} lede={lede}>{wordsOfName(name)}</Answer>
      {problem && <Failure words={wordsOf(problem)} />}
      {!data && late && <Skeleton lines={8} />}
      {data && (
        <div class="beside">
          <div>
            <Sheet key={file} layout={layout} settings={shownOf(settings, Boolean(preset))} hash={(listed?.['seen'] as string) || ''} mine={mine} />
            {mine && own && <Remove file={file} hash={own['seen'] as string} />}
          </div>
          <aside>{own && <LastRead name={name} preset={Boolean(preset)} />}</aside>
        </div>
      )}
    </>
  );
}

export const sourcesTitle = (files: Told[]): string => {
  const n = files.filter((f) => String(f['file']).startsWith('sources/')).length;
  return n ? `${counted(n, 'source')} ${n === 1 ? 'is' : 'are'} read` : 'No source is read yet';
};
