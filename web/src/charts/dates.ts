/* dates.ts: days as text. Days come as "2026-11-02" in the workspace's zone and are never moved
 * between zones: all arithmetic is on the calendar, in UTC. */

const DAY_MS = 86400000;

/** Days since 1970-01-01; NaN if the text is not a day. */
export function dayNumber(day: string): number {
  const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  if (!m) return NaN;
  const ms = Date.UTC(Number(m[1]), Number(m[2]) - 1, Number(m[3]));
  return new Date(ms).toISOString().slice(0, 10) === day ? ms / DAY_MS : NaN;
}

export function dayText(n: number): string {
  return new Date(n * DAY_MS).toISOString().slice(0, 10);
}

type Length = 'short' | 'long';

/** Name of a day's month; three letters when short (some locales write "Sept"). */
export function month(day: string, locale: string, length: Length): string {
  const format = new Intl.DateTimeFormat(locale, { month: length, timeZone: 'UTC' });
  const name = format.format(dayNumber(day) * DAY_MS);
  return length === 'short' && /^en/.test(locale) ? name.slice(0, 3) : name;
}

const year = (day: string): string => day.slice(0, 4);
const number = (day: string): string => String(Number(day.slice(8)));

/** "2 to 8 Nov", "26 Oct to 1 Nov", "29 Dec 2025 to 4 Jan"; the year only if it is not this one. */
export function span(
  start: string,
  end: string | undefined,
  today: string,
  locale: string,
  length: Length,
): string {
  const one = (day: string, withMonth: boolean, withYear: boolean): string =>
    number(day) +
    (withMonth ? ' ' + month(day, locale, length) : '') +
    (withYear ? ' ' + year(day) : '');
  const other = (day: string): boolean => year(day) !== year(today);
  if (!end || end === start) return one(start, true, other(start));
  const sameYear = year(start) === year(end);
  const sameMonth = sameYear && start.slice(5, 7) === end.slice(5, 7);
  return (
    one(start, !sameMonth, !sameYear && other(start)) + ' to ' + one(end, true, other(end))
  );
}
