/* range.tsx: amounts on one scale. A what-if row: a bracket from floor to ceiling, a filled dot now, a
 * hollow handle for what would be. A strip: an interval with its point and the line at zero. */

import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

const at = (share: number): JSX.CSSProperties => ({ left: `${Math.max(0, Math.min(1, share)) * 100}%` });
const between = (a: number, b: number): JSX.CSSProperties => ({ left: `${Math.min(a, b) * 100}%`, width: `${Math.abs(b - a) * 100}%` });

interface SliderProps {
  label: string;
  now: number;
  value: number;
  floor: number;
  ceiling: number;
  top: number; /* the scale's end; it begins at 0 */
  step: number;
  text: string; /* what is said of the value */
  held?: boolean;
  onValue: (value: number) => void;
}

const KEYS: Record<string, (p: SliderProps) => number> = {
  ArrowRight: (p) => p.value + p.step,
  ArrowUp: (p) => p.value + p.step,
  ArrowLeft: (p) => p.value - p.step,
  ArrowDown: (p) => p.value - p.step,
  PageUp: (p) => p.value + 5 * p.step,
  PageDown: (p) => p.value - 5 * p.step,
  Home: (p) => p.floor,
  End: (p) => p.ceiling,
};

/** One row's track; what is held has no handle. */
export function Slider(p: SliderProps) {
  const track = useRef<HTMLDivElement>(null);
  const set = (v: number): void => p.onValue(Math.max(p.floor, Math.min(p.ceiling, v)));
  const key = (e: KeyboardEvent): void => {
    const to = KEYS[e.key];
    if (!to || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    set(to(p));
  };
  const drag = (e: PointerEvent): void => {
    const r = track.current?.getBoundingClientRect();
    if (r) set(((e.clientX - r.left) / r.width) * p.top);
  };
  const begin = (e: PointerEvent): void => {
    if (p.held || e.button !== 0) return;
    (e.currentTarget as HTMLElement).setPointerCapture(e.pointerId);
    track.current?.querySelector<HTMLElement>('[role=slider]')?.focus();
    drag(e);
    e.preventDefault();
  };
  const move = (e: PointerEvent): void => {
    if ((e.currentTarget as HTMLElement).hasPointerCapture(e.pointerId)) drag(e);
  };
  return (
    <div class={`track${p.held ? ' held' : ''}`} ref={track} onPointerDown={begin} onPointerMove={move}>
      <i class="bracket" style={between(p.floor / p.top, p.ceiling / p.top)} />
      {!p.held && <i class="move" style={between(p.now / p.top, p.value / p.top)} />}
      <i class="now" style={at(p.now / p.top)} />
      {!p.held && (
        <span class="handle" role="slider" tabIndex={0} aria-label={p.label} aria-valuemin={Math.round(p.floor * 100) / 100} aria-valuemax={Math.round(p.ceiling * 100) / 100}
          aria-valuenow={Math.round(p.value * 100) / 100} aria-valuetext={p.text} style={at(p.value / p.top)} onKeyDown={key} />
      )}
    </div>
  );
}

/** An interval drawn beside its words; hollow for what would be. */
export function Strip({ value, low, high, from, to, hollow, ticks = [] }: {
  value: number; low: number; high: number; from: number; to: number; hollow?: boolean; ticks?: { at: number; class?: string }[];
}) {
  const x = (v: number): number => (to > from ? (v - from) / (to - from) : 0);
  return (
    <div class="strip" aria-hidden="true">
      {from <= 0 && to >= 0 && <i class="zero" style={at(x(0))} />}
      <i class="band" style={between(Math.max(0, x(low)), Math.min(1, x(high)))} />
      {ticks.map((t) => <i key={t.at} class={`tick ${t.class || ''}`} style={at(x(t.at))} />)}
      <i class={hollow ? 'dot hollow' : 'dot'} style={at(x(value))} />
    </div>
  );
}
