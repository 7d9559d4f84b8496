/* money.ts: figures as the charts write them, in the workspace's currency: one set of digits for a
 * value and its interval. */

import { digitsOf, figure, range, spoken } from '../../charts/numbers';
import type { Manner } from '../../charts/numbers';
import { LOCALE } from './format';
import { workspace } from '../session';

const manner = (signed = false): Manner => ({ locale: LOCALE, currency: workspace.value?.currency || 'EUR', unit: 'money', signed });

export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
}

/** "€41.65m"; with `signed` "+€210k". */
export const money = (value: number | null, signed = false): string => figure(value, digitsOf(value, null, null, 'money'), manner(signed));

/** "+€210k" and "90 to 330". */
export function estimate(e: Estimate, signed = false): [string, string] {
  const digits = digitsOf(e.value, e.low, e.high, 'money');
  return [figure(e.value, digits, manner(signed)), range(e.low, e.high, digits, manner(signed))];
}

export const spokenMoney = (value: number, signed = false): string => spoken(value, digitsOf(value, null, null, 'money'), manner(signed));

/** An amount as answers have it. */
export const amountOf = (m: unknown): number => Number((m as { amount?: string } | null)?.amount ?? NaN);

/** "generic_search" as words, where no label is known. */
export const wordsOfName = (name: string): string => {
  const text = name.replace(/_/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** A label inside a sentence: "paid social", but "TV". */
export const inSentence = (label: string): string => (/^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label);
