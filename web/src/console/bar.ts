/* bar.ts: what stands in the top bar: at the left the date or the room, at the right the period, and
 * what leads to the ones beside it. */

import { signal } from '@preact/signals';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { Params } from './api';
import { go, note, place } from './route';
import { say } from './toast';

export interface Period {
  label: string;
  earlier?: string | undefined; /* addresses; undefined: there is none */
  later?: string | undefined;
  compares?: boolean | undefined; /* whether the year before stands beside it; undefined: it cannot */
}

export const bar = signal<{ left: string; period: Period }>({ left: '', period: { label: '' } });

export function useBar(left: string, right = ''): void {
  useLayoutEffect(() => void (bar.value = { left, period: { label: right } }), [left, right]);
}

/** What page.show tells of the period. */
export interface Told {
  period?: string;
  earlier?: string | null;
  later?: string | null;
  compared?: string;
}

/* The address of this page for another value of the parameter. */
function addressFor(by: string, value: string | null | undefined): string | undefined {
  if (!value) return undefined;
  const query = new URLSearchParams(place.peek().query);
  query.set(by, value);
  return `${place.peek().path}?${query}`;
}

/* What was asked for by c is shown, or it is said why there is nothing to show. */
function showCompared(compared: string): void {
  const at = document.getElementById('year-before')?.closest('section');
  if (!at) return say(`${compared}.`, undefined, true);
  at.scrollIntoView({ block: 'start' });
  say(`${compared}.`, undefined, true);
}

let asked = false; /* by c, just now: an address that was sent stays at its head */

/** The bar of a page of the program: `by` is the parameter of page.show that names its period. Gives
 * the parameters to ask with, and takes what was told. */
export function usePeriod(left: string, by: 'run' | 'period', compares: boolean): { params: Params; onTold: (told: Told) => void } {
  const query = place.value.query;
  const value = query.get(by) || undefined;
  const on = compares && query.get('compare') === 'year';
  const [told, setTold] = useState<Told>({});
  const period: Period = {
    label: told.period || '', earlier: addressFor(by, told.earlier), later: addressFor(by, told.later), ...(compares ? { compares: on } : {}),
  };
  useLayoutEffect(() => void (bar.value = { left, period }), [left, told, on]);
  const onTold = (t: Told): void => {
    setTold(t);
    if (t.compared && asked) requestAnimationFrame(() => showCompared(t.compared as string));
    asked = false;
  };
  return { params: { ...(value ? { [by]: value } : {}), ...(on ? { compare: true } : {}) }, onTold };
}

/** By [ and ], and by the arrows in the bar: the focus stays where it is. */
export function step(way: 'earlier' | 'later'): void {
  const to = bar.peek().period[way];
  if (to) go(to, 'stay');
  else say(`There is no ${way} period here.`, undefined, true);
}

/** By c, and by the button in the bar. */
export function compare(): void {
  const { compares } = bar.peek().period;
  if (compares === undefined) return say('Nothing here is held against a year before.', undefined, true);
  asked = !compares;
  note({ compare: compares ? undefined : 'year' });
}
