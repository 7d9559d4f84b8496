/* measurement.view.tsx: one place for each method, and for what follows; see measurement.ts. */

import type { ComponentType } from 'preact';
import { useBar } from '../bar';
import { Answer, Page, Tabs } from '../parts';
import { Experiments } from './experiments';
import type { RoomProps } from './index';
import { measurement } from './measurement';
import { Methods } from './methods';
import { WhatIf } from './whatif';

const VIEWS: Record<string, ComponentType<RoomProps>> = {
  '': () => <Page name="mix" heading="What each channel returned" />,
  '/what-if': WhatIf,
  '/experiments': Experiments,
  '/attribution': () => <Page name="attribution" heading="Who is credited with what" />,
  '/methods': Methods,
};

export default function Measurement(props: RoomProps) {
  useBar('Measurement');
  const View = VIEWS[props.rest];
  return (
    <>
      <Tabs tabs={measurement.places || []} at={measurement.path + props.rest} label="Measurement" />
      {View ? <View {...props} /> : <Answer>Nothing lies here</Answer>}
    </>
  );
}
