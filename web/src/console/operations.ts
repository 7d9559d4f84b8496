/* operations.ts: every operation of the program with its parameters, read from its own description
 * (/api/v1/openapi.json), and what follows when it is run. */

import { readAt } from './api';
import type { Answer } from './api';
import { mayWith, who } from './session';

export interface Parameter {
  name: string;
  about: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  choices?: string[];
  usual?: string;
  required: boolean;
  day: boolean;
  min?: number;
  max?: number;
}

export interface Operation {
  name: string;
  summary: string;
  about: string;
  reads: boolean; /* answers at once and leaves nothing */
  long: boolean; /* runs as a job */
  right: string;
  parameters: Parameter[];
}

function parameter(name: string, required: boolean, about: string, schema: Answer): Parameter {
  const s: Answer = Object.assign({}, schema, ...((schema['allOf'] as Answer[] | undefined) || []));
  const out: Parameter = { name, about, required, type: s['type'], day: s['format'] === 'date' };
  if (s['enum']) out.choices = (s['enum'] as unknown[]).map(String);
  if (s['default'] !== undefined) out.usual = String(s['default']);
  if (s['minimum'] !== undefined) out.min = s['minimum'];
  if (s['maximum'] !== undefined) out.max = s['maximum'];
  return out;
}

function parametersOf(told: Answer): Parameter[] {
  const inQuery = ((told['parameters'] || []) as Answer[]).filter((p) => p['in'] === 'query');
  const body = told['requestBody']?.content?.['application/json']?.schema as Answer | undefined;
  const needed = (body?.['required'] || []) as string[];
  const inBody = Object.entries((body?.['properties'] || {}) as Record<string, Answer>);
  return [
    ...inQuery.map((p) => parameter(p['name'], p['required'], p['description'], p['schema'])),
    ...inBody.map(([name, p]) => parameter(name, needed.includes(name), p['description'], p)),
  ];
}

function operation(told: Answer, reads: boolean): Operation {
  return {
    name: told['operationId'], summary: told['summary'], about: told['description'] || '', reads,
    long: Boolean(told['responses']?.['202']), right: told['x-right'], parameters: parametersOf(told),
  };
}

let all: Promise<Operation[]> | null = null;

/** Those of the program, in the order of the registry. */
export async function everyOperation(): Promise<Operation[]> {
  all ||= readAt<Answer>('/api/v1/openapi.json').then((d) => Object.values(d['paths'] as Record<string, Answer>).flatMap((path) => {
    const told = (path['get'] || path['post']) as Answer | undefined;
    return told?.['x-right'] ? [operation(told, Boolean(path['get']))] : [];
  }));
  return all;
}

/** Those that whoever is signed in may run. */
export async function operations(): Promise<Operation[]> {
  const role = who.peek()?.role || '';
  return (await everyOperation()).filter((o) => mayWith(role, o.right, o.reads));
}

/** What follows when it is run, in a few words. */
export const followOf = (o: Operation): string => (o.reads ? 'answers at once' : o.long ? 'runs as a job' : 'is entered in the ledger');
