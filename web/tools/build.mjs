/* build.mjs: web/dist/review.js and review.css, page-data.css for the page of data, one chart-<kind>.js for each kind of chart that not
 * every page draws, and the console below web/dist/console, its files named by their content and packed
 * beside; with --tests a bundle of the pure parts for node's test runner; with
 * --sample FILE a whole page with invented data. */

import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...path) => join(web, ...path);
/* A page that travels by mail: browsers of 2021, and little to carry. */
const SCRIPT_FOR = 'es2020';
const STYLE_FOR = ['chrome90', 'firefox90', 'safari14'];
const PAGE_MAX = 20 * 1024; /* script and style of such a page, packed */
/* The console needs modules and <dialog>: browsers of 2022. */
const CONSOLE_FOR = ['chrome98', 'firefox98', 'safari15.4'];
const FIRST_LOAD_MAX = 60 * 1024; /* script and style of the first load, packed */
/* Modules for node, not part of the page; the folder is ignored by git and gone with npm ci. */
/* Beside line and rows, which every page has. */
const KINDS = ['calibration', 'cone', 'curve', 'density', 'flow', 'waterfall', 'whatif'];
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

async function style(more = '') {
  const { DARK, LIGHT, SANS, MARKS } = await load(at('src', 'kinds', 'all.ts'), 'parts.mjs');
  const code = 'ui-monospace,"SF Mono",Menlo,Consolas,monospace';
  const source =
    `:root{color-scheme:light dark;--sans:${SANS};--code:${code};${block(LIGHT)}}` +
    `@media (prefers-color-scheme:dark){:root{${block(DARK)}}}` +
    `:root[data-theme="light"]{color-scheme:light;${block(LIGHT)}}` +
    `:root[data-theme="dark"]{color-scheme:dark;${block(DARK)}}` +
    `@media print{:root:root:root{${block(LIGHT)}}}` +
    `@media (forced-colors:active){:root:root:root{${block(FORCED)}}}` +
    readFileSync(at('src', 'page', 'review.css'), 'utf8') + more + marksCss(MARKS);
  return (await esbuild.transform(source, { loader: 'css', minify: true, target: STYLE_FOR })).code;
}

/* Of the page of data alone; other pages do not carry it. */
const dataStyle = () => readFileSync(at('src', 'page', 'data.css'), 'utf8');

async function dist() {
  const js = await bundle(at('src', 'page', 'review.ts'), 'review.js', 'iife');
  const css = await style();
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(at('dist', 'review.js'), js);
  writeFileSync(at('dist', 'review.css'), css);
  writeFileSync(at('dist', 'page-data.css'), (await esbuild.transform(dataStyle(), { loader: 'css', minify: true, target: STYLE_FOR })).code);
  const packed = (text) => gzipSync(text, { level: 9 }).length;
  const together = packed(js) + packed(css);
  console.log(`review.js ${js.length} bytes, ${packed(js)} gzipped; review.css ${css.length}, ${packed(css)}; ` +
    `together ${together} gzipped of ${PAGE_MAX} allowed`);
  if (together > PAGE_MAX) throw new Error(`script and style of a page are ${together} bytes gzipped, at most ${PAGE_MAX} are allowed`);
  const kinds = {};
  for (const kind of KINDS) {
    kinds[kind] = await bundle(at('src', 'kinds', kind + '.ts'), kind + '.js', 'iife', [shared]);
    writeFileSync(at('dist', `chart-${kind}.js`), kinds[kind]);
    console.log(`chart-${kind}.js ${kinds[kind].length} bytes, ${packed(kinds[kind])} gzipped`);
  }
  return { js, css, kinds };
}

/* --- the console ---------------------------------------------------------------------------- */

const ICON = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'><path fill='%230B5A8C' d='M12 0 13.9 10.1 24 12 13.9 13.9 12 24 10.1 13.9 0 12 10.1 10.1Z'/></svg>";

function shellPage(script, chunks, css) {
  return '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n' +
    `<title>Portolan</title>\n<link rel="icon" href="data:image/svg+xml,${ICON}">\n<link rel="stylesheet" href="/assets/${css}">\n` +
    chunks.map((c) => `<link rel="modulepreload" href="/assets/${c}">\n`).join('') +
    `<script type="module" src="/assets/${script}"></script>\n</head>\n<body>\n<div id="app"></div>\n` +
    '<noscript><p>The console needs its script. Every page can be had as a file without: portolan page write.</p></noscript>\n</body>\n</html>\n';
}

/* The script that begins, what it cannot do without, and all that the first page then fetches: the
 * room Today with its charts. */
function firstLoad(outputs) {
  const from = (source) => Object.keys(outputs).find((name) => outputs[name].entryPoint?.endsWith(source));
  const entry = from('console/main.tsx');
  const needed = new Set();
  const add = (name) => {
    if (needed.has(name)) return;
    needed.add(name);
    outputs[name].imports.filter((i) => i.kind === 'import-statement').forEach((i) => add(i.path));
  };
  add(entry);
  const chunks = [...needed].filter((name) => name !== entry);
  ['rooms/today.view.tsx', 'kinds/cone.ts'].forEach((source) => add(from(source)));
  return { entry, chunks, all: [...needed] };
}

function put(name, text) {
  const to = at('dist', 'console', name);
  const gz = gzipSync(text, { level: 9 });
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
  writeFileSync(to + '.gz', gz);
  return gz.length;
}

async function consoleDist() {
  const made = await esbuild.build({
    entryPoints: { console: at('src', 'console', 'main.tsx') }, bundle: true, format: 'esm', splitting: true, target: CONSOLE_FOR,
    jsx: 'automatic', jsxImportSource: 'preact', minify: true, charset: 'utf8', legalComments: 'none', write: false, metafile: true,
    outdir: at('dist', 'console', 'assets'), entryNames: '[name].[hash]', chunkNames: '[name].[hash]', absWorkingDir: web,
  });
  rmSync(at('dist', 'console'), { recursive: true, force: true });
  const sizes = {};
  made.outputFiles.forEach((f) => (sizes[basename(f.path)] = put(join('assets', basename(f.path)), f.text)));
  const css = await style(dataStyle() + readFileSync(at('src', 'console', 'console.css'), 'utf8'));
  const cssName = `console.${createHash('sha256').update(css).digest('hex').slice(0, 8)}.css`;
  const styled = put(join('assets', cssName), css);
  const { entry, chunks, all } = firstLoad(made.metafile.outputs);
  const first = all.reduce((sum, name) => sum + sizes[basename(name)], styled);
  put('index.html', shellPage(basename(entry), chunks.map((c) => basename(c)), cssName));
  console.log(`console: first load ${first} gzipped of ${FIRST_LOAD_MAX} allowed (style ${styled}); ${made.outputFiles.length - all.length} more files when needed`);
  if (process.argv.includes('--sizes')) Object.entries(sizes).forEach(([name, n]) => console.log(`  ${n} ${name}`));
  if (first > FIRST_LOAD_MAX) throw new Error(`the console's first load is ${first} bytes gzipped, at most ${FIRST_LOAD_MAX} are allowed`);
}

const args = process.argv.slice(2);
const made = await dist();
await consoleDist();
if (args.includes('--tests')) {
  await load(at('src', 'kinds', 'all.ts'), 'parts.mjs');
  await load(at('tools', 'sample.ts'), 'sample.mjs');
  await load(at('src', 'console', 'rooms', 'plan.ts'), 'plan.mjs');
}
const sample = args.indexOf('--sample');
if (sample >= 0) {
  const { samplePage } = await load(at('tools', 'sample.ts'), 'sample.mjs');
  const out = resolve(args[sample + 1]);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, samplePage(made.css, made.js, Object.values(made.kinds)));
  console.log(out);
}
