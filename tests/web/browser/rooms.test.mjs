/* What is done in the console: a split is tried and kept, rows that wait are closed, answered and signed,
 * the configuration is changed in forms. Needs the program, as console.test.mjs does. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { axe, console_, settled, skip, workspace } from './serve.mjs';

const WILD = '<img src=x onerror=alert(1)> "quoted" & more';
const P95_MS = 200;

const t = console_(workspace);
const { on } = t;

const inDays = (n) => new Date(Date.now() + n * 86400000).toISOString().slice(0, 10);
const handle = (page) => page.locator('.sliders [role=slider]').first();

test('a handle moved by keys changes the figure; the plan is kept and waits for its weeks', { skip }, async () => {
  await on('/measurement/what-if', {}, async (page) => {
    assert.equal(await page.textContent('.gain .key'), 'none');
    await handle(page).focus();
    const still = await handle(page).getAttribute('aria-valuetext');
    assert.match(still, /a week, as now/);
    await page.keyboard.press('ArrowRight');
    assert.match(await handle(page).getAttribute('aria-valuetext'), /1 percent more than now/);
    await page.waitForSelector('.gain a.figure');
    const first = await page.textContent('.gain a.figure');
    await page.keyboard.press('End');
    assert.match(await handle(page).getAttribute('aria-valuetext'), /30 percent more than now/);
    await page.waitForFunction((was) => document.querySelector('.gain a.figure')?.textContent !== was, first);
    await settled(page);
    assert.match(await page.textContent('.gain'), /90%: .+ to .+/);
    assert.match(await page.textContent('main h1'), /This split brings|cannot be told/);
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press('p');
    await page.waitForSelector('.toast >> text=The plan is kept');
    await page.click('text=Reset');
    await page.waitForSelector('.gain p.key >> text=none');
    await page.goto(t.server.base + '/decisions');
    await page.waitForSelector('text=1 plan waits');
  });
});

test('a handle follows the pointer and stops at its bracket', { skip }, async () => {
  await on('/measurement/what-if', {}, async (page) => {
    const track = await page.locator('.track:not(.held)').first().boundingBox();
    await page.mouse.move(track.x + track.width * 0.3, track.y + track.height / 2);
    await page.mouse.down();
    await page.mouse.move(track.x + 1, track.y + track.height / 2, { steps: 4 });
    await page.mouse.up();
    const [value, least] = await handle(page).evaluate((el) => [el.ariaValueNow, el.ariaValueMin]);
    assert.equal(value, least);
    await page.waitForSelector('.gain a.figure');
  });
});

test('a move is answered within 200 ms, 19 times of 20', { skip }, async () => {
  await on('/measurement/what-if', {}, async (page) => {
    const name = (await page.evaluate(() => fetch('/api/v1/budget/simulate').then((r) => r.json()))).channels.find((c) => c.held === 'no').channel;
    const rounds = [];
    for (let round = 0; round < 3; round++) {
      const times = await page.evaluate(async ([channel, from]) => {
        const out = [];
        for (let i = 0; i < 40; i++) {
          const at = performance.now();
          await (await fetch(`/api/v1/budget/simulate?weeks=13&changes=${channel}=${(from + i / 200).toFixed(4)}`)).text();
          out.push(performance.now() - at);
        }
        return out.sort((a, z) => a - z);
      }, [name, 0.8 + round / 1000]);
      rounds.push(times[37]);
    }
    assert.ok(Math.min(...rounds) < P95_MS, `p95 of three rounds: ${rounds.map((t) => t.toFixed(0)).join(', ')} ms`);
  });
});

test('experiments are valued anew by other parameters, which stand in the address; what is not allowed is refused', { skip }, async () => {
  await on('/measurement/experiments', {}, async (page) => {
    await page.waitForSelector('tbody tr');
    const before = await page.textContent('tbody');
    await page.fill('#f-cost', '1000000');
    await page.click('text=Value again');
    await page.waitForFunction(() => document.querySelector('main h1').textContent === 'Run none');
    assert.notEqual(await page.textContent('tbody'), before);
    assert.match(page.url(), /cost=1000000/);
    await page.fill('#f-horizon', '0');
    await page.press('#f-horizon', 'Tab');
    await page.waitForSelector('.field.wrong >> text=allowed: a whole number from 1 to 520');
  });
});

test('the methods say where they are apart, in money', { skip }, async () => {
  await on('/measurement/methods', {}, async (page) => {
    assert.match(await page.textContent('main h1'), /apart on|agree/);
    assert.ok(await page.locator('table').first().locator('tbody tr').count() > 3);
  });
});

test('an action is entered, carried over and closed; what is typed stays text', { skip }, async () => {
  await on('/decisions', {}, async (page) => {
    await page.click('text=Enter it');
    await page.waitForSelector('.field.wrong >> text=one sentence is needed');
    await page.fill('#f-what', WILD);
    await page.fill('#f-owner', 'owner');
    await page.fill('#f-due', inDays(3));
    await page.click('text=Enter it');
    const row = page.locator('.queue > li', { hasText: 'onerror' });
    await row.waitFor();
    assert.equal(await page.$('main img'), null);
    await row.getByRole('button', { name: 'Close' }).click();
    assert.deepEqual(await axe(page), []);
    await row.getByText('Carry over').click();
    await row.locator('#f-carry-due').fill(inDays(10));
    await row.getByRole('button', { name: 'Carry it over' }).click();
    await page.waitForSelector('.toast >> text=carried over');
    await page.waitForSelector('table >> text=minute 2');
    const again = page.locator('.queue > li', { hasText: 'onerror' });
    await again.getByRole('button', { name: 'Close' }).click();
    await again.getByRole('button', { name: 'Close it', exact: true }).click();
    await page.waitForSelector('.failure >> text=say how it ended');
    await again.locator('#f-outcome').fill(WILD);
    await again.getByRole('button', { name: 'Close it', exact: true }).click();
    await page.waitForFunction(() => !document.querySelector('.queue')?.textContent.includes('onerror'));
    assert.equal(await page.$('main img'), null);
  });
});

test('rows are walked by j and k, the one under the cursor has the one filled button, a does it', { skip }, async () => {
  await on('/decisions', {}, async (page) => {
    await page.waitForSelector('.queue > li');
    assert.equal(await page.locator('main .button.filled').count(), 1);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    assert.equal(await page.evaluate(() => [...document.querySelectorAll('.queue > li')].findIndex((li) => li.classList.contains('cursor'))), 1);
    assert.equal(await page.locator('main .button.filled').count(), 1);
    await page.keyboard.press('a');
    await page.waitForSelector('.queue > li:nth-child(2) #f-note');
    assert.equal(await page.locator('main .button.filled').count(), 1);
  });
});

test('finance signs a period; a question about a figure is answered here', { skip }, async () => {
  await on('/do/challenge/add', {}, async (page) => {
    await page.fill('#f-figure', 'today/one');
    await page.fill('#f-question', WILD);
    await page.click('button.filled');
    await page.waitForSelector('.reply');
    await page.goto(t.server.base + '/decisions');
    const row = page.locator('.queue > li', { hasText: 'onerror' });
    await row.getByRole('button', { name: 'Answer' }).click();
    await row.locator('#f-answer').fill('It is text.');
    await row.getByText('Keep the answer').click();
    await page.waitForFunction(() => !document.querySelector('.queue')?.textContent.includes('onerror'));
    const books = page.locator('.queue > li', { hasText: 'Sign the books of' }).first();
    const title = await books.locator('h3').textContent();
    await books.getByRole('button', { name: 'Sign' }).click();
    await books.locator('#f-note').fill(WILD);
    await books.getByText('Sign it').click();
    await page.waitForSelector('.toast >> text=signed');
    await page.waitForFunction((t) => !document.querySelector('.queue')?.textContent.includes(t), title.replace('waits', ''));
    assert.equal(await page.$('main img'), null);
  });
});

test('a setting is refused under its field, shown as a difference, saved, and in force; comments stay', { skip }, async () => {
  const path = join(t.ws.dir, 'portolan.yaml');
  const before = readFileSync(path, 'utf8');
  await on('/workspace', {}, async (page) => {
    await page.fill('#f-kpi-holds-at', '300');
    await page.click('text=Show the difference');
    await page.waitForSelector('.field.wrong >> text=allowed: a number from 1 to 99');
    assert.equal(readFileSync(path, 'utf8'), before);
    await page.fill('#f-kpi-holds-at', '65');
    await page.fill('#f-kpi-label', WILD);
    await page.click('text=Show the difference');
    await page.waitForSelector('.difference .plus >> text=holds_at: 65');
    assert.match(await page.textContent('main'), /2 values of these are what everybody is measured by/);
    assert.equal(readFileSync(path, 'utf8'), before);
    assert.deepEqual(await axe(page), []);
    await page.click('text=Save and put in force');
    await page.waitForSelector('.toast >> text=is in force');
    assert.equal(await page.$('main img'), null);
  }, 1);
  const after = readFileSync(path, 'utf8');
  assert.match(after, /^# Lindqvist Tea/);
  assert.match(after, /\n {2}holds_at: 65\n/);
  assert.equal(after.split('\n').length, before.split('\n').length + 1);
});

test('a file that was changed meanwhile is not written over; a channel is added', { skip }, async () => {
  const path = join(t.ws.dir, 'channels.yaml');
  await on('/workspace/channels', {}, async (page) => {
    await page.click('text=Add a channel');
    await page.fill('#f-new-0-name', 'podcast');
    writeFileSync(path, readFileSync(path, 'utf8') + '# a note\n');
    await page.click('text=Show the difference');
    await page.waitForSelector('.failure >> text=was changed since');
    await page.reload();
    await settled(page);
    await page.click('text=Add a channel');
    await page.fill('#f-new-0-name', 'podcast');
    await page.click('text=Show the difference');
    await page.waitForSelector('.difference .plus >> text=- name: podcast');
    await page.click('text=Save and put in force');
    await page.waitForSelector('summary >> text=Podcast');
  }, 1);
  assert.match(readFileSync(path, 'utf8'), /- name: podcast\n# a note\n|# a note\n- name: podcast\n/);
});
