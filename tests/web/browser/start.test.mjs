/* The first page of an empty workspace: files are brought, questions answered, the first review is
 * written, by pointer and by keys. Needs the program; without it the tests are skipped. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { console_, emptyFolder, good, shot, skip } from './serve.mjs';

const SLOW = { timeout: 60000 }; /* a load and a review on a busy machine */

let page;
const t = console_(emptyFolder, { ready: '.shell .drop', then: (made) => ({ page } = made) });
const answer = () => page.textContent('main h1');

/* Every file below a folder, as a browser tells what was chosen with it. */
function filesOf(folder, path = '') {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((e) => e.isDirectory() ? filesOf(folder, join(path, e.name)) : [join(path, e.name)]);
}

/* The same as a drop of folders: the page sees entries with their paths. */
async function drop(names) {
  const files = names.map((name) => ({ name, text: readFileSync(join(t.ws.exports, name)).toString('base64') }));
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
  await good(page, 'empty');
});

test('a file that nobody knows is said to be none, and removed', { skip }, async () => {
  const odd = join(t.ws.exports, '..', 'notes.csv');
  writeFileSync(odd, 'a,b\nhello,world\n');
  await page.setInputFiles('input[data-for=files]', odd);
  await page.waitForSelector('.files >> text=not understood', SLOW);
  assert.match(await answer(), /0 of 1/);
  await page.click('[aria-label="Remove notes.csv"]');
  await page.waitForSelector('text=Open with sample data', SLOW);
});

test('dropped exports are each said to be what they are, with columns on demand', { skip }, async () => {
  const names = filesOf(t.ws.exports);
  await drop(names);
  await page.waitForFunction((n) => document.querySelectorAll('.files > li').length === n, names.length, SLOW);
  assert.match(await answer(), new RegExp(`All ${names.length} files are understood`));
  const text = await page.textContent('.files');
  assert.match(text, /google_ads-campaigns\.csvGoogle Ads, campaigns by dayspend/);
  assert.match(text, /An earlier export of what meta_ads-account_eur\.csv holds/);
  await page.focus('.files .name >> text=finance-targets.csv');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.files .detail table', SLOW);
  await good(page, 'files');
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
  await good(page, 'number');
  await page.fill('#f-to', '12000');
  await page.fill('#f-owner', 'Ines Albrecht');
  await page.click('text=Write the first review');
  await page.waitForSelector('h1 >> text=the first review is written', SLOW);
  await good(page, 'done');
  await page.click('text=See the first review');
  await page.waitForSelector('a.figure.number', SLOW);
  assert.match(await answer(), /Contribution/);
  assert.match(await page.textContent('.brand'), /Lindqvist Tea/);
  await shot(page, 'review');
  assert.match(readFileSync(join(t.ws.dir, 'portolan.yaml'), 'utf8'), /owner: "Ines Albrecht"[^]*to: 12000/);
});

test('what was set up is not asked for again, and nobody was asked for anything elsewhere', { skip }, async () => {
  await page.goto(t.server.base + '/today');
  await page.waitForSelector('a.figure.number', SLOW);
  assert.deepEqual(t.seen.errors, []);
  assert.deepEqual(t.seen.requests, []);
});
