/* The Data room on a company with planted faults: what the page says, what is done from it, by pointer
 * and by keys. Needs the program; without it the tests are skipped. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { console_, good, program, shot, skip } from './serve.mjs';

const SLOW = { timeout: 60000 };

/* A company whose exports have faults; imported, not audited. */
function hostile() {
  const home = mkdtempSync(join(tmpdir(), 'portolan-data-'));
  const dir = join(home, 'acme');
  const run = (...args) => execFileSync(program, [...args, '--quiet'], { cwd: args[0] === 'simulate' ? home : dir, stdio: 'pipe' });
  run('simulate', 'acme', '--setting', 'hostile', '--persons', '2000', '--weeks', '60', '--seed', '7');
  run('import');
  return { home, dir, remove: () => rmSync(home, { recursive: true, force: true }) };
}

let page;
const t = console_(hostile, { then: (made) => ({ page } = made) });

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
  await good(page, 'data');
});

test('rows set aside are shown with file, row, column and reason', { skip }, async () => {
  await page.selectOption('#f-aside', 'reasons');
  await page.waitForSelector('.aside tbody tr');
  const rows = await page.locator('.aside tbody tr').count();
  assert.equal(rows, 38);
  assert.match(await page.locator('.aside tbody tr').first().textContent(), /\d.*csv/);
});

test('a new file becomes a source and is loaded; one already there is loaded again', { skip }, async () => {
  const file = join(t.ws.home, 'billboards.csv');
  writeFileSync(file, 'day,channel,cost,currency\n2026-11-13,billboards,310.50,EUR\n2026-11-14,billboards,298.25,EUR\n');
  await page.setInputFiles('input[data-for=files]', file);
  await page.waitForSelector('.files >> text=billboards.csv', SLOW);
  await shot(page, 'data-brought');
  assert.match(await page.textContent('.files'), /spend.*understood/s);
  await page.click('text=Load them');
  await page.waitForSelector('.sources tbody >> text=media_sheet', SLOW);
  assert.deepEqual(readdirSync(join(t.ws.dir, 'sources')).filter((n) => n.startsWith('media_sheet')), ['media_sheet.yaml']);
  await page.waitForSelector('text=The files are loaded and audited', SLOW);
  await page.click('text=Import now');
  await page.waitForSelector('text=Every source was looked at again', SLOW);
});

test('nothing was complained about', { skip }, () => {
  assert.deepEqual(t.seen.errors, []);
  assert.deepEqual(t.seen.requests, []);
});
