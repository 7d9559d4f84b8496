/* Money: what came in, what it cost to win, whether the books agree. */

import type { Room } from './index';

export const money: Room = {
  key: 'm',
  path: '/money',
  title: 'Money',
  icon: 'M3 16.5V11h3.5v5.5M8.25 16.5V7h3.5v9.5M13.5 16.5v-13H17v13M2 16.5h16',
  load: () => import('./money.view'),
};
