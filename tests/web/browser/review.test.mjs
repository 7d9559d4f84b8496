/* The review page in Debian's Chromium: keys, speech, evidence, tables, exports, themes, widths,
 * paper. The page under test is the sample; REVIEW_PAGE names another. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, open } from './open.mjs';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
let b;
before(async () => (b = await browser()));
after(async () => b.close());

/** Runs `body` on a fresh page and holds it to silence: no console error, no request. */
async function on(options, body) {
  const { page, seen } = await open(b.context, options);
  try {
    await body(page);
    assert.deepEqual(seen.errors, [], 'console errors');
    assert.deepEqual(seen.requests, [], 'network requests');
  } finally {
    await page.close();
  }
}

const plot = (id) => `[data-id="${id}"] .plot`;
const said = (page, id) => page.textContent(`[data-id="${id}"] .said`);
const seen = (page, id) => page.textContent(`[data-id="${id}"] .seen`);
const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const settle = (page) => page.waitForTimeout(220);

test('every chart has its role, name, summary, surface and table', async () => {
  await on({}, async (page) => {
    const charts = await page.$$eval('figure[data-chart]', (figures) => figures.map((f) => {
      const p = f.querySelector('.plot');
      const at = (el, name) => (el.getAttribute(name) || '').split(' ').map((id) => document.getElementById(id)?.textContent || '');
      return {
        role: f.getAttribute('role'), title: at(f, 'aria-labelledby')[0], summary: at(f, 'aria-describedby')[0],
        surface: [p.getAttribute('role'), p.tabIndex, p.getAttribute('aria-roledescription'), p.getAttribute('aria-label')],
        described: at(p, 'aria-describedby'), details: at(p, 'aria-details')[0].length > 100,
        hidden: p.querySelector('svg').getAttribute('aria-hidden'), stops: f.querySelectorAll('[tabindex="0"]').length,
        tools: [...f.querySelectorAll('.tools button')].map((x) => x.textContent),
        live: f.querySelector('.said').getAttribute('aria-live'),
      };
    }));
    assert.equal(charts.length, 14); /* every kind there is */
    for (const c of charts) {
      assert.equal(c.role, 'group');
      assert.ok(c.title.length >= 8);
      assert.ok(c.summary.length > 40, c.summary); /* in words; its numbers are the unit tests' */
      assert.deepEqual(c.surface, ['application', 0, 'chart', c.title]);
      assert.match(c.described[1], /Arrow keys move, t opens the table/);
      assert.ok(c.details);
      assert.equal(c.hidden, 'true');
      assert.equal(c.stops, 1);
      assert.equal(c.live, 'polite');
      assert.deepEqual(c.tools, ['Table', 'CSV', 'SVG', 'PNG']);
    }
  });
});

test('keys walk a line chart, and it is said after the keys have rested', async () => {
  await on({}, async (page) => {
    const id = 'renewals';
    await page.focus(plot(id));
    await press(page, 'ArrowRight');
    assert.match(await seen(page, id), /^Week 19, 4 to 10 May: \d+ renewals, expected \d+ \(\d+ to \d+\)$/);
    assert.equal(await said(page, id), '', 'nothing is said while keys are still moving');
    await settle(page);
    assert.match(await said(page, id), /^Week 19, 4 to 10 May: \d+ renewals, expected \d+, \d+ to \d+, inside the band\.$/);
    await press(page, 'End', 'ArrowLeft');
    await settle(page);
    assert.match(await said(page, id), /^Week 45, 2 to 8 November: \d+ renewals, expected \d+, \d+ to \d+, below the band\.$/);
    await press(page, 'PageUp');
    assert.match(await seen(page, id), /^Week 35/);
    await press(page, 'PageDown', 'PageDown');
    assert.match(await seen(page, id), /^Week 46/);
    await press(page, 'Home', 'PageUp');
    assert.match(await seen(page, id), /^Week 19/);
    await press(page, 'ArrowDown');
    await settle(page);
    assert.match(await said(page, id), /: expected \d+ renewals, .* actual \d+/);
    await press(page, 'Escape');
    assert.equal(await page.isVisible(`[data-id="${id}"] .sub`), true);
    await settle(page);
    assert.equal(await said(page, id), '');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'plot', 'the first Esc leaves the point only');
    await press(page, 'Escape');
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BODY');
  });
});

test('keys walk rows up and down', async () => {
  await on({}, async (page) => {
    await page.focus(plot('changes'));
    await press(page, 'ArrowDown', 'ArrowDown');
    assert.match(await seen(page, 'changes'), /^Month-three/);
    await press(page, 'End');
    await settle(page);
    assert.equal(await said(page, 'changes'), 'Podcasts: none, not identified.');
    await press(page, 'ArrowUp');
    assert.match(await seen(page, 'changes'), /^It was 3.2/);
    const ring = await page.$eval(`${plot('changes')} .cursor circle`, (c) => c.getAttribute('r'));
    assert.equal(ring, '6.5');
  });
});

test('pointer and touch move the same cursor', async () => {
  await on({}, async (page) => {
    await page.locator(plot('renewals')).scrollIntoViewIfNeeded();
    const box = await page.locator(plot('renewals')).boundingBox();
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
    assert.match(await seen(page, 'renewals'), /^Week \d\d/);
    await page.mouse.move(2, 2);
    assert.equal(await page.isVisible('[data-id="renewals"] .sub'), true);
  });
});

test('t shows the table and hides it', async () => {
  await on({}, async (page) => {
    await page.focus(plot('changes'));
    const shown = () => page.isVisible('[data-id="changes"] table');
    assert.equal(await shown(), false);
    await press(page, 't');
    assert.equal(await shown(), true);
    assert.equal(await page.getAttribute('[data-id="changes"] .tools button', 'aria-expanded'), 'true');
    assert.equal(await page.locator('[data-id="changes"] tbody tr').count(), 5);
    await page.click('[data-id="changes"] .tools button');
    assert.equal(await shown(), false);
  });
});

test('evidence opens by click, e and Enter, and gives the focus back', async () => {
  await on({}, async (page) => {
    const figure = 'a[data-figure="shift"]';
    assert.equal(await page.getAttribute(figure, 'aria-label'), '+€210k, 80% interval 90 to 330, converged');
    await page.focus(figure);
    await press(page, 'e');
    const panel = await page.textContent('.panel');
    for (const words of ['+€210k', 'converged', 'Optimiser run 46-3', '104 weeks', 'portolan review show 46', 'Ledger 18,197']) {
      assert.ok(panel.includes(words), words);
    }
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'dialog');
    await press(page, 'Escape');
    assert.equal(await page.locator('.panel').count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.figure), 'shift');
    await page.click(figure);
    assert.equal(await page.locator('.panel').count(), 1);
    await page.mouse.click(5, 5);
    assert.equal(await page.locator('.panel').count(), 0);
    await page.focus(plot('cm2-weekly'));
    await press(page, 'End', 'PageUp', 'Enter');
    assert.match(await page.textContent('.panel'), /Week 40/);
    await press(page, 'Escape');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'plot');
  });
});

test('every figure in the text has its evidence', async () => {
  await on({}, async (page) => {
    const loose = await page.$$eval('a.figure[data-figure]', (links) => {
      const { figures } = JSON.parse(document.getElementById('data').textContent);
      return links.filter((a) => figures[a.dataset.figure]?.text !== a.textContent.trim() && !a.hasAttribute('data-own') || !document.getElementById('ev-' + a.dataset.figure)).map((a) => a.textContent);
    });
    assert.deepEqual(loose, []);
  });
});

test('CSV, SVG and PNG are made in the page', async () => {
  await on({}, async (page) => {
    const take = async (name) => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.click(`[data-id="renewals"] [data-do=${name}]`)]);
      return [file.suggestedFilename(), readFileSync(await file.path())];
    };
    const [csvName, csv] = await take('csv');
    assert.equal(csvName, 'renewals.csv');
    assert.equal(csv.toString('utf8').trim().split('\r\n').length, 29);
    const [svgName, svg] = await take('svg');
    assert.equal(svgName, 'renewals.svg');
    assert.match(svg.toString('utf8'), /^<svg xmlns.*Renewals fell below.*run-46-5.*<\/svg>$/s);
    const [pngName, png] = await take('png');
    assert.equal(pngName, 'renewals.png');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    assert.equal(png.readUInt32BE(16), 1440, 'twice the width of the drawing');
  });
});

test('heads sort, say so, and CSV follows what is shown', async () => {
  await on({}, async (page) => {
    const head = page.locator('table[data-csv="sources"] th', { hasText: 'Rows a day' });
    const firsts = () => page.$$eval('table[data-csv="sources"] tbody th', (cells) => cells.map((c) => c.textContent));
    await head.locator('button').click();
    assert.equal(await head.getAttribute('aria-sort'), 'ascending');
    assert.deepEqual(await firsts(), ['Weather, six cities', 'Meta Ads', 'Google Ads', 'Shop orders', 'Email platform']);
    await head.locator('button').click();
    assert.equal(await head.getAttribute('aria-sort'), 'descending');
    assert.equal((await firsts())[0], 'Email platform');
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('table[data-csv="sources"] + .foot button')]);
    const rows = readFileSync(await file.path(), 'utf8').split('\r\n');
    assert.match(rows[0], /^Source,Fills,Last row,Age,Rows a day,Owner,State$/);
    assert.match(rows[1], /^Email platform,event,Sun 15 Nov,0.375,310244,Aylin Kaya,late$/);
  });
});

for (const scheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`axe finds nothing in ${scheme} at ${width}`, async () => {
      await on({ scheme, width }, async (page) => {
        await page.addScriptTag({ path: axePath });
        await page.click('[data-id="changes"] .tools button');
        await page.click('a[data-figure="gap"]');
        await settle(page);
        const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
        const found = result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`);
        assert.deepEqual(found, []);
      });
    });
  }
}

async function assertNoSideways(page, name) {
  const { scroll, client, wide } = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll('main *')].filter((el) => {
      const r = el.getBoundingClientRect();
      const head = el.closest('thead'); /* on a phone the heads are only heard */
      return r.width > 1 && r.right > limit + 0.5 && !(head && getComputedStyle(head).position === 'absolute');
    });
    return { scroll: document.documentElement.scrollWidth, client: limit, wide: out.slice(0, 3).map((el) => el.outerHTML.slice(0, 120)) };
  });
  assert.ok(scroll <= client, `${name}: ${scroll} px in ${client}`);
  assert.deepEqual(wide, [], name);
}

for (const width of [1280, 720, 390, 320]) {
  test(`nothing scrolls sideways at ${width}`, async () => {
    await on({ width }, async (page) => {
      for (const id of ['changes', 'renewals', 'cm2-weekly']) await page.click(`[data-id="${id}"] .tools button`);
      await assertNoSideways(page, `at ${width}`);
    });
  });
}

test('at 200% zoom nothing is lost sideways', async () => {
  await on({ width: 640, height: 450 }, async (page) => assertNoSideways(page, '1280 at 200%'));
});

test('charts are redrawn for a new width, never scaled', async () => {
  await on({}, async (page) => {
    const scale = () => page.$$eval('.plot svg', (svgs) => svgs.map((s) => s.getBoundingClientRect().width / s.viewBox.baseVal.width));
    for (const width of [1280, 700, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await settle(page);
      (await scale()).forEach((s) => assert.ok(Math.abs(s - 1) < 0.01, `${s} at ${width}`));
    }
  });
});

test('forced colours keep shapes, in the reader\u2019s own colours', async () => {
  await on({ media: { forcedColors: 'active' } }, async (page) => {
    const colours = await page.evaluate(() => {
      const of = (word) => {
        const el = document.body.appendChild(document.createElement('i'));
        el.style.color = word;
        const c = getComputedStyle(el).color;
        el.remove();
        return c;
      };
      const actual = document.querySelector('[data-id="renewals"] .plot path[stroke-width="2"]');
      const mark = getComputedStyle(document.querySelector('.v'), '::before');
      return { text: of('CanvasText'), actual: getComputedStyle(actual).stroke, mark: mark.backgroundColor, mask: (mark.maskImage || mark.webkitMaskImage).slice(0, 8) };
    });
    assert.equal(colours.actual, colours.text);
    assert.equal(colours.mark, colours.text);
    assert.match(colours.mask, /^url\(/);
  });
});

test('reduced motion: nothing moves', async () => {
  await on({ media: { reducedMotion: 'reduce' } }, async (page) => {
    await page.click('a[data-figure="gap"]');
    const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((el) => {
      const s = getComputedStyle(el);
      return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0;
    }).length);
    assert.equal(moving, 0);
  });
});

test('without script every figure, title and table is there', async () => {
  const context = b.context.browser();
  assert.ok(context === null || context); /* a persistent context has no browser: a page cannot switch script off there */
  const { page } = await open(b.context, {});
  const session = await b.context.newCDPSession(page);
  await session.send('Emulation.setScriptExecutionDisabled', { value: true });
  await page.reload();
  await session.send('Emulation.setScriptExecutionDisabled', { value: false });
  const there = await page.evaluate(() => ({
    drawn: document.querySelectorAll('.drawn, .plot').length,
    tables: [...document.querySelectorAll('figure[data-chart] table')].filter((t) => t.getBoundingClientRect().height > 40).length,
    evidence: document.querySelector('.evidence').getBoundingClientRect().height,
  }));
  await page.close();
  assert.equal(there.drawn, 0);
  assert.equal(there.tables, 14);
  assert.ok(there.evidence > 100);
});

/* Where words stand on paper, by page. */
function paperWords(pdf) {
  const dir = mkdtempSync(join(tmpdir(), 'portolan-pdf-'));
  try {
    const out = join(dir, 'words.html');
    execFileSync('pdftotext', ['-bbox', pdf, out]);
    return readFileSync(out, 'utf8').split('<page ').slice(1).map((page) =>
      [...page.matchAll(/<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)</g)]
        .map(([, x, y, right, bottom, word]) => ({ x: +x, y: +y, right: +right, bottom: +bottom, word })));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

for (const format of ['A4', 'Letter']) {
  for (const [scheme, width] of [['light', 1280], ['dark', 390]]) {
    test(`${format} from a ${scheme} window of ${width}: no chart is split, tables are open`, async () => {
      await on({ scheme, width }, async (page) => {
        const dir = mkdtempSync(join(tmpdir(), 'portolan-pdf-'));
        const pdf = join(dir, 'review.pdf');
        await page.pdf({ path: pdf, format, printBackground: false });
        const pages = paperWords(pdf);
        rmSync(dir, { recursive: true, force: true });
        const lines = pages.map((words) => words.map((w) => w.word).join(' '));
        const all = lines.join(' ');
        assert.ok((all.match(/run-46-[35]/g) || []).length >= 60, 'tables are open: every point names its run');
        assert.ok(!/\bCSV\b|\bPNG\b/.test(all), 'no buttons on paper');
        /* A chart's title, an end of its axis and its foot are words of one page, title above foot. */
        const charts = [
          ['Contribution fell below the expected band in November Contribution after media', 'expected', 'Forecast 46, converged; 10 of the last 12'],
          ['Paid social and renewals explain most of the gap Effect', 'Podcasts', 'Mix model 46'],
          ['All three proposals gain at 80% Worth', '+€70k', 'Optimiser run 46-3'],
          ['Renewals fell below the expected band in November Renewals', 'actual', 'Renewal model 12'],
          ['Two of five tests moved what they were meant to Points', 'Podcast code', '5 experiments'],
        ];
        for (const [title, middle, foot] of charts) {
          const at = lines.findIndex((l) => l.includes(title));
          assert.ok(at >= 0, title);
          assert.ok(lines[at].includes(middle) && lines[at].includes(foot), `${title}: split over pages`);
        }
        const right = Math.max(...pages.flat().map((w) => w.right));
        assert.ok(right <= (format === 'A4' ? 595 : 612) - 40, `words end at ${right}`);
        const state = await page.$$eval('.plot svg', (svgs) => svgs.map((s) => s.viewBox.baseVal.width));
        assert.ok(!state.includes(680), 'the window has its own drawings back');
      });
    });
  }
}
