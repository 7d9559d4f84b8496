/* The console in a browser: from the owner's link through every room, by pointer and by keys. Needs the
 * program (PORTOLAN, or build/dev/portolan); without it the tests are skipped. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser } from './open.mjs';
import { PASSWORD, answer, as, axe, console_, emptyWorkspace, narrow, serve, settled, skip, watched, workspace } from './serve.mjs';

const FIRST_CONTENT_MS = 1000;

/* Every place, what its answer is like, and how many keys lead there. */
const PLACES = [
  ['/today', /Contribution/, ['g', 't']],
  ['/money', /./, ['g', 'm']],
  ['/measurement', /./, ['g', 'e']],
  ['/measurement/what-if', /./, ['g', 'e', '2']],
  ['/measurement/experiments', /./, ['g', 'e', '3']],
  ['/measurement/attribution', /./, ['g', 'e', '4']],
  ['/measurement/methods', /./, ['g', 'e', '5']],
  ['/decisions', /./, ['g', 'd']],
  ['/data', /./, ['g', 's']],
  ['/ledger', /entries say/, ['g', 'l']],
  ['/ledger/runs', /runs ended well/, ['g', 'l', '2']],
  ['/ledger/jobs', /No job is running/, ['g', 'l', '3']],
  ['/workspace', /is set up/, ['g', 'w']],
  ['/workspace/channels', /channels? (is|are) governed/, ['g', 'w', '2']],
  ['/workspace/sources', /sources are read/, ['g', 'w', '3']],
  ['/workspace/journeys', /Journeys lead to/, ['g', 'w', '4']],
  ['/workspace/metrics', /named or defined here/, ['g', 'w', '5']],
  ['/workspace/verticals', /vertical/, ['g', 'w', '6']],
  ['/you', /You are owner/, ['g', 'y']],
];
const DEEP = [['/ledger/runs/1', /Run 1, /], ['/ledger/entries/1', /Entry 1: /], ['/do/minutes/add', /Minutes: add/], ['/do/status', /Status/],
  ['/nothing/here', /Nothing lies here/]];

const t = console_(workspace);
const { on } = t;

/* Two themes and two layouts are walked by axe; the other widths are only looked at for what sticks out. */
for (const [path, like, keys] of [...PLACES, ...DEEP]) {
  test(`${path}: answers at once and nothing shifts; axe finds nothing, nothing scrolls sideways`, { skip }, async () => {
    await on(path, {}, async (page) => {
      assert.match(await answer(page), like);
      await still(page, path);
      await narrow(page, 'light, 1280');
      assert.deepEqual(await axe(page), [], 'light, 1280');
      for (const width of keys ? [720, 390] : [390]) {
        await as(page, 'dark', width);
        await narrow(page, `dark, ${width}`);
      }
      assert.deepEqual(await axe(page), [], 'dark, 390');
    });
  });
}

/* What has moved since it was first painted, and when that was. */
async function still(page, path) {
  await page.waitForTimeout(200);
  const measured = await page.evaluate(() => new Promise((done) => {
    let shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => (shift += e.hadRecentInput ? 0 : e.value))).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done({ shift, content: performance.getEntriesByName('first-contentful-paint')[0]?.startTime }), 60);
  }));
  assert.ok(measured.shift < 0.02, `${path} shifts by ${measured.shift}`);
  assert.ok(measured.content < FIRST_CONTENT_MS, `${path}: first content after ${measured.content} ms`);
}

test('every place is reached from any other within three presses', { skip }, async () => {
  await on('/ledger/jobs', {}, async (page) => {
    for (const [path, like, keys] of PLACES) {
      assert.ok(keys.length <= 3);
      for (const key of keys) {
        await page.keyboard.press(key);
        await page.waitForTimeout(key >= '1' && key <= '9' ? 0 : 30);
        if (key !== 'g') await settled(page);
      }
      await page.waitForFunction((p) => location.pathname === p, path);
      await settled(page);
      assert.match(await answer(page), like, path);
    }
  });
});

/* A field that opens takes the focus a moment later. */
const typing = (page) => page.waitForFunction(() => document.activeElement.matches('.panel textarea, .panel input'));

test('evidence opens by e, is asked about, answered, and gives the focus back', { skip }, async () => {
  await on('/today', {}, async (page) => {
    await page.focus('a.figure.number');
    await page.keyboard.press('e');
    await page.waitForSelector('.panel');
    assert.match(await page.textContent('.panel'), /Open run.*Copy link/);
    assert.deepEqual(await axe(page), []);
    await page.click('.panel .ask');
    await typing(page);
    await page.keyboard.type('Does j or e in a field do anything?');
    await page.click('.panel button.filled');
    await page.waitForSelector('.panel .challenge >> text=Does j or e');
    await page.click('.panel >> text=Answer');
    await typing(page);
    await page.keyboard.type('No: single keys never fire inside a field.');
    await page.click('.panel button.filled');
    await page.waitForSelector('.panel .challenge.holds');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.panel', { state: 'detached' });
    assert.ok(await page.evaluate(() => document.activeElement.matches('a.figure.number')));
  });
});

test('an open question stands on Today with the address of its figure', { skip }, async () => {
  await on('/today', {}, async (page) => {
    await page.click('a.figure.number');
    await page.click('.panel .ask');
    await typing(page);
    await page.keyboard.type('Is this one still open?');
    await page.click('.panel button.filled');
    await page.waitForSelector('.asked');
    const href = await page.getAttribute('.asked a.figure', 'href');
    assert.match(href, /^\/today\?run=\d+#ev-one$/);
    await page.goto(t.server.base + href);
    await page.waitForSelector('.panel >> text=Is this one still open?');
  });
});

test('a question holds what people type as text', { skip }, async () => {
  const wild = '<img src=x onerror=alert(1)> "quoted" & more';
  await on('/do/challenge/add', {}, async (page) => {
    await page.fill('#f-figure', 'today/one');
    await page.fill('#f-question', wild);
    await page.click('button.filled');
    await page.waitForSelector('.reply');
    await page.goto(t.server.base + '/today');
    await page.waitForSelector('.asked >> text=onerror');
    assert.equal(await page.$('main img'), null);
  });
});

test('the palette finds an operation, its form refuses what is not allowed, and it answers', { skip }, async () => {
  await on('/money', {}, async (page) => {
    await page.keyboard.press('/');
    await page.waitForSelector('.palette [role=option] >> text=Ledger: list');
    assert.deepEqual(await axe(page), []);
    await page.keyboard.type('run list');
    await page.waitForSelector('.palette [aria-selected=true] >> text=Run: list');
    assert.match(await page.textContent('.palette [aria-selected=true]'), /answers at once/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.reply table');
    await page.fill('#f-limit', '0');
    await page.press('#f-limit', 'Tab');
    await page.waitForSelector('.field.wrong >> text=allowed: 1 to 10000');
    await page.fill('#f-limit', '2');
    await page.click('button.filled');
    await page.waitForFunction(() => document.querySelectorAll('.reply tbody tr').length === 2);
    assert.match(page.url(), /limit=2/);
  });
});

test('a long operation becomes a job, is seen running, and its end is told', { skip }, async () => {
  await on('/do/review/write', {}, async (page) => {
    await page.click('button.filled');
    await page.waitForSelector('.toast >> text=review.write is done', { timeout: 20000 });
    await page.click('.toast a');
    await page.waitForFunction(() => /\/ledger\/jobs\/\d+/.test(location.pathname));
  });
});

test('the ledger is checked and an entry proved', { skip }, async () => {
  await on('/ledger', {}, async (page) => {
    await page.click('text=Check every entry');
    await page.waitForSelector('main [role=status] .v.holds');
    await page.click('tbody a.figure');
    await page.waitForSelector('text=Its place in the log');
    await page.click('text=Prove it');
    await page.waitForSelector('.reply');
  });
});

test('rows are walked by j and k and opened by Enter; single keys can be switched off', { skip }, async () => {
  await on('/ledger/runs', {}, async (page) => {
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    assert.equal(await page.evaluate(() => document.activeElement.rowIndex), 1);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /\/ledger\/runs\/\d+$/.test(location.pathname));
    await page.keyboard.press('?');
    await page.waitForSelector('dialog >> text=Keys');
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    await page.goto(t.server.base + '/you');
    await page.click('text=Off: only Ctrl K');
    await page.keyboard.press('?');
    assert.equal(await page.$('dialog'), null);
    await page.keyboard.press('Control+k');
    await page.waitForSelector('.palette');
    await page.keyboard.press('Escape');
    await page.click('text=On: a letter acts');
  });
});

test('the theme is chosen and kept; the skip link leads to the answer', { skip }, async () => {
  await on('/you', {}, async (page) => {
    await page.click('label:has-text("Dark")');
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), 'rgb(15, 20, 23)');
    await page.reload();
    await settled(page);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await page.click('label:has-text("As the system")');
    await page.reload();
    await settled(page);
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement.matches('.skip')));
    await page.keyboard.press('Enter');
    assert.ok(await page.evaluate(() => document.activeElement.id === 'main'));
  });
});

test('touch targets of the phone are at least 44', { skip }, async () => {
  await on('/today', { width: 390, height: 844 }, async (page) => {
    const small = await page.evaluate(() => [...document.querySelectorAll('.bottom a, .search, .tools button')]
      .map((el) => [el.className || el.textContent, el.getBoundingClientRect()]).filter(([, r]) => r.height && (r.width < 44 || r.height < 44)).map(([n]) => n));
    assert.deepEqual(small, []);
  });
});

test('without a connection a line says since when, and goes away', { skip }, async () => {
  const { page } = await watched(t.b.context, t.server.base);
  await page.goto(t.server.base + '/ledger');
  await settled(page);
  await t.b.context.setOffline(true);
  await page.click('text=Check every entry');
  await page.waitForSelector('.lost >> text=No connection since');
  await t.b.context.setOffline(false);
  await page.waitForFunction(() => !document.querySelector('.lost p'), null, { timeout: 10000 });
  await page.close();
});

test('assets are packed, kept for ever, and the shell is not; policies hold', { skip }, async () => {
  const shell = await fetch(t.server.base + '/today');
  assert.equal(shell.headers.get('cache-control'), 'no-store');
  assert.match(shell.headers.get('content-security-policy'), /default-src 'none'; script-src 'self'; style-src 'self'/);
  const script = /src="([^"]+)"/.exec(await shell.text())[1];
  const asset = await fetch(t.server.base + script);
  assert.match(asset.headers.get('cache-control'), /immutable/);
  assert.equal(asset.headers.get('content-encoding'), 'gzip');
  assert.equal(asset.headers.get('content-type'), 'text/javascript; charset=utf-8');
  for (const path of ['/assets/none.js', '/assets/../index.html', '/assets/', '/index.html', '/a.b'])
    assert.equal((await fetch(t.server.base + path)).status, 404, path);
});

test('signing out closes the console; a wrong password says so where it failed', { skip }, async () => {
  const other = await browser();
  const { page } = await watched(other.context, t.server.base);
  await page.goto(t.server.base + '/ledger/runs');
  await page.waitForSelector('#f-name');
  assert.deepEqual(await axe(page), []);
  await page.fill('#f-name', 'owner');
  await page.fill('#f-password', 'not the password');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.failure >> text=do not fit');
  await page.fill('#f-password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=runs ended well');
  await page.goto(t.server.base + '/you');
  await page.click('text=Sign out');
  await page.waitForSelector('#f-name');
  await other.close();
});

test('an empty workspace says what is missing on every page', { skip }, async () => {
  const empty = emptyWorkspace();
  const own = await serve(empty.dir);
  const other = await browser();
  const { page } = await watched(other.context, own.base);
  await page.goto(own.base + own.invitation);
  await page.fill('#f-password', 'short');
  await page.press('#f-password', 'Tab');
  await page.waitForSelector('.field.wrong >> text=at least 12');
  assert.deepEqual(await axe(page), []);
  await page.fill('#f-password', PASSWORD);
  await page.fill('#f-again', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=No review has been written yet');
  for (const [path] of PLACES) {
    await page.goto(own.base + path);
    await settled(page);
    assert.ok((await answer(page)).length > 3, path);
    assert.equal(await page.$('.failure'), null, path);
  }
  await other.close();
  await own.stop();
  empty.remove();
});
