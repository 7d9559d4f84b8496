/* The Data room on a company with planted faults: what the page says, what is done from it, by pointer
 * and by keys. Needs the program; without it the tests are skipped. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser } from './open.mjs';
import { PASSWORD, program, serve, skip, watched } from './serve.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SLOW = { timeout: 60000 };

let home;
let dir;
let server;
let b;
let page;
let seen;

before(async () => {
  if (skip) return;
  home = mkdtempSync(join(tmpdir(), 'portolan-data-'));
  dir = join(home, 'acme');
  const run = (...args) => execFileSync(program, [...args, '--quiet'], { cwd: args[0] === 'simulate' ? home : dir, stdio: 'pipe' });
  run('simulate', 'acme', '--setting', 'hostile', '--persons', '2000', '--weeks', '60', '--seed', '7');
  run('import');
  server = await serve(dir);
  b = await browser();
  ({ page, seen } = await watched(b.context, server.base));
  await page.goto(server.base + server.invitation);
  await page.fill('#f-password', PASSWORD);
  await page.fill('#f-again', PASSWORD);
  await page.click('text=Set it and sign in');
  await page.waitForSelector('.shell main h1');
});
after(async () => {
  if (skip) return;
  await b.close();
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

const shot = async (name) => process.env.SHOTS && page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true });

async function good(name) {
  for (const scheme of ['light', 'dark']) {
    for (const width of [1280, 720, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      await page.waitForTimeout(250);
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

test('g s leads there, and before an audit the page says so', { skip }, async () => {
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.waitForSelector('.sources table');
  assert.match(await page.textContent('main h1'), /sources that come by day/);
  assert.match(await page.textContent('main'), /No audit ran yet/);
  const cells = await page.locator('.sources tbody svg.days').count();
  assert.ok(cells >= 10, `${cells} sources are drawn by day`);
  assert.match(await page.locator('.sources tbody svg.days').first().getAttribute('aria-label'), /^\d+ days as usual, \d+ with few rows, \d+ missing, \d+ not due$/);
});

test('the audit runs from the page, and each finding has size, effect, advice and one person', { skip }, async () => {
  await page.click('text=Audit again');
  await page.waitForSelector('.findings > li.broken', SLOW);
  const clock = page.locator('.findings > li', { hasText: 'The clock of orders' });
  assert.match(await clock.textContent(), /hours slow.*Effect.*Hanna Sund/s);
  await page.waitForSelector('.toast', SLOW);
  await page.keyboard.press('Escape');
  await good('data');
});

test('rows set aside are shown with file, row, column and reason', { skip }, async () => {
  await page.selectOption('#f-aside', 'reasons');
  await page.waitForSelector('.aside tbody tr');
  const rows = await page.locator('.aside tbody tr').count();
  assert.equal(rows, 38);
  assert.match(await page.locator('.aside tbody tr').first().textContent(), /\d.*csv/);
});

test('a new file becomes a source and is loaded; one already there is loaded again', { skip }, async () => {
  const file = join(home, 'billboards.csv');
  writeFileSync(file, 'day,channel,cost,currency\n2026-11-13,billboards,310.50,EUR\n2026-11-14,billboards,298.25,EUR\n');
  await page.setInputFiles('input[data-for=files]', file);
  await page.waitForSelector('.files >> text=billboards.csv', SLOW);
  await shot('data-brought');
  assert.match(await page.textContent('.files'), /spend.*understood/s);
  await page.click('text=Load them');
  await page.waitForSelector('.sources tbody >> text=media_sheet', SLOW);
  assert.deepEqual(readdirSync(join(dir, 'sources')).filter((n) => n.startsWith('media_sheet')), ['media_sheet.yaml']);
  await page.waitForSelector('text=The files are loaded and audited', SLOW);
  await page.click('text=Import now');
  await page.waitForSelector('text=Every source was looked at again', SLOW);
});

test('nothing was complained about', { skip }, () => {
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.requests, []);
});
