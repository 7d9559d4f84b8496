/* reply.tsx: what an operation answered, for any operation: its sentences, its values, its tables, what to
 * do next. The console's counterpart of the terminal's text. */

import type { ComponentChildren } from 'preact';
import type { Answer } from './api';
import { Table, count, moment } from './parts';
import type { Column } from './parts';

const words = (key: string): string => {
  const text = key.replace(/_/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

const INSTANT = /^\d{4}-\d\d-\d\dT/;
const HASH = /^[0-9a-f]{32,}$/;

function valueOf(v: unknown): ComponentChildren {
  if (v === null || v === undefined || v === '') return <span class="none">none</span>;
  if (typeof v === 'boolean') return v ? 'yes' : 'no';
  if (typeof v === 'number') return Number.isInteger(v) ? count(v) : String(Number(v.toPrecision(6)));
  if (typeof v === 'string') return INSTANT.test(v) ? moment(v) : HASH.test(v) ? <code>{v}</code> : v;
  if (Array.isArray(v) && v.every((x) => typeof x !== 'object')) return v.length ? v.join(', ') : 'none';
  return <code class="json">{JSON.stringify(v)}</code>;
}

const isNumber = (rows: Answer[], key: string): boolean => rows.some((r) => typeof r[key] === 'number') && rows.every((r) => r[key] === null || typeof r[key] === 'number');

function columnsOf(rows: Answer[]): Column<Answer>[] {
  return Object.keys(rows[0] || {}).map((key) => ({
    head: words(key),
    cell: (r) => valueOf(r[key]),
    value: (r) => (typeof r[key] === 'object' && r[key] !== null ? JSON.stringify(r[key]) : r[key]),
    figure: isNumber(rows, key),
  }));
}

const isTable = (v: unknown): v is Answer[] => Array.isArray(v) && v.length > 0 && v.every((r) => typeof r === 'object' && r !== null && !Array.isArray(r));

/** Names and values. */
export function Values({ of }: { of: Answer }) {
  const names = Object.keys(of);
  if (!names.length) return <p class="none">none</p>;
  return <dl class="values">{names.map((k) => <><dt>{words(k)}</dt><dd>{valueOf(of[k])}</dd></>)}</dl>;
}

export function Reply({ of }: { of: Answer }) {
  const { said, notes, next, document, page: _page, ...rest } = of;
  const tables = Object.entries(rest).filter(([, v]) => isTable(v)) as [string, Answer[]][];
  const values = Object.fromEntries(Object.entries(rest).filter(([, v]) => !isTable(v) && !(Array.isArray(v) && v.length === 0)));
  return (
    <div class="reply">
      {((said || []) as string[]).map((s) => <p key={s} class="said">{s}</p>)}
      {Object.keys(values).length > 0 && <Values of={values} />}
      {tables.map(([name, rows]) => <Table key={name} caption={words(name)} columns={columnsOf(rows)} rows={rows} name={(r) => rows.indexOf(r)} csv={name} />)}
      {document && <pre class="document">{document}</pre>}
      {((notes || []) as string[]).map((s) => <p key={s} class="fine">{s}</p>)}
      {((next || []) as string[]).map((s) => <p key={s} class="fine">Next: <code>{s}</code></p>)}
    </div>
  );
}
