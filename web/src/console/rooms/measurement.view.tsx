/* measurement.view.tsx: one place for each method; see measurement.ts. */

import type { ComponentType } from 'preact';
import { useBar } from '../bar';
import { Answer, Page, Tabs } from '../parts';
import type { RoomProps } from './index';
import { measurement } from './measurement';

const VIEWS: Record<string, ComponentType<RoomProps>> = {
  '': () => <Page name="mix" heading="What each channel returned" />,
  '/attribution': () => <Page name="attribution" heading="Who is credited with what" />,
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
