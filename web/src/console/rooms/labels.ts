/* labels.ts: how people call a channel. */

import type { Answer } from '../api';
import { wordsOfName } from '../parts';
import { useRead } from '../use';

/** The label that channels.yaml gives a name, else the name as words. */
export function useLabels(): (name: string) => string {
  const { data } = useRead('workspace.get', { file: 'channels.yaml' });
  const rows = ((data?.['settings'] || []) as Answer[]).filter((s) => /\.label$/.test(s['path']) && s['value']);
  const known = new Map(rows.map((s) => [s['row'] as string, s['value'] as string]));
  return (name) => known.get(name) || wordsOfName(name);
}
