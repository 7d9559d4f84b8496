/* Workspace: the configuration in forms. */

import type { Room } from './index';

export const workspace: Room = {
  key: 'w',
  path: '/workspace',
  title: 'Workspace',
  icon: 'M3 5.5h8M15 5.5h2M3 14.5h2M9 14.5h8M13 3.5v4M7 12.5v4',
  places: [
    { path: '/workspace', title: 'Company' },
    { path: '/workspace/channels', title: 'Channels' },
    { path: '/workspace/sources', title: 'Sources' },
    { path: '/workspace/journeys', title: 'Journeys' },
    { path: '/workspace/metrics', title: 'Metrics' },
    { path: '/workspace/verticals', title: 'Verticals' },
  ],
  load: () => import('./workspace.view'),
};
