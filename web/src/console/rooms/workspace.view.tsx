/* workspace.view.tsx: the workspace's files as forms. What is changed is shown as the difference of the
 * file before it is saved; what is saved is in force as a version, as after portolan apply. The
 * program checks the whole: a fault stands under its field, and nothing is written. */

import { useEffect } from 'preact/hooks';
import { useBar } from '../bar';
import type { Answer as Told } from '../api';
import { Answer, Failure, Mark, Skeleton, Tabs, counted, wordsOfName } from '../parts';
import { mayWith, who, workspace as company } from '../session';
import { useRead, wordsOf } from '../use';
import type { RoomProps } from './index';
import { lastOf } from './setting';
import type { Offer, Setting } from './setting';
import { Sheet } from './sheet';
import type { Layout } from './sheet';
import { Source, Sources, sourcesTitle } from './sources';
import { workspace } from './workspace';

interface Form extends Layout {
  title: (items: number) => string;
  also?: string; /* said of a file that is not there */
}

const governed = (n: number, one: string, what: string): string => (n ? `${counted(n, one)} ${n === 1 ? 'is' : 'are'} ${what}` : `No ${one} is ${what} yet`);

const FORMS: Record<string, Form> = {
  '': {
    file: 'portolan.yaml',
    heads: {
      '': ['Company', 'calendar, currency, machine'], kpi: ['The one number', 'everybody is measured by it: the owner changes it'],
      review: ['Review', 'what it names: the owner changes it'], digest: ['Digest', 'where the lines go'],
    },
    title: () => `How ${company.value?.company || 'the company'} is set up`,
  },
  '/channels': { file: 'channels.yaml', list: '', one: 'channel', heads: {}, title: (n) => governed(n, 'channel', 'governed') },
  '/journeys': {
    file: 'journeys.yaml', list: 'goals', one: 'goal', also: 'Every key has its default',
    heads: { '': ['Journeys', 'how events are cut into them'], goals: ['What journeys lead to', 'the first is meant where none is named'] },
    title: (n) => `Journeys lead to ${n ? counted(n, 'goal') : 'purchases'}`,
  },
  '/metrics': { file: 'metrics.yaml', list: '', one: 'metric', heads: {}, also: 'Every metric is as the program defines it', title: (n) => governed(n, 'metric', 'named or defined here') },
  '/verticals': { file: 'people/verticals.yaml', list: '', one: 'vertical', heads: {}, also: 'Figures are of the whole company', title: (n) => governed(n, 'vertical', 'answered for') },
};

const itemsOf = (settings: Setting[]): number => settings.filter((s) => /\]\.name$/.test(s.path)).length;

/* --- names that may be chosen ------------------------------------------------------------------- */

type Names = { value: string; label: string }[];

function useChannels(wanted: boolean): Names {
  const { data } = useRead(wanted ? 'workspace.get' : null, { file: 'channels.yaml' });
  const all = (data?.['settings'] || []) as Setting[];
  return all.filter((s) => lastOf(s.path) === 'name' && s.value).map((s) => {
    const label = all.find((l) => l.row === s.row && lastOf(l.path) === 'label')?.value;
    return { value: s.value as string, label: label || wordsOfName(s.value as string) };
  });
}

function useMetrics(wanted: boolean, settings: Setting[]): Names {
  const { data } = useRead<{ metrics: Told[] }>(wanted ? 'metric.list' : null);
  const taken = settings.filter((s) => lastOf(s.path) === 'name').map((s) => s.value);
  const plainNames = (data?.metrics || []).filter((m) => !String(m['name']).includes('@') && !taken.includes(m['name']));
  return plainNames.map((m) => ({ value: m['name'] as string, label: `${m['label'] || m['name']} (${m['name']})` }));
}

const SEGMENTS: Names = ['new', 'returning', 'unidentified'].map((s) => ({ value: s, label: s }));

function useOffer(file: string, settings: Setting[]): (s: Setting) => Offer {
  const isVerticals = file === 'people/verticals.yaml';
  const channels = useChannels(isVerticals || file === 'journeys.yaml');
  const metrics = useMetrics(file === 'metrics.yaml', settings);
  return (s) => {
    const key = lastOf(s.path);
    if (isVerticals && key === 'channels') return { several: channels };
    if (isVerticals && key === 'segments') return { several: SEGMENTS };
    if (file === 'journeys.yaml' && s.path === 'direct') return { typed: channels.map((c) => c.value) };
    if (file === 'metrics.yaml' && key === 'name') return { one: metrics };
    return {};
  };
}

/* --- one file ------------------------------------------------------------------------------------ */

function File({ form, mine }: { form: Form; mine: boolean }) {
  const { file } = form;
  const { data, problem, late } = useRead('workspace.get', { file });
  const settings = (data?.['settings'] || []) as Setting[];
  const own = ((data?.['files'] || []) as Told[]).find((f) => f['file'] === file);
  const offer = useOffer(file, settings);
  const there = own?.['there'] !== 'no';
  const lede = (
    <>
      <code>{file}</code>{there ? ', as it lies in the workspace’s folder. Comments and order stay as they are.' : `, which is not there yet. ${form.also}; saving makes the file.`}
      {' '}{!mine && <Mark mark="lock">The owner changes it.</Mark>}
    </>
  );
  return (
    <>
      <Answer busy={!data && !problem} lede={lede}>{data ? form.title(itemsOf(settings)) : wordsOfName(file.replace(/^.*\/|\.yaml$/g, ''))}</Answer>
      {problem && <Failure words={wordsOf(problem)} />}
      {!data && late && <Skeleton lines={8} />}
      {data && <Sheet layout={{ ...form, offer }} settings={settings} fresh={(data['fresh'] || []) as Setting[]} hash={(own?.['seen'] as string) || ''} mine={mine} />}
    </>
  );
}

function AllSources({ mine }: { mine: boolean }) {
  const { data, problem } = useRead('workspace.get', { file: 'portolan.yaml' });
  const files = (data?.['files'] || []) as Told[];
  return (
    <>
      <Answer busy={!data && !problem} lede={<>Each is a file in <code>sources/</code>: where its files are and what their columns mean. {!mine && <Mark mark="lock">The owner changes them.</Mark>}</>}>{data ? sourcesTitle(files) : 'Sources'}</Answer>
      {problem && <Failure words={wordsOf(problem)} />}
      {data && <Sources files={files} mine={mine} />}
    </>
  );
}

function Inside({ rest, mine }: { rest: string; mine: boolean }) {
  const source = /^\/sources\/([a-z0-9_]{1,64})$/.exec(rest)?.[1];
  const form = FORMS[rest];
  if (source) return <Source key={source} name={source} mine={mine} />;
  if (rest === '/sources') return <AllSources mine={mine} />;
  return form ? <File key={rest} form={form} mine={mine} /> : <Answer>Nothing lies here</Answer>;
}

export default function Workspace({ rest }: RoomProps) {
  useBar('Workspace');
  const mine = mayWith(who.value?.role || '', 'owner', false);
  const at = rest.startsWith('/sources/') ? '/sources' : rest;
  useEffect(() => document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [at]);
  return (
    <>
      <Tabs tabs={workspace.places || []} at={workspace.path + at} label="Workspace" />
      <Inside rest={rest} mine={mine} />
    </>
  );
}
