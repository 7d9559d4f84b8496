/* The console to the letter of its design: periods and the keys that walk them, going back, the reader's
 * own colours and motion and size of text, paper, no right, nothing new, no connection, and the words
 * that are never said. Needs the program; without it the tests are skipped. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PASSWORD, answer, axe, console_, narrow, program, settled, skip, watched, workspace } from './serve.mjs';

const PLACES = ['/today', '/money', '/measurement', '/measurement/what-if', '/measurement/experiments', '/measurement/attribution',
  '/measurement/methods', '/decisions', '/data', '/ledger', '/ledger/runs', '/ledger/jobs', '/workspace', '/workspace/channels', '/you'];

/* A review of an earlier week beside the newest: what is asked for as of then is written later. */
const t = console_(() => {
  const ws = workspace();
  ws.run('review', '--as-of', '2026-11-08');
  ws.run('review');
  return ws;
});
const { on } = t;

/* --- periods and places ------------------------------------------------------------------------ */

const label = (page) => page.textContent('.period .label');
const until = (page, words) => page.waitForFunction((w) => document.querySelector('.period .label')?.textContent === w, words);

test('money: [ and ] go month by month, the address keeps the month, and an end is said', { skip }, async () => {
  await on('/money', {}, async (page) => {
    const newest = await label(page);
    assert.match(newest, /^[A-Z][a-z]+ 20\d\d$/);
    await page.keyboard.press('[');
    await page.waitForFunction((was) => document.querySelector('.period .label').textContent !== was, newest);
    const before = await label(page);
    await page.waitForFunction((now) => document.querySelector('main h1').textContent.startsWith(now), before);
    assert.match(page.url(), /\?period=\d{4}-\d\d$/);
    await page.reload();
    await settled(page);
    assert.equal(await label(page), before);
    await page.keyboard.press(']');
    await until(page, newest);
    await page.keyboard.press(']');
    await page.waitForSelector('.toast >> text=There is no later period here.');
    await page.focus('.step[aria-label="Earlier period"]');
    await page.keyboard.press('Enter');
    await until(page, before);
    assert.ok(await page.evaluate(() => document.activeElement.matches('.step')), 'the focus stays on the arrow');
    assert.deepEqual(await axe(page), []);
  });
});

test('today: [ leads to the review of an earlier week, and back', { skip }, async () => {
  await on('/today', {}, async (page) => {
    const newest = await label(page);
    await page.keyboard.press('[');
    await page.waitForFunction((was) => document.querySelector('.period .label')?.textContent !== was, newest);
    assert.match(await label(page), /^Week \d+ review, /);
    assert.match(page.url(), /\?run=\d+$/);
    await page.keyboard.press(']');
    await until(page, newest);
  });
});

test('c puts the week beside the same weekdays a year before, takes it away, and says where there is none', { skip }, async () => {
  await on('/today', {}, async (page) => {
    await page.keyboard.press('c');
    await page.waitForSelector('#year-before');
    assert.match(page.url(), /compare=year/);
    const rows = await page.$$eval('table[data-csv="year-before"] tfoot tr', (all) => all.map((r) => [...r.cells].slice(1).map((c) => Number(c.dataset.value))));
    assert.ok(Math.abs(rows[0][0] - rows[0][1] - rows[0][2]) < 1e-6 && Math.abs(rows[0][3] - rows[0][4] - rows[0][5]) < 1e-6);
    assert.equal(await page.getAttribute('.compare', 'aria-pressed'), 'true');
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press('c');
    await page.waitForSelector('#year-before', { state: 'detached' });
    await page.goto(t.server.base + '/money');
    await settled(page);
    await page.keyboard.press('c');
    await page.waitForSelector('.toast >> text=same weekdays a year before');
    await page.goto(t.server.base + '/ledger');
    await settled(page);
    await page.keyboard.press('c');
    await page.waitForSelector('.toast >> text=Nothing here is held against a year before');
  });
});

test('the year before is what was counted then', { skip }, async () => {
  const kpis = JSON.parse(execFileSync(program, ['kpi', 'list', 'revenue', '--grain', 'week', '--from', '2026-11-15', '--to', '2026-11-15', '--json'], { cwd: t.ws.dir })).kpis;
  await on('/today?compare=year', {}, async (page) => {
    const [now, before] = await page.$$eval('table[data-csv="year-before"] tfoot td', (all) => all.slice(0, 2).map((c) => Number(c.dataset.value)));
    assert.ok(Math.abs(now - Number(kpis[0].value.amount)) < 1e-6);
    const year = kpis[0].year_ago;
    assert.ok(Math.abs(before - Number(year?.amount ?? year)) < 1e-6, `${before} and ${JSON.stringify(year)}`);
  });
});

test('a move puts the focus at the answer; back restores place and focus', { skip }, async () => {
  await on('/ledger', {}, async (page) => {
    const link = page.locator('tbody a').last();
    await link.scrollIntoViewIfNeeded();
    const href = await link.getAttribute('href');
    const y = await page.evaluate(() => window.scrollY);
    await link.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction((h) => location.pathname === h, href);
    await settled(page);
    assert.deepEqual(await page.evaluate(() => [window.scrollY, document.activeElement.id]), [0, 'main']);
    await page.goBack();
    await page.waitForFunction((h) => document.activeElement.getAttribute('href') === h, href);
    const back = await page.evaluate(() => window.scrollY);
    assert.ok(Math.abs(back - y) <= 2, `${back}, was ${y}`);
  });
});

test('the invented company is marked in the bar, on every page', { skip }, async () => {
  await on('/today', {}, async (page) => assert.match(await page.textContent('.bar .sample'), /sample$/));
});

/* --- the reader's own -------------------------------------------------------------------------- */

test('forced colours: marks, focus, current place and charts keep their shapes', { skip }, async () => {
  await on('/today', { media: { forcedColors: 'active' } }, async (page) => {
    for (const path of PLACES) {
      await page.goto(t.server.base + path);
      await settled(page);
      const found = await page.evaluate(() => {
        const of = (word) => {
          const el = document.body.appendChild(document.createElement('i'));
          el.style.color = word;
          const c = getComputedStyle(el).color;
          el.remove();
          return c;
        };
        const ground = of('Canvas');
        const marks = [...document.querySelectorAll('main .v')].filter((v) => v.offsetParent)
          .map((v) => getComputedStyle(v, '::before')).filter((s) => s.backgroundColor === ground || !/^url\(/.test(s.maskImage || s.webkitMaskImage));
        const lines = [...document.querySelectorAll('main .plot svg path[stroke-width="2"]')].filter((p) => getComputedStyle(p).stroke === ground);
        const strips = [...document.querySelectorAll('main .track .now, main .track .handle, main .strip .dot')]
          .filter((i) => { const s = getComputedStyle(i); return s.backgroundColor === ground && s.borderTopWidth === '0px'; });
        return { marks: marks.length, lines: lines.length, strips: strips.length };
      });
      assert.deepEqual(found, { marks: 0, lines: 0, strips: 0 }, path);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      const outline = await page.evaluate(() => [getComputedStyle(document.activeElement).outlineStyle, getComputedStyle(document.activeElement).outlineWidth]);
      assert.deepEqual(outline, ['solid', '2px'], `${path}: the focus is seen`);
    }
    const current = await page.evaluate(() => getComputedStyle(document.querySelector('.rail .you[aria-current], .rail nav a[aria-current]')).outlineStyle);
    assert.equal(current, 'solid');
  });
});

test('reduced motion: nothing moves, on any page and in what opens', { skip }, async () => {
  const moving = (page) => page.evaluate(() => [...document.querySelectorAll('*')].filter((el) => {
    const s = getComputedStyle(el);
    return s.animationName !== 'none' || s.transitionDuration.split(',').some((d) => parseFloat(d) > 0);
  }).map((el) => el.className));
  await on('/today', { media: { reducedMotion: 'reduce' } }, async (page) => {
    await page.click('a.figure.number');
    assert.deepEqual(await moving(page), []);
    await page.keyboard.press('Escape');
    for (const key of ['/', '?']) {
      await page.keyboard.press(key);
      await page.waitForSelector('dialog');
      assert.deepEqual(await moving(page), []);
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
    }
    for (const path of ['/measurement/what-if', '/data']) {
      await page.goto(t.server.base + path);
      await settled(page);
      assert.deepEqual(await moving(page), [], path);
    }
  });
});

/* 1280 px at 200% are 640 px of the page's own; with text spacing as WCAG 1.4.12 has it. */
test('at 200% and with wide text nothing is cut and nothing scrolls sideways', { skip }, async () => {
  const SPACED = '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }';
  await on('/today', { width: 640, height: 450 }, async (page) => {
    for (const path of PLACES) {
      await page.goto(t.server.base + path);
      await settled(page);
      await narrow(page, path);
      await page.evaluate((css) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        document.adoptedStyleSheets = [sheet];
      }, SPACED);
      await page.waitForTimeout(150);
      await narrow(page, `${path}, spaced`);
      const cut = await page.evaluate(() => [...document.querySelectorAll('main button, main h1, main h2, main th, main td, main label, .bar button')]
        .filter((el) => el.offsetParent && el.clientWidth > 2 && getComputedStyle(el).overflow !== 'visible' && el.scrollWidth > el.clientWidth + 1).map((el) => el.textContent.slice(0, 40)));
      assert.deepEqual(cut, [], path);
    }
  });
});

/* --- paper ------------------------------------------------------------------------------------- */

for (const format of ['A4', 'Letter']) {
  test(`${format}: light, without rail and actions, tables open, evidence as notes, charts whole`, { skip }, async () => {
    await on('/today', { scheme: 'dark' }, async (page) => {
      for (const path of ['/today', '/money', '/measurement', '/data']) {
        await page.goto(t.server.base + path);
        await settled(page);
        const charts = await page.$$eval('figure.chart', (all) => all.map((f) => [f.querySelector('.title').textContent, [...(f.querySelector('.foot .v')?.childNodes || [])].filter((n) => !n.classList?.contains('vh')).map((n) => n.textContent).join('')]));
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
        const seen = await page.evaluate(() => ({
          ground: getComputedStyle(document.documentElement).getPropertyValue('--page').trim().toLowerCase(),
          loose: [...document.querySelectorAll('.rail, .bar, .bottom, .tools, .acts, .toasts, .tabs, form, .drop, .skip')].filter((el) => el.offsetParent).map((el) => el.className || el.tagName),
        }));
        assert.deepEqual(seen, { ground: '#ffffff', loose: [] }, path);
        await page.emulateMedia({ media: null, colorScheme: 'dark' });
        const dir = mkdtempSync(join(tmpdir(), 'portolan-pdf-'));
        const pdf = join(dir, 'page.pdf');
        await page.pdf({ path: pdf, format, printBackground: false });
        const pages = execFileSync('pdftotext', ['-layout', pdf, '-']).toString().split('\f').map((x) => x.replace(/\s+/g, ' ').trim()).filter(Boolean);
        rmSync(dir, { recursive: true, force: true });
        const all = pages.join(' ');
        assert.ok(!/\b(PNG|SVG|Search or jump)\b/.test(all), `${path}: no buttons on paper`);
        if (charts.length) assert.match(all, /portolan [a-z]+ [a-z]+/, `${path}: what repeats a figure is on paper`);
        for (const [title, foot] of charts) {
          const head = title.split(' ').slice(0, 5).join(' ');
          const at = pages.map((p, i) => (p.includes(head) ? i : -1)).filter((i) => i >= 0);
          assert.ok(at.length > 0, `${path}: ${title}`);
          assert.ok(at.some((i) => pages[i].includes(foot.split(' ').slice(0, 3).join(' '))), `${path}: ${title} is split from ${foot}`);
        }
      }
    });
  });
}

/* --- states ------------------------------------------------------------------------------------ */

test('without a connection actions are off until it is back', { skip }, async (test) => {
  test.after(() => t.b.context.setOffline(false));
  const { page } = await watched(t.b.context, t.server.base);
  await page.goto(t.server.base + '/ledger');
  await settled(page);
  await t.b.context.setOffline(true);
  /* whoever asks finds out; where the stream of events was quicker the button is off by now */
  await page.click('text=Check every entry', { force: true });
  await page.waitForSelector('.lost >> text=No connection since');
  assert.match(await page.textContent('.lost'), /What you see is from \d\d:\d\d/);
  await page.waitForFunction(() => [...document.querySelectorAll('main .button')].every((b) => b.getAttribute('aria-disabled') === 'true'));
  await page.click('.rail a[href="/decisions"]');
  await page.waitForSelector('main h1');
  await t.b.context.setOffline(false);
  await page.waitForFunction(() => !document.querySelector('.lost p'), null, { timeout: 10000 });
  await page.waitForFunction(() => ![...document.querySelectorAll('main .button')].some((b) => b.getAttribute('aria-disabled') === 'true'));
  await page.close();
});

test('what takes longer shows headings, then grey lines, then what is awaited', { skip }, async () => {
  const { page } = await watched(t.b.context, t.server.base);
  let let_through;
  const waits = new Promise((done) => (let_through = done));
  await page.route('**/api/v1/page/show*', async (route) => (await waits, route.continue()));
  await page.goto(t.server.base + '/money');
  await page.waitForSelector('main h2 >> text=Key figures');
  assert.equal(await answer(page), 'Money');
  await page.waitForSelector('.skeleton:not(.unseen)');
  assert.equal(await page.textContent('.skeleton .fine'), '');
  await page.waitForSelector('.skeleton .fine >> text=being read', { timeout: 4000 });
  assert.deepEqual(await axe(page), []);
  let_through();
  await settled(page);
  assert.match(await answer(page), /brought/);
  await page.close();
});

test('the newest review says that it is old, of how many days, and whose it is', { skip }, async () => {
  const { page } = await watched(t.b.context, t.server.base);
  await page.route('**/api/v1/page/show?name=today', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ json: { ...(await answer.json()), stale: 'As of Sun 15 Nov, 30 days ago; a weekly review may be 8 days old. Newer files and a new review change that: Ines Albrecht.' } });
  });
  await page.goto(t.server.base + '/today');
  await page.waitForSelector('.stale .v.stale >> text=30 days ago');
  await settled(page);
  const [figure, faint] = await page.evaluate(() => [getComputedStyle(document.querySelector('a.number')).color, getComputedStyle(document.querySelector('.interval')).color]);
  assert.equal(figure, faint);
  assert.deepEqual(await axe(page), []);
  await page.close();
});

test('who has no right sees what there is, and who has it', { skip }, async () => {
  const link = execFileSync(program, ['access', 'user_add', 'bea', '--role', 'board'], { cwd: t.ws.dir }).toString();
  const invitation = /in_[A-Za-z0-9_-]+/.exec(link)[0];
  const { page } = await watched(t.b.context, t.server.base);
  await page.goto(t.server.base + '/you');
  await page.click('text=Sign out');
  await page.waitForSelector('#f-name');
  await page.goto(`${t.server.base}/claim#${invitation}`);
  await page.fill('#f-password', PASSWORD);
  await page.fill('#f-again', PASSWORD);
  await page.click('text=Set it and sign in');
  await page.waitForSelector('.shell h1');
  for (const path of PLACES) {
    await page.goto(t.server.base + path);
    await settled(page);
    assert.ok((await answer(page)).length > 3, path);
    assert.equal(await page.$('main .failure'), null, path);
    const acts = await page.$$eval('main .button.filled', (all) => all.map((b) => b.textContent));
    assert.deepEqual(acts.filter((words) => !/^Value again/.test(words)), [], `${path}: nothing that changes anything`);
    assert.deepEqual(await axe(page), [], path);
  }
  await page.goto(t.server.base + '/do/source/import');
  await page.waitForSelector('main .v.lock');
  assert.match(await page.textContent('main'), /Board may not run it/);
  assert.match(await page.textContent('main'), /may: .*[Oo]wner/);
  await page.goto(t.server.base + '/you');
  await page.click('text=Sign out');
  await page.waitForSelector('#f-name');
  await page.fill('#f-name', 'owner');
  await page.fill('#f-password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.shell h1');
  await page.close();
});

/* --- words and times --------------------------------------------------------------------------- */

const NEVER = ['insight', 'insights', 'AI-powered', 'smart', 'magic', 'seamless', 'unlock', 'leverage', 'boost', 'supercharge', 'engagement', 'users', 'ROAS',
  'statistically significant', 'successfully', 'oops', 'please', 'sorry', 'N/A', 'NaN', 'undefined', 'null'];

test('the words that are never said stand on no page, nor in any name', { skip }, async () => {
  const never = new RegExp(`\\b(${NEVER.join('|')})\\b`, 'i');
  await on('/today', {}, async (page) => {
    for (const path of PLACES) {
      await page.goto(t.server.base + path);
      await settled(page);
      const said = await page.evaluate(() => {
        const words = [document.title, ...[...document.querySelectorAll('[aria-label], [placeholder], [title]')].flatMap((el) => [el.ariaLabel, el.placeholder, el.title])];
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) if (!walk.currentNode.parentElement.closest('code, pre, textarea')) words.push(walk.currentNode.textContent);
        return words.filter(Boolean);
      });
      assert.deepEqual(said.filter((w) => never.test(w)), [], path);
      assert.deepEqual(said.filter((w) => /\p{L}!(\s|$)|\p{Extended_Pictographic}/u.test(w.replace(/[©®™↔-⇿▲▼]/gu, ''))), [], path);
    }
  });
});
