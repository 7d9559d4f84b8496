/* page.tsx: a page as the program writes it (page.show), placed in a room and made alive by the same
 * code that makes review.html alive. The markup was made safe by the program; nothing else may come
 * here as markup. */

import { render } from 'preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { escape } from '../../charts/svg';
import type { Chart, ReviewData } from '../../charts/types';
import '../../charts/basic';
import { all, make } from '../../page/dom';
import { closeEvidence } from '../../page/evidence';
import { wire } from '../../page/wire';
import type { Params } from '../api';
import type { Told } from '../bar';
import { behind } from '../challenge';
import { workspace } from '../session';
import { useRead, wordsOf } from '../use';
import { Answer, Failure, Mark, Section, Skeleton } from './basic';
import { LOCALE } from './format';

export interface PagePart {
  title: string;
  html: string;
  data: ReviewData;
  kinds: string[];
}

/* Each further kind of chart is a file of its own, fetched when a page draws it. */
const KINDS: Record<string, () => Promise<unknown>> = {
  calibration: () => import('../../kinds/calibration'),
  cone: () => import('../../kinds/cone'),
  curve: () => import('../../kinds/curve'),
  density: () => import('../../kinds/density'),
  flow: () => import('../../kinds/flow'),
  waterfall: () => import('../../kinds/waterfall'),
  whatif: () => import('../../kinds/whatif'),
};

let paper: ((on: boolean) => void) | null = null;
window.addEventListener('beforeprint', () => paper?.(true));
window.addEventListener('afterprint', () => paper?.(false));

/** What the console puts into the places that a page keeps free for it (ptl_page_slot). */
export type Slots = Record<string, (of: string) => ComponentChildren>; /* `of`: what a slot in a row is of */

function fill(root: HTMLElement, slots: Slots): () => void {
  const places = all<HTMLElement>('[data-slot]', root);
  places.forEach((place) => render(slots[place.dataset['slot'] || '']?.(place.dataset['of'] || '') ?? null, place));
  return () => places.forEach((place) => render(null, place));
}

/* A command in the text is an operation, and an operation has a page here. */
function linkCommands(root: HTMLElement): void {
  all<HTMLElement>('p > code', root).forEach((code) => {
    const found = /^portolan ([a-z]+) ([a-z_]+)$/.exec(code.textContent || '');
    if (!found) return;
    const link = make('a', { href: `/do/${found[1]}/${found[2]}` });
    code.replaceWith(link);
    link.append(code);
  });
}

/** The part itself, once its kinds are here. `name` stands in the keys of its figures. */
export function Part({ part, name, slots = {} }: { part: PagePart; name: string; slots?: Slots }) {
  const at = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!at.current) return undefined;
    at.current.innerHTML = part.html;
    Object.entries(part.data.figures).forEach(([key, figure]) => (figure.key = key));
    const empty = fill(at.current, slots);
    linkCommands(at.current);
    paper = wire(at.current, part.data, behind(name));
    document.documentElement.classList.add('script');
    return () => {
      paper = null;
      closeEvidence();
      empty();
    };
  }, [part]);
  return <div class="part" ref={at} />;
}

function useKinds(part: PagePart | undefined): boolean {
  const [ready, setReady] = useState<PagePart | null>(null);
  useEffect(() => {
    if (!part) return;
    void Promise.all(part.kinds.map((k) => KINDS[k]?.())).then(() => setReady(part));
  }, [part]);
  return ready !== null && ready === part;
}

/** A chart of an answer that is no page of the program. `name` stands in the keys of its figures. */
export function ChartPart({ chart, name }: { chart: Chart; name: string }) {
  const part = useMemo<PagePart>(() => ({
    title: chart.title, kinds: [chart.kind],
    html: `<figure class="chart" data-chart="${chart.kind}" data-id="${chart.id}"><figcaption>${escape(chart.title)}</figcaption></figure>`,
    data: { format: 1, locale: LOCALE, currency: workspace.value?.currency || 'EUR', zone: workspace.value?.zone || 'UTC', today: new Date().toISOString().slice(0, 10), charts: [chart], figures: {} },
  }), [JSON.stringify(chart)]);
  return useKinds(part) ? <Part part={part} name={name} /> : null;
}

interface Shown extends Told {
  page: PagePart;
  run?: number;
  stale?: string;
}

/* The page's headings at once, grey lines below them when it takes longer; their place is kept. */
function Awaited({ heading, headings, late }: { heading: string; headings: string[]; late: boolean }) {
  return (
    <>
      <Answer busy>{heading}</Answer>
      <Skeleton lines={3} unseen={!late} />
      {headings.map((h) => <Section key={h} title={h}><Skeleton lines={3} quiet unseen={!late} /></Section>)}
    </>
  );
}

/** A page of the program by name, with its states. `heading` stands while it is fetched. */
export function Page({ name, heading, params = {}, headings = [], children, empty, onTold, slots }: {
  name: string; heading: string; headings?: string[]; params?: Params; children?: ComponentChildren; empty?: ComponentChildren; onTold?: (told: Shown) => void; slots?: Slots;
}) {
  const { data, problem, late } = useRead<Shown>('page.show', { name, ...params });
  const ready = useKinds(data?.page);
  useEffect(() => void (data && ready && onTold?.(data)), [data, ready]);
  if (problem && !data) return <><Answer>{heading}</Answer><Failure words={wordsOf(problem)} /></>;
  if (!data || !ready) return <Awaited heading={heading} headings={headings} late={late} />;
  return <>{problem && <Failure words={wordsOf(problem)} />}{data.stale && <p class="stale"><Mark mark="stale">{data.stale}</Mark></p>}<Part part={data.page} name={name} {...(slots ? { slots } : {})} />{name === 'today' && !data.run ? empty : children}</>;
}
