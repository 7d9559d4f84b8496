/* Today: the one number, what changed and why, what waits for a person. */

import type { Room } from './index';

export const today: Room = {
  key: 't',
  path: '/today',
  title: 'Today',
  icon: 'M3 14.5 7.5 9l3.5 3 6-7M3 17.5h14',
  load: () => import('./today.view'),
};
