/* shots.mjs: pictures of the sample page to hold beside the design's, into build/web/. */

import { dirname, join } from 'node:path';
import { browser, open, SAMPLE } from './open.mjs';

const out = (name) => join(dirname(SAMPLE), name);
const { context, close } = await browser();
for (const [name, options] of [
  ['light', {}], ['dark', { scheme: 'dark' }], ['phone', { width: 390, height: 844 }],
  ['phone-dark', { width: 390, height: 844, scheme: 'dark' }], ['tablet', { width: 720 }],
  ['forced', { media: { forcedColors: 'active' } }],
]) {
  const { page, seen } = await open(context, options);
  await page.screenshot({ path: out(`shot-${name}.png`), fullPage: true });
  console.log(name, seen.errors, seen.requests);
  if (name === 'light') await page.pdf({ path: out('review.pdf'), format: 'A4', preferCSSPageSize: false });
  if (name === 'light' || name === 'phone') {
    await page.click('a[data-figure=shift]');
    await page.waitForTimeout(250);
    await page.screenshot({ path: out(`shot-${name}-evidence.png`) });
    await page.keyboard.press('Escape');
    await page.focus('[data-id=renewals] .plot');
    for (const k of ['End', 'ArrowLeft']) await page.keyboard.press(k);
    await page.waitForTimeout(200);
    await (await page.$('.two')).screenshot({ path: out(`shot-${name}-cursor.png`) });
  }
  await page.close();
}
await close();
