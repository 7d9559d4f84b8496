import { usePeriod } from '../bar';
import { Page } from '../parts';

const HEADINGS = ['Key figures', 'From revenue to contribution', 'By channel'];

export default function Money() {
  const { params, onTold } = usePeriod('Money', 'period', true);
  return <Page name="money" heading="Money" headings={HEADINGS} params={params} onTold={onTold} />;
}
