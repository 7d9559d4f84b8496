import { useBar } from '../bar';
import { Page } from '../parts';

export default function Data() {
  useBar('Data');
  return <Page name="data" heading="Data" />;
}
