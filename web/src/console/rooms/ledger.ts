/* Ledger: what was decided and done, whether it is all there, and the runs and jobs behind it. */

import type { Room } from './index';

export const ledger: Room = {
  key: 'l',
  path: '/ledger',
  title: 'Ledger',
  icon: 'M5 3h10v14H5zM8 7h4M8 10h4M8 13h2.5',
  places: [
    { path: '/ledger', title: 'Entries' },
    { path: '/ledger/runs', title: 'Runs' },
    { path: '/ledger/jobs', title: 'Jobs' },
  ],
  load: () => import('./ledger.view'),
};
