/* Data: which sources can be trusted today, what the audit found, what can be answered. */

import type { Room } from './index';

export const data: Room = {
  key: 's',
  path: '/data',
  title: 'Data',
  icon: 'M3 5.5C3 4 6 3 10 3s7 1 7 2.500v9c0 1.500-3 2.500-7 2.500s-7-1-7-2.500zM3 5.500C3 7 6 8 10 8s7-1 7-2.500M3 10c0 1.500 3 2.500 7 2.500s7-1 7-2.500',
  load: () => import('./data.view'),
};
