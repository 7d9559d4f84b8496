/* Pages as the program writes them, in Debian's Chromium: axe in both themes and on a phone, nothing
 * sideways, charts drawn, no request. PAGES names the folder of them; without it nothing is run. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, open } from './open.mjs';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const folder = process.env.PAGES;
const pages = folder ? readdirSync(folder).filter((name) => name.endsWith('.html')) : [];
let b;
before(async () => (b = await browser()));
after(async () => b.close());

test('there are pages to walk', { skip: !folder }, () => assert.ok(pages.length > 0));

for (const name of pages)
  for (const [scheme, width] of [['light', 1280], ['dark', 1280], ['light', 720], ['dark', 390], ['light', 320]])
    test(`${name} in ${scheme} at ${width}`, async () => {
      const { page, seen } = await open(b.context, { scheme, width, file: join(folder, name) });
      try {
        const charts = await page.$$eval('figure[data-chart]', (all) => all.map((f) => [f.dataset.id, f.getAttribute('role'), f.querySelectorAll('.plot svg').length]));
        for (const chart of charts) assert.deepEqual(chart, [chart[0], 'group', 1]);
        const [scroll, client] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(scroll <= client, `${scroll} px in ${client}`);
        await page.addScriptTag({ path: axePath });
        const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
        assert.deepEqual(result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`), []);
        assert.deepEqual(seen.errors, [], 'console errors');
        assert.deepEqual(seen.requests, [], 'network requests');
      } finally {
        await page.close();
      }
    });
