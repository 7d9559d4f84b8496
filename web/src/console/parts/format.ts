/* format.ts: days, times and counts as readers write them, in the workspace's zone. */

import { span } from '../../charts/dates';
import { workspace } from '../session';

export const LOCALE = 'en-GB';
const zone = (): string => workspace.value?.zone || 'UTC';

function shape(at: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALE, { timeZone: zone(), ...options }).format(at).replace(/,/g, '');
}

const yearOf = (at: Date): string => shape(at, { year: 'numeric' });

/** "Mon 16 Nov", with the year where it is not this one. */
export function day(at: Date): string {
  const own = yearOf(at) === yearOf(new Date());
  return shape(at, { weekday: 'short', day: 'numeric', month: 'short', ...(own ? {} : { year: 'numeric' }) });
}

/** "Monday 16 November 2026" */
export const longDay = (at: Date): string => shape(at, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** "16 Nov 2026 to 14 Feb 2027", of days as answers have them. */
export const days = (from: string, to: string): string => span(from, to, new Date().toISOString().slice(0, 10), LOCALE, 'short');

/** "06:12" */
export const time = (at: Date): string => shape(at, { hour: '2-digit', minute: '2-digit', hour12: false });

/** "06:12" today, else "Mon 16 Nov 06:12". */
export function moment(iso: string): string {
  const at = new Date(iso);
  return shape(at, { dateStyle: 'short' }) === shape(new Date(), { dateStyle: 'short' }) ? time(at) : `${day(at)} ${time(at)}`;
}

/** "4 min", "3 days" */
export function age(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** How long something took: "0.8 s", "84 s", "12 min". */
export function lasted(from: string, to: string): string {
  const s = (Date.parse(to) - Date.parse(from)) / 1000;
  return s < 10 ? `${s.toFixed(1)} s` : age(s);
}

export const count = (n: number): string => new Intl.NumberFormat(LOCALE).format(n);

/** One more or less: "1 entry", "4,118 entries". */
export const counted = (n: number, one: string, many = one + 's'): string => `${count(n)} ${n === 1 ? one : many}`;

/** "measure.triangulate" as people say it: "Measure: triangulate". */
export function operationName(name: string): string {
  const [room, ...rest] = name.split('.');
  const words = (text: string): string => text.replace(/_/g, ' ');
  const head = words(room || '');
  return head.charAt(0).toUpperCase() + head.slice(1) + (rest.length ? ': ' + words(rest.join(' ')) : '');
}
