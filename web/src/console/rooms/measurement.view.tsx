/* measurement.view.tsx: one place for each method, and for what follows; see measurement.ts. */

import type { ComponentType } from 'preact';
import { useBar, usePeriod } from '../bar';
import { Answer, Page, Tabs } from '../parts';
import { Experiments } from './experiments';
import type { RoomProps } from './index';
import { measurement } from './measurement';
import { Methods } from './methods';
import { WhatIf } from './whatif';

/* A page of the program with its runs: earlier ones stay readable. */
const shown = (name: string, heading: string, headings: string[]) => () => {
  const { params, onTold } = usePeriod('Measurement', 'run', false);
  return <Page name={name} heading={heading} headings={headings} params={params} onTold={onTold} />;
};

const own = (View: ComponentType<RoomProps>) => (props: RoomProps) => {
  useBar('Measurement');
  return <View {...props} />;
};

const VIEWS: Record<string, ComponentType<RoomProps>> = {
  '': shown('mix', 'What each channel returned', ['How each channel answers spend', 'What a euro brings back']),
  '/what-if': own(WhatIf),
  '/experiments': own(Experiments),
  '/attribution': shown('attribution', 'Who is credited with what', ['Methods side by side']),
  '/methods': own(Methods),
};

export default function Measurement(props: RoomProps) {
  const View = VIEWS[props.rest];
  return (
    <>
      <Tabs tabs={measurement.places || []} at={measurement.path + props.rest} label="Measurement" />
      {View ? <View key={props.rest} {...props} /> : <Answer>Nothing lies here</Answer>}
    </>
  );
}
