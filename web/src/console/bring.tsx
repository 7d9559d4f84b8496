/* bring.tsx: bringing files: a place to drop them, what is on its way, and what each was taken for. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { change } from './api';
import type { Answer } from './api';
import { Failure, Field, Mark, Progress, Skeleton, Table } from './parts';
import type { Column } from './parts';
import { fromDrop, fromInput, nameOf, remove, send, sending } from './upload';
import type { Found } from './upload';
import { sentence, wordsOf } from './use';

/* --- the place to drop them --------------------------------------------------------------------- */

/** The whole page takes what is dropped; the buttons choose files or a folder. `quiet` once files are there. */
export function DropZone({ onBrought, quiet }: { onBrought: () => void; quiet?: boolean }) {
  const [over, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (found: Found[]): void => void send(found).then(onBrought);
  useEffect(() => {
    folder.current?.setAttribute('webkitdirectory', '');
    const on = (e: DragEvent): void => (e.preventDefault(), setOver(e.type === 'dragover'));
    const drop = (e: DragEvent): void => {
      on(e);
      if (e.dataTransfer) void fromDrop(e.dataTransfer).then(take);
    };
    document.addEventListener('dragover', on);
    document.addEventListener('dragleave', on);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', on);
      document.removeEventListener('dragleave', on);
      document.removeEventListener('drop', drop);
    };
  }, []);
  const choose = (input: HTMLInputElement | null): void => void (input && ((input.value = ''), input.click()));
  const changed = (e: { currentTarget: HTMLInputElement }): void => take(fromInput(e.currentTarget.files as FileList));
  return (
    <div class={`drop${over ? ' over' : ''}${quiet ? ' quiet' : ''}`}>
      <p class="what"><b>{over ? 'Let go' : quiet ? 'Drop more files here' : 'Drop your files here'}</b><small>CSV, TSV, JSON lines, Parquet, workbooks; packed or not, as the tools export them</small></p>
      <p class="acts">
        <button type="button" class={`button${quiet ? '' : ' filled'}`} onClick={() => choose(files.current)}>Choose files</button>
        <button type="button" class="button" onClick={() => choose(folder.current)}>Choose a folder</button>
      </p>
      <input type="file" multiple hidden ref={files} onChange={changed} data-for="files" />
      <input type="file" multiple hidden ref={folder} onChange={changed} data-for="folder" />
    </div>
  );
}

/** What is being sent, and what did not arrive. */
export function OnTheWay() {
  const all = sending.value;
  const failed = all.filter((s) => s.failed);
  const bytes = all.reduce((n, s) => n + s.bytes, 0);
  const done = all.reduce((n, s) => n + s.bytes * s.share, 0);
  const now = all.find((s) => !s.failed);
  return (
    <>
      {now && <Progress what={all.length > 1 ? `Bringing ${all.length} files` : `Bringing ${now.name}`} share={bytes ? done / bytes : null} note={now.name} />}
      {failed.map((s) => (
        <Failure key={s.name} words={`${s.name} was not kept: ${sentence(s.failed)}`}>
          <button type="button" class="link" onClick={() => (sending.value = sending.value.filter((x) => x !== s))}>Dismiss</button>
        </Failure>
      ))}
    </>
  );
}

/* --- what each was taken for -------------------------------------------------------------------- */

export interface FileSeen {
  file: string;
  path: string;
  what: string | null;
  table: string | null;
  sure: string;
  confidence: number | null;
  left_out: string | null;
}

export interface Doubt {
  file: string;
  role: string;
  question: string;
  choices: string | null;
  proposed: string | null;
}

const columnsOf: Column<Answer>[] = [
  { head: 'Column', cell: (c) => c['column'] },
  { head: 'Taken as', cell: (c) => c['role'] ? <b>{c['role'].replace(/_/g, ' ')}</b> : <span class="none">nothing</span>, main: true },
  { head: 'Holds', cell: (c) => c['holds'] },
  { head: 'For example', cell: (c) => c['example'] ? <code>{c['example']}</code> : <span class="none">none</span> },
];

const listOf = (told: Answer, name: string): string[] => ((told[name] || []) as Answer[]).map((w) => w['words']);

/** The columns of one file and what was made of each. */
function Detail({ path }: { path: string }) {
  const [told, setTold] = useState<Answer | null>(null);
  const [failed, setFailed] = useState('');
  useEffect(() => void change('source.recognise', { path: path.split('#')[0] }).then(({ answer }) => setTold(answer || null), (e) => setFailed(wordsOf(e))), [path]);
  if (failed) return <Failure words={failed} />;
  if (!told) return <Skeleton lines={3} />;
  const against = listOf(told, 'against');
  return (
    <div class="detail">
      {against.length > 0 && <ul class="against">{against.map((w) => <li key={w}><Mark mark="against">{sentence(w)}</Mark></li>)}</ul>}
      {told['columns'] ? <Table columns={columnsOf} rows={told['columns'] as Answer[]} name={(c) => c['column']} /> : <p>It holds several sheets: each is a line above.</p>}
    </div>
  );
}

/** What would settle a file: the answer goes on as "file/role: column". */
function Settle({ doubt, given, onGive }: { doubt: Doubt; given: string; onGive: (answer: string) => void }) {
  const choices = (doubt.choices || '').split('\n').filter(Boolean);
  const name = `${doubt.file}-${doubt.role}`.replace(/[^a-z0-9]+/gi, '-');
  return (
    <Field name={name} label={sentence(doubt.question).replace(/\.$/, '')} kind={choices.length ? 'choice' : 'text'} value={given}
      choices={choices.map((c) => ({ value: c, label: c }))} onValue={onGive}
      help={doubt.proposed ? `Perhaps ${doubt.proposed}. Without an answer the file is left out.` : 'Without an answer the file is left out.'} />
  );
}

function State({ f, asked }: { f: FileSeen; asked: boolean }) {
  if (f.sure === 'yes') return f.left_out ? <Mark mark="against">left out</Mark> : <Mark mark="holds">understood</Mark>;
  return asked ? <Mark mark="look">needs an answer</Mark> : <Mark mark="unidentified">not understood</Mark>;
}

/** Every file of the inbox, what it was taken for, and what would settle it. */
export function Files({ files, doubts, answers, onAnswer, onRemove }: {
  files: FileSeen[]; doubts: Doubt[]; answers: Record<string, string>; onAnswer: (key: string, answer: string) => void; onRemove?: ((file: string) => void) | undefined;
}) {
  const [open, setOpen] = useState('');
  return (
    <ul class="files">
      {files.map((f) => {
        const own = doubts.filter((d) => d.file === f.file);
        const id = 'file-' + f.file.replace(/[^a-z0-9]+/gi, '-');
        return (
          <li key={f.file}>
            <div class="line">
              <button type="button" class="name" aria-expanded={open === f.file} aria-controls={id} onClick={() => setOpen(open === f.file ? '' : f.file)}>{f.file}</button>
              <span class="what">{f.what || <span class="none">no export that is known</span>}{f.left_out && (f.sure === 'yes' || !own.length) && <small>{sentence(f.left_out)}</small>}</span>
              <span class="fills">{f.table ? <code>{f.table}</code> : <span class="none">nothing</span>}</span>
              <span class="is"><State f={f} asked={own.length > 0} /></span>
              {onRemove && <button type="button" class="link away" aria-label={`Remove ${f.file}`} onClick={() => onRemove(f.file)}>Remove</button>}
            </div>
            {own.length > 0 && <div class="settle">{own.map((d) => <Settle key={d.role} doubt={d} given={answers[`${d.file}/${d.role}`] || ''} onGive={(a) => onAnswer(`${d.file}/${d.role}`, a)} />)}</div>}
            <div id={id} hidden={open !== f.file}>{open === f.file && <Detail path={f.path} />}</div>
          </li>
        );
      })}
    </ul>
  );
}

/** A file out of the inbox; of a workbook's sheet, the workbook. */
export const removeFile = (file: string): Promise<void> => remove(nameOf(file.split('#')[0] || file));
