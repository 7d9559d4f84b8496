/* all.ts: every kind, for the console, the build and the tests. */

import './calibration';
import './cone';
import './curve';
import './density';
import './flow';
import './waterfall';
import './whatif';

export * from '../charts/parts';
