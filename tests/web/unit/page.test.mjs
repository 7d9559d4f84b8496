/* What the page weighs, and whether its colours can be told apart. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DARK, LIGHT } from './parts.mjs';

const dist = (name) => readFileSync(new URL('../../../web/dist/' + name, import.meta.url));
const BUDGET = 20 * 1024; /* bytes, script and style, gzipped; the build refuses more */
const KIND_BUDGET = 3000; /* of each further kind of chart, carried only by pages that draw it */
const kinds = readdirSync(new URL('../../../web/dist/', import.meta.url)).filter((name) => /^chart-.*\.js$/.test(name));

test('script and style together stay within their budget', () => {
  const size = gzipSync(dist('review.js'), { level: 9 }).length + gzipSync(dist('review.css'), { level: 9 }).length;
  assert.ok(size <= BUDGET, `${size} bytes gzipped, ${BUDGET} allowed`);
});

test('each further kind of chart stays within its own', () => {
  assert.ok(kinds.length >= 6);
  for (const name of kinds) {
    const size = gzipSync(dist(name), { level: 9 }).length;
    assert.ok(size <= KIND_BUDGET, `${name}: ${size} bytes gzipped, ${KIND_BUDGET} allowed`);
  }
});

test('script and style hold nothing that would end their element or call out', () => {
  for (const name of ['review.js', 'review.css', ...kinds]) {
    const text = dist(name).toString('utf8');
    assert.ok(!/<\/(script|style)/i.test(text), name);
    assert.ok(!/<!--/.test(text), name);
    const addresses = text.match(/https?:\/\/[^"'`)\s\\]*/g) || [];
    assert.deepEqual(addresses.filter((a) => a !== 'http://www.w3.org/2000/svg' && a !== 'https?:\/\/'), [], name);
    assert.ok(!/\b(fetch|XMLHttpRequest|WebSocket|importScripts|sendBeacon)\b/.test(text), name);
  }
});

/* WCAG 2 relative luminance and contrast. */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (hi + 0.05) / (lo + 0.05);
}

const GROUNDS = ['page', 'rail', 'sunk', 'sel', 'raised', 'accentSoft', 'goodSoft', 'warnSoft', 'badSoft'];
const worst = (tokens, name) => Math.min(...GROUNDS.map((g) => contrast(tokens[name], tokens[g])));

/* The design language's table: on page, and worst over every ground, light then dark. */
const TABLE = {
  ink: [16.3, 13.9, 15.8, 12.8], ink2: [8.0, 6.8, 9.8, 8.0], ink3: [5.5, 4.7, 6.6, 5.4], accent: [7.4, 6.3, 8.5, 6.9],
  good: [5.8, 5.0, 8.5, 6.9], warn: [6.1, 5.2, 8.8, 7.2], bad: [6.5, 5.6, 7.7, 6.2], edge: [3.6, 3.05, 4.0, 3.25], bandEdge: [3.6, 3.1, 4.7, 3.8],
};

for (const [theme, tokens, at] of [['light', LIGHT, 0], ['dark', DARK, 2]]) {
  test(`the contrast table holds in ${theme}`, () => {
    for (const [name, row] of Object.entries(TABLE)) {
      const tolerance = 0.06; /* the table is rounded to a tenth, twice to a twentieth */
      assert.ok(Math.abs(contrast(tokens[name], tokens.page) - row[at]) <= tolerance, `${name} on page ${contrast(tokens[name], tokens.page)}`);
      assert.ok(worst(tokens, name) >= row[at + 1] - tolerance, `${name} worst ${worst(tokens, name)}`);
      assert.ok(worst(tokens, name) >= (name === 'edge' || name === 'bandEdge' ? 3 : 4.5), name);
    }
    assert.ok(contrast(tokens.accentInk, tokens.accent) >= 7.4 - 0.06);
    assert.ok(contrast(tokens.accent, tokens.band) >= 5.1 - 0.06);
    assert.ok(contrast(tokens.accent, tokens.band2) >= (theme === 'light' ? 3.8 : 3.4) - 0.06);
  });
}

test('the style sets the very tokens the charts name, in both themes', () => {
  const css = dist('review.css').toString('utf8').toLowerCase();
  for (const tokens of [LIGHT, DARK]) {
    for (const [name, value] of Object.entries(tokens)) {
      const short = value.toLowerCase().replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3');
      assert.ok(css.includes(`--${name.toLowerCase()}:${value.toLowerCase()}`) || css.includes(`--${name.toLowerCase()}:${short}`) ||
        css.includes(`--${name.toLowerCase()}: ${value.toLowerCase()}`), `${name} ${value}`);
    }
  }
});
