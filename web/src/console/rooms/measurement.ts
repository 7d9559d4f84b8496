/* Measurement: what channels really returned, by every method, and what follows from it. A further
 * place is a line in `places` and in the view's VIEWS. */

import type { Room } from './index';

export const measurement: Room = {
  key: 'e',
  path: '/measurement',
  title: 'Measurement',
  short: 'Measure',
  icon: 'M3 17V3M3 17h14M5.5 14.5C7 8 10 6 16.5 5.5',
  places: [
    { path: '/measurement', title: 'Mix' },
    { path: '/measurement/what-if', title: 'What if' },
    { path: '/measurement/experiments', title: 'Experiments' },
    { path: '/measurement/attribution', title: 'Attribution' },
    { path: '/measurement/methods', title: 'Methods' },
  ],
  load: () => import('./measurement.view'),
};
