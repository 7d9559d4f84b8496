/* The first page of an empty workspace: files are brought, questions answered, the first review is
 * written, by pointer and by keys. Needs the program; without it the tests are skipped. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser } from './open.mjs';
import { PASSWORD, emptyFolder, serve, skip, watched } from './serve.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [1280, 720, 390];
const SLOW = { timeout: 60000 }; /* a load and a review on a busy machine */

let ws;
let server;
let b;
let page;
let seen;

before(async () => {
  if (skip) return;
  ws = emptyFolder();
  server = await serve(ws.dir);
  b = await browser();
  ({ page, seen } = await watched(b.context, server.base));
  await page.goto(server.base + server.invitation);
  await page.fill('#f-password', PASSWORD);
  await page.fill('#f-again', PASSWORD);
  await page.click('text=Set it and sign in');
  await page.waitForSelector('.shell .drop');
});
after(async () => {
  if (skip) return;
  await b.close();
  await server.stop();
  ws.remove();
});

const answer = () => page.textContent('main h1');
const shot = async (name) => process.env.SHOTS && page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true });

/* axe in both themes, and nothing to scroll sideways in any width. */
async function good(name) {
  for (const scheme of ['light', 'dark']) {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      await page.waitForTimeout(200);
      await page.evaluate(axeSource);
      const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes[0].target.join(' ')}`), [], `${name}, ${scheme}, ${width}`);
      const [scroll, client] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(scroll <= client, `${name}: ${scroll} wide in ${client}`);
      await shot(`${name}-${scheme}-${width}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

/* Every file below a folder, as a browser tells what was chosen with it. */
function filesOf(folder, path = '') {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((e) => e.isDirectory() ? filesOf(folder, join(path, e.name)) : [join(path, e.name)]);
}

/* The same as a drop of folders: the page sees entries with their paths. */
async function drop(names) {
  const files = names.map((name) => ({ name, text: readFileSync(join(ws.exports, name)).toString('base64') }));
  await page.evaluate((all) => {
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    all.forEach(({ name, text }) => data.items.add(new File([bytes(text)], name.split('/').join('-'))));
    document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, files);
}

test('an empty folder is served, and its first page asks for files', { skip }, async () => {
  assert.match(await answer(), /Drop your files/);
  await page.waitForSelector('text=Open with sample data');
  await good('empty');
});

test('a file that nobody knows is said to be none, and removed', { skip }, async () => {
  const odd = join(ws.exports, '..', 'notes.csv');
  writeFileSync(odd, 'a,b\nhello,world\n');
  await page.setInputFiles('input[data-for=files]', odd);
  await page.waitForSelector('.files >> text=not understood', SLOW);
  assert.match(await answer(), /0 of 1/);
  await page.click('[aria-label="Remove notes.csv"]');
  await page.waitForSelector('text=Open with sample data', SLOW);
});

test('dropped exports are each said to be what they are, with columns on demand', { skip }, async () => {
  const names = filesOf(ws.exports);
  await drop(names);
  await page.waitForFunction((n) => document.querySelectorAll('.files > li').length === n, names.length, SLOW);
  assert.match(await answer(), new RegExp(`All ${names.length} files are understood`));
  const text = await page.textContent('.files');
  assert.match(text, /google_ads-campaigns\.csvGoogle Ads, campaigns by dayspend/);
  assert.match(text, /An earlier export of what meta_ads-account_eur\.csv holds/);
  await page.focus('.files .name >> text=finance-targets.csv');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.files .detail table', SLOW);
  await good('files');
  await page.keyboard.press('Enter');
});

test('a wrong answer is told beside its question', { skip }, async () => {
  await page.fill('#f-currency', 'EUX');
  await page.keyboard.press('Tab');
  await page.waitForSelector('.field.wrong >> text=not a currency of ISO 4217', SLOW);
  await page.fill('#f-currency', 'EUR');
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => !document.querySelector('.field.wrong'), null, SLOW);
});

test('the files are loaded, the one number is proposed, the review is written', { skip }, async () => {
  await page.fill('#f-company', 'Lindqvist Tea');
  assert.ok((await page.locator('.fields .field').count()) <= 10);
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1 >> text=Where to?', SLOW);
  assert.match(await page.inputValue('#f-from'), /^\d+$/);
  await good('number');
  await page.fill('#f-to', '12000');
  await page.fill('#f-owner', 'Ines Albrecht');
  await page.click('text=Write the first review');
  await page.waitForSelector('h1 >> text=the first review is written', SLOW);
  await good('done');
  await page.click('text=See the first review');
  await page.waitForSelector('a.figure.number', SLOW);
  assert.match(await answer(), /Contribution/);
  assert.match(await page.textContent('.brand'), /Lindqvist Tea/);
  await shot('review');
  assert.match(readFileSync(join(ws.dir, 'portolan.yaml'), 'utf8'), /owner: "Ines Albrecht"[^]*to: 12000/);
});

test('what was set up is not asked for again, and nobody was asked for anything elsewhere', { skip }, async () => {
  await page.goto(server.base + '/today');
  await page.waitForSelector('a.figure.number', SLOW);
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.requests, []);
});
