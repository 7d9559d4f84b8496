import { useBar } from '../bar';
import { Page } from '../parts';

export default function Money() {
  useBar('Money');
  return <Page name="money" heading="Money" />;
}
