/* build.mjs: web/dist/review.js and review.css, and one chart-<kind>.js for each kind of chart that not
 * every page draws; with --tests a bundle of the pure parts for node's test runner; with
 * --sample FILE a whole page with invented data. */

import { gzipSync } from 'node:zlib';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...path) => join(web, ...path);
const SCRIPT_FOR = 'es2019';
const STYLE_FOR = ['chrome90', 'firefox90', 'safari14'];
/* Modules for node, not part of the page; the folder is ignored by git and gone with npm ci. */
/* Beside line and rows, which every page has. */
const KINDS = ['calibration', 'cone', 'curve', 'flow', 'waterfall', 'whatif'];
const CACHE = at('node_modules', '.cache', 'portolan');

/* A kind's script stands beside the page's: what they share, charts/kit, is there already. */
const shared = {
  name: 'shared',
  setup(build) {
    build.onResolve({ filter: /charts\/kit$/ }, () => ({ path: 'parts', namespace: 'shared' }));
    build.onLoad({ filter: /.*/, namespace: 'shared' }, () => ({ contents: 'module.exports = globalThis.Portolan' }));
  },
};

async function bundle(entry, out, format, plugins = []) {
  const made = await esbuild.build({
    entryPoints: [entry], bundle: true, format, target: SCRIPT_FOR, write: false, plugins,
    minify: format === 'iife', charset: 'utf8', legalComments: 'none', outfile: out,
  });
  return made.outputFiles[0].text;
}

async function load(entry, name) {
  const out = join(CACHE, name);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(out, await bundle(entry, out, 'esm'));
  return import(pathToFileURL(out).href);
}

const block = (tokens) => Object.entries(tokens).map(([name, value]) => `--${name}:${value};`).join('');

/* In forced colours the reader's colours take the places of ours: what carries meaning becomes
 * text, what is touched becomes highlight, what decorates becomes ground. */
const FORCED = {
  page: 'Canvas', rail: 'Canvas', sunk: 'Canvas', sel: 'Canvas', raised: 'Canvas', ink: 'CanvasText',
  ink2: 'CanvasText', ink3: 'CanvasText', accent: 'Highlight', accentInk: 'HighlightText',
  accentSoft: 'Canvas', good: 'CanvasText', warn: 'CanvasText', bad: 'CanvasText', goodSoft: 'Canvas',
  warnSoft: 'Canvas', badSoft: 'Canvas', edge: 'CanvasText', bandEdge: 'CanvasText', band: 'Canvas',
  band2: 'Canvas', line: 'GrayText', mute: 'GrayText',
};

function maskRule([name, shape]) {
  const art = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12">${shape.art.replace(/"C"/g, '"#000"')}</svg>`;
  const url = art.replace(/"/g, "'").replace(/#/g, '%23').replace(/</g, '%3C').replace(/>/g, '%3E');
  return `.${name}{--c:var(--${shape.colour});--m:url("data:image/svg+xml,${url}")}`;
}

/* Mark rules are for the elements that carry a mark, so that a class name means nothing elsewhere. */
function marksCss(marks) {
  const rules = Object.entries(marks).map(maskRule).join('');
  return rules.replace(/\.(\w+)\{/g, ':is(.v,.state,li).$1{');
}

async function style() {
  const { DARK, LIGHT, SANS, MARKS } = await load(at('src', 'kinds', 'all.ts'), 'parts.mjs');
  const code = 'ui-monospace,"SF Mono",Menlo,Consolas,monospace';
  const source =
    `:root{color-scheme:light dark;--sans:${SANS};--code:${code};${block(LIGHT)}}` +
    `@media (prefers-color-scheme:dark){:root{${block(DARK)}}}` +
    `:root[data-theme="light"]{color-scheme:light;${block(LIGHT)}}` +
    `:root[data-theme="dark"]{color-scheme:dark;${block(DARK)}}` +
    `@media print{:root:root:root{${block(LIGHT)}}}` +
    `@media (forced-colors:active){:root:root:root{${block(FORCED)}}}` +
    readFileSync(at('src', 'page', 'review.css'), 'utf8') + marksCss(MARKS);
  return (await esbuild.transform(source, { loader: 'css', minify: true, target: STYLE_FOR })).code;
}

async function dist() {
  const js = await bundle(at('src', 'page', 'review.ts'), 'review.js', 'iife');
  const css = await style();
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(at('dist', 'review.js'), js);
  writeFileSync(at('dist', 'review.css'), css);
  const packed = (text) => gzipSync(text, { level: 9 }).length;
  console.log(`review.js ${js.length} bytes, ${packed(js)} gzipped; review.css ${css.length}, ${packed(css)}; ` +
    `together ${packed(js) + packed(css)} gzipped`);
  const kinds = {};
  for (const kind of KINDS) {
    kinds[kind] = await bundle(at('src', 'kinds', kind + '.ts'), kind + '.js', 'iife', [shared]);
    writeFileSync(at('dist', `chart-${kind}.js`), kinds[kind]);
    console.log(`chart-${kind}.js ${kinds[kind].length} bytes, ${packed(kinds[kind])} gzipped`);
  }
  return { js, css, kinds };
}

const args = process.argv.slice(2);
const made = await dist();
if (args.includes('--tests')) {
  await load(at('src', 'kinds', 'all.ts'), 'parts.mjs');
  await load(at('tools', 'sample.ts'), 'sample.mjs');
}
const sample = args.indexOf('--sample');
if (sample >= 0) {
  const { samplePage } = await load(at('tools', 'sample.ts'), 'sample.mjs');
  const out = resolve(args[sample + 1]);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, samplePage(made.css, made.js, Object.values(made.kinds)));
  console.log(out);
}
