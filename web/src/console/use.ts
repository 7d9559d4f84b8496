/* use.ts: what components need of the program. */

import { useEffect, useState } from 'preact/hooks';
import { Problem, address, known, readAt } from './api';
import type { Answer, Params } from './api';
import { version } from './live';

export interface Reading<T> {
  data?: T;
  problem?: Problem;
  late: boolean; /* it takes longer than a reader waits without being told: grey lines */
}

const LATE_MS = 200;

/** A read, kept up to date: asked again when facts, configuration or a job's end may have changed it.
 * `operation` null asks nothing. What was read before is shown at once. */
export function useRead<T = Answer>(operation: string | null, params: Params = {}): Reading<T> {
  const where = operation ? address(operation, params) : '';
  const before = where ? known<T>(where) : undefined;
  const [held, hold] = useState<{ where: string; reading: Reading<T> }>({ where: '', reading: { late: false } });
  const seen = version.value;
  useEffect(() => {
    if (!where) return undefined;
    let gone = false;
    const show = (reading: Reading<T>): void => void (gone || hold({ where, reading }));
    const timer = setTimeout(() => known(where) === undefined && show({ late: true }), LATE_MS);
    readAt<T>(where).then(
      (data) => show({ data, late: false }),
      (problem: Problem) => show({ problem, late: false, ...(known<T>(where) ? { data: known<T>(where) as T } : {}) }),
    ).finally(() => clearTimeout(timer));
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [where, seen]);
  if (held.where === where) return held.reading;
  return before === undefined ? { late: false } : { data: before, late: false };
}

/** The words of a failure, for where it happened. */
export const wordsOf = (e: unknown): string =>
  e instanceof Problem ? [sentence(e.message), e.hint ? sentence(e.hint) : ''].filter(Boolean).join(' ') : e instanceof Error ? e.message : String(e);

export const sentence = (words: string): string => {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(text) ? text : text + '.';
};
