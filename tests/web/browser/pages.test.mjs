/* Pages as the program writes them, for a simulated company of each world: the money page and the
 * review hold what the sample holds, and the board pack is whole on A4 and on Letter. Needs the
 * program (PORTOLAN, or build/dev/portolan); without it the tests are skipped. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browser, open } from './open.mjs';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const program = process.env.PORTOLAN || join(root, 'build', 'dev', 'portolan');
const skip = existsSync(program) ? false : 'no program is built';
const PAGES = ['shop/money.html', 'software/money.html', 'shop/review.html', 'software/review.html'];
let b;
let home;

function make(world) {
  const dir = join(home, world);
  const run = (...args) => execFileSync(program, args, { cwd: existsSync(dir) ? dir : home, stdio: 'pipe' });
  run('simulate', dir, '--world', world, '--persons', '3000', '--weeks', '104');
  run('import', '--quiet');
  run('review', '--quiet');
  run('reconcile', 'run', '--quiet');
  run('reconcile', 'sign', '2026-09');
  run('page', 'write', 'money', '--quiet');
}

before(async () => {
  if (skip) return;
  home = mkdtempSync(join(tmpdir(), 'portolan-pages-'));
  ['shop', 'software'].forEach(make);
  b = await browser();
});
after(async () => {
  if (skip) return;
  await b.close();
  rmSync(home, { recursive: true, force: true });
});

async function on(name, options, body) {
  const { page, seen } = await open(b.context, { ...options, file: join(home, name) });
  try {
    await body(page);
    assert.deepEqual(seen.errors, [], 'console errors');
    assert.deepEqual(seen.requests, [], 'network requests');
  } finally {
    await page.close();
  }
}

for (const name of PAGES) {
  test(`${name}: nothing scrolls sideways at 1280, 720, 390 and 320`, { skip }, async () => {
    await on(name, {}, async (page) => {
      for (const width of [1280, 1100, 900, 720, 390, 320]) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(120);
        const [scroll, client] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(scroll <= client, `${scroll} wide in ${client}`);
      }
    });
  });

  for (const [scheme, width] of [['light', 1280], ['dark', 390]]) {
    test(`${name}: axe finds nothing in ${scheme} at ${width}`, { skip }, async () => {
      await on(name, { scheme, width }, async (page) => {
        await page.addScriptTag({ path: axePath });
        await page.click('a.figure');
        await page.waitForTimeout(220);
        const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
        const found = result.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`);
        assert.deepEqual(found, []);
      });
    });
  }

  test(`${name}: every figure has its evidence, its text and no other`, { skip }, async () => {
    await on(name, {}, async (page) => {
      const wrong = await page.evaluate(() => {
        const figures = JSON.parse(document.getElementById('data').textContent).figures;
        return [...document.querySelectorAll('a.figure:not([data-own])')].filter((a) => {
          const f = figures[a.dataset.figure];
          return !f || f.text !== a.firstChild.textContent || !f.run || !f.window || !f.repeat;
        }).map((a) => a.outerHTML);
      });
      assert.deepEqual(wrong, []);
    });
  });

  for (const format of ['A4', 'Letter']) {
    test(`${name}: on ${format} heads stay with rows, buttons are gone, charts are whole`, { skip }, async () => {
      await on(name, { scheme: 'dark' }, async (page) => {
        const titles = await page.$$eval('figure.chart', (all) => all.map((f) => ({
          title: f.querySelector('.title').textContent.split(' ').slice(0, 6).join(' '), foot: f.querySelector('.foot .v')?.textContent || '' })));
        const heads = await page.$$eval('table.data thead', (all) => all.map((t) => t.textContent));
        assert.ok(heads.length > 0);
        const dir = mkdtempSync(join(tmpdir(), 'portolan-pdf-'));
        const pdf = join(dir, 'page.pdf');
        await page.pdf({ path: pdf, format, printBackground: false });
        const pages = execFileSync('pdftotext', ['-layout', pdf, '-']).toString().split('\f').map((t) => t.replace(/\s+/g, ' ').trim()).filter(Boolean);
        rmSync(dir, { recursive: true, force: true });
        assert.ok(!/\bCSV\b|\bPNG\b/.test(pages.join(' ')), 'no buttons on paper');
        for (const { title, foot } of titles) {
          const at = pages.findIndex((p) => p.includes(title));
          assert.ok(at >= 0, title);
          assert.ok(pages[at].includes(foot.split(' ').slice(0, 3).join(' ')), `${title}: split over pages`);
        }
        pages.forEach((p, i) => assert.ok(!/(Passed, of known Leak|Signed by|Paid CAC|Payback 0 1 2 3 4 5 6 7 8 9 10 11 12|A year before Verdict)$/.test(p), `a head alone at the foot of page ${i + 1}`));
      });
    });
  }
}

test('cohort cells say their figure, and the month that is not over says so', { skip }, async () => {
  await on('shop/money.html', {}, async (page) => {
    const cells = await page.$$eval('table[data-csv="retention"] tbody tr', (rows) => rows.map((r) => [...r.cells].map((c) => ({
      text: c.textContent, name: c.className, value: c.dataset.value }))));
    assert.equal(cells.length, 13);
    for (const row of cells) {
      const lived = row.slice(2).filter((c) => c.value !== '');
      assert.match(lived[lived.length - 1].text, /^\d+, not over$/);
      assert.equal(lived[lived.length - 1].name, 'if');
      lived.slice(1, -1).forEach((c) => assert.match(c.name, /^s[1-5]$/));
      row.slice(2 + lived.length).forEach((c) => assert.equal(c.text, 'to come'));
    }
  });
});

test('the page says what the program says: kpi list, cohort list, reconcile show', { skip }, async () => {
  const json = (...args) => JSON.parse(execFileSync(program, [...args, '--json'], { cwd: join(home, 'shop') }));
  const kpis = json('kpi', 'list', '--grain', 'month', '--from', '2026-10-01', '--to', '2026-10-31', '--limit', '1000').kpis;
  const of = (name) => kpis.find((k) => k.name === name).value;
  const cm1 = json('cohort', 'list', '--by', 'age', '--from', '2026-03-01', '--to', '2026-03-31', '--limit', '100').cohorts;
  const won = json('cohort', 'list', '--from', '2026-03-01', '--to', '2026-03-31').cohorts[0];
  const lines = json('reconcile', 'show', '2026-09').lines;
  await on('shop/money.html', {}, async (page) => {
    const html = readFileSync(join(home, 'shop/money.html'), 'utf8');
    const figures = await page.evaluate(() => JSON.parse(document.getElementById('data').textContent).figures);
    for (const name of ['revenue', 'cm1', 'cm2']) assert.ok(Math.abs(figures[name].value - Number(of(name).amount)) < 1e-6, name);
    for (const name of ['cac.paid', 'cac.blended', 'cac.fully_loaded', 'retention.net']) assert.ok(Math.abs(figures[name].value - of(name)) < 1e-9, name);
    const march = await page.$$eval('table[data-csv="cohort-cm1"] tbody tr', (rows) =>
      [...rows.find((r) => r.cells[0].textContent === 'Mar 2026').cells].slice(4).map((c) => c.dataset.value));
    let sum = 0;
    cm1.slice(0, 13).forEach((c, age) => {
      sum += Number(c.cm1.amount);
      assert.ok(Math.abs(Number(march[age]) - sum / won.customers) < 1e-6, `CM1 a customer in month ${age}`);
    });
    for (const l of lines) assert.ok(html.includes(`data-value="${Number(l.books.amount).toFixed(2)}"`) || html.includes(`data-value="${l.books.amount}"`), `books of ${l.line}`);
    assert.match(html, /Finance signed 1 of 24\./);
  });
});
