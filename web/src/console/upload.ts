/* upload.ts: files into the workspace's inbox (docs/http.md, uploads). One after the other, with what is
 * sent of each; folders are taken apart, and a file's name then begins with its folder's. */

import { signal } from '@preact/signals';
import { Problem, ask, json, token } from './api';
import type { Answer } from './api';

export interface Sending {
  name: string;
  bytes: number;
  share: number; /* sent, 0 to 1 */
  failed: string; /* in words; "" where nothing did */
}

export interface Kept {
  name: string;
  bytes: number;
  changed_at: string;
}

export interface Found {
  name: string;
  file: File;
}

/** What is on its way, and what did not arrive. */
export const sending = signal<Sending[]>([]);

const NAME_MAX = 200;

/** "meta_ads/account eur.csv" → "meta_ads-account eur.csv"; "" for what no export is called. */
export function nameOf(path: string): string {
  const parts = path.split('/').filter(Boolean);
  if (parts.some((p) => p.startsWith('.')) || !parts.length) return '';
  const name = parts.join('-').replace(/[\\:*?"<>|\u0000-\u001f\u007f]/g, '_').replace(/^[-.]+/, '').trim();
  return name.length > NAME_MAX ? name.slice(name.length - NAME_MAX) : name;
}

function note(name: string, change: Partial<Sending>): void {
  sending.value = sending.peek().map((s) => (s.name === name ? { ...s, ...change } : s));
}

/* fetch cannot say how much of a body is sent. */
function put(found: Found): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1/uploads/${encodeURIComponent(found.name)}`);
    request.setRequestHeader('X-CSRF-Token', token.get());
    request.upload.onprogress = (e) => note(found.name, { share: e.total ? e.loaded / e.total : 1 });
    request.onload = () => (request.status < 300 ? done() : failed(new Error(saidBy(request))));
    request.onerror = () => failed(new Error('The connection was lost before it arrived.'));
    request.send(found.file);
  });
}

function saidBy(request: XMLHttpRequest): string {
  try {
    return (JSON.parse(request.responseText) as Answer)['message'] as string;
  } catch {
    return `The server answered ${request.status}.`;
  }
}

/** Sends them; what fails stays in `sending` with its words, what arrived is gone from it. */
export async function send(files: Found[]): Promise<void> {
  const names = new Set(files.map((f) => f.name));
  sending.value = [...sending.peek().filter((s) => !names.has(s.name)), ...files.map((f) => ({ name: f.name, bytes: f.file.size, share: 0, failed: '' }))];
  for (const found of files) {
    try {
      await put(found);
      sending.value = sending.peek().filter((s) => s.name !== found.name);
    } catch (e) {
      note(found.name, { failed: (e as Error).message });
    }
  }
}

export const inbox = async (): Promise<Kept[]> => (await json<{ uploads: Kept[] }>(await ask('GET', '/api/v1/uploads'))).uploads;

export async function remove(name: string): Promise<void> {
  try {
    await json(await ask('DELETE', `/api/v1/uploads/${encodeURIComponent(name)}`));
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 404) throw e;
  }
}

/* --- what was dropped or chosen ----------------------------------------------------------------- */

const chosen = (file: File, path: string): Found[] => {
  const name = nameOf(path);
  return name ? [{ name, file }] : [];
};

export const fromInput = (list: FileList): Found[] => [...list].flatMap((f) => chosen(f, within(f.webkitRelativePath) || f.name));

/* The folder that was chosen says nothing; the folders in it are the tools. */
const within = (path: string): string => path.split('/').slice(1).join('/');

function entries(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  return new Promise((done, failed) => {
    const more = (): void => reader.readEntries((some) => (some.length ? (all.push(...some), more()) : done(all)), failed);
    more(); /* a browser gives a hundred at a time */
  });
}

async function open(entry: FileSystemEntry, path: string, depth: number): Promise<Found[]> {
  if (entry.isFile) return chosen(await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed)), path + entry.name);
  if (depth > 4) return [];
  const inside = await entries(entry as FileSystemDirectoryEntry);
  const below = depth ? `${path}${entry.name}/` : path;
  return (await Promise.all(inside.map((e) => open(e, below, depth + 1)))).flat();
}

export async function fromDrop(data: DataTransfer): Promise<Found[]> {
  const all = [...data.items].map((i) => i.webkitGetAsEntry?.()).filter((e): e is FileSystemEntry => Boolean(e));
  if (!all.length) return [...data.files].flatMap((f) => chosen(f, f.name));
  return (await Promise.all(all.map((e) => open(e, '', 0)))).flat();
}
