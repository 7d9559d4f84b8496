/* rooms/index.ts: the rooms of the console.
 *
 * How to add a room:
 *   1. rooms/<room>.ts exports one Room: `key` is the letter after g, `path` its address, `title` the
 *      word in the rail, `icon` a path in a box of 20 for the phone's bar, `load` fetches its view.
 *      It comes with the first load, so it holds nothing else.
 *   2. rooms/<room>.view.tsx exports the view as default: a component that gets the rest of the
 *      address ("" for the room itself, "/runs/7" below it) and the query. It is a file of its own,
 *      fetched when the room is entered. It sets what stands in the top bar with useBar(left, right),
 *      answers with <Answer> (the h1) or <Page name=…> (a page of the program), and builds what
 *      follows from ../parts. It reads with useRead(operation, params) and changes with
 *      change(operation, args) of ../api; a change moves `version` of ../live, and what is shown asks
 *      again by itself.
 *   3. Its line stands below, in the order of the rail. `count` (a signal) is shown beside the word
 *      where a person must act. A place inside a room (a tab of Measurement) is a line in that room.
 *   4. tests/web/browser/console.test.mjs walks every room of this list: name what it must show.
 * A room whose capability is not in the program has no line here. */

import type { ReadonlySignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { data } from './data';
import { decisions } from './decisions';
import { ledger } from './ledger';
import { measurement } from './measurement';
import { money } from './money';
import { today } from './today';
import { workspace } from './workspace';

export interface RoomProps {
  rest: string;
  query: URLSearchParams;
}

export interface Place {
  path: string;
  title: string;
}

export interface Room extends Place {
  key: string;
  short?: string; /* on the phone's bar */
  icon: string;
  load: () => Promise<{ default: ComponentType<RoomProps> }>;
  places?: Place[]; /* inside it: tabs, and what the palette goes to */
  count?: ReadonlySignal<number>;
}

export const rooms: Room[] = [today, money, measurement, decisions, data, ledger, workspace];

/** The room an address lies in, and what is left of the address. */
export function roomOf(path: string): { room: Room; rest: string } | null {
  const room = rooms.find((r) => path === r.path || path.startsWith(r.path + '/'));
  return room ? { room, rest: path.slice(room.path.length) } : null;
}
