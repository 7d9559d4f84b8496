/* plan.ts: weekly spend of several channels, within limits: what a handle does to the others. */

export interface Channel {
  name: string;
  now: number; /* money a week */
  floor: number;
  ceiling: number;
  held: boolean; /* the data did not speak: nothing may move it */
}

/** Spend a week by channel's name; what is missing is as now. */
export type Spend = Record<string, number>;

export const spendOf = (spend: Spend, c: Channel): number => spend[c.name] ?? c.now;

/* How far channel c can still go up (sign 1) or down (−1). */
const room = (spend: Spend, c: Channel, sign: number): number => (sign > 0 ? c.ceiling - spendOf(spend, c) : spendOf(spend, c) - c.floor);

/** `name` is set to `value`. With `keeps` the total stays: the others give or take in proportion to the
 * room they have, and where there is not enough the handle stops. */
export function moved(spend: Spend, channels: Channel[], name: string, value: number, keeps: boolean): Spend {
  const own = channels.find((c) => c.name === name);
  if (!own || own.held) return spend;
  const to = Math.max(own.floor, Math.min(own.ceiling, value));
  if (!keeps) return { ...spend, [name]: to };
  const others = channels.filter((c) => c !== own && !c.held);
  const wanted = spendOf(spend, own) - to; /* what the others take up */
  const sign = Math.sign(wanted);
  const all = others.reduce((sum, c) => sum + room(spend, c, sign), 0);
  const taken = Math.min(Math.abs(wanted), all);
  const next: Spend = { ...spend, [name]: spendOf(spend, own) - sign * taken };
  others.forEach((c) => (next[c.name] = spendOf(spend, c) + (all > 0 ? (sign * taken * room(spend, c, sign)) / all : 0)));
  return next;
}

/** As budget.simulate takes changes: a factor for each channel that moves. */
export const changesOf = (spend: Spend, channels: Channel[]): string[] =>
  channels.filter((c) => !c.held && Math.abs(spendOf(spend, c) - c.now) > c.now * 5e-4).map((c) => `${c.name}=${(spendOf(spend, c) / c.now).toFixed(4)}`);

export const totalOf = (spend: Spend, channels: Channel[]): number => channels.reduce((sum, c) => sum + spendOf(spend, c), 0);
