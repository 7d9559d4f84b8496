/* serve.mjs: a workspace with something in it, `portolan serve` on it, and a browser signed in: what
 * every test of the console begins with. */

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browser } from './open.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const program = process.env.PORTOLAN || join(root, 'build', 'dev', 'portolan');
export const skip = existsSync(program) ? false : 'no program is built';
export const PASSWORD = 'a sentence is a good password';

/** An invented company of which everything has run once. Making it takes a while: WORKSPACE names one
 * made before, of which each file of tests has its own copy. */
export function workspace(made = process.env.WORKSPACE) {
  const home = mkdtempSync(join(tmpdir(), 'portolan-console-'));
  const dir = join(home, 'acme');
  const run = (...args) => execFileSync(program, [...args, '--quiet'], { cwd: existsSync(dir) ? dir : home, stdio: 'pipe' });
  if (made) cpSync(made, dir, { recursive: true });
  else make(dir, run);
  return { dir, run, remove: () => rmSync(home, { recursive: true, force: true }) };
}

function make(dir, run) {
  run('simulate', dir, '--persons', '2000', '--seed', '7');
  run('import');
  run('mix', 'fit', '--draws', '100');
  run('attribution', 'run', '--replicates', '20');
  run('reconcile', 'run');
  run('review');
}

/** An empty one: nothing was imported. */
export function emptyWorkspace() {
  const home = mkdtempSync(join(tmpdir(), 'portolan-console-'));
  const dir = join(home, 'new');
  execFileSync(program, ['init', dir], { cwd: home, stdio: 'pipe' });
  return { dir, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** A folder with nothing in it, for `portolan serve DIR`, and a made-up shop's raw exports beside it. */
export function emptyFolder() {
  const home = mkdtempSync(join(tmpdir(), 'portolan-console-'));
  execFileSync(program, ['simulate', 'shop', '--persons', '1000', '--weeks', '60', '--seed', '7', '--quiet'], { cwd: home, stdio: 'pipe' });
  return { dir: join(home, 'lindqvist-tea'), exports: join(home, 'shop', 'data'), remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** The server, once it is ready: its address, and the path of the owner's link. */
export async function serve(dir) {
  const child = spawn(program, ['serve', dir, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = await new Promise((done, failed) => {
    let text = '';
    child.stderr.on('data', () => undefined);
    child.on('exit', (code) => failed(new Error(`serve ended with ${code}: ${text}`)));
    child.stdout.on('data', (part) => {
      text += part;
      if (/#in_\S+\n/.test(text)) done(text);
    });
  });
  const link = /(http:\/\/[^/\s]+)(\/\S+#\S+)/.exec(said);
  return {
    base: link[1], invitation: link[2],
    stop: () => new Promise((done) => { child.removeAllListeners('exit'); child.on('exit', done); child.kill('SIGTERM'); }),
  };
}

/** A page that remembers what it complained about, and every request that left for elsewhere. */
export async function watched(context, base, { width = 1280, height = 900, scheme = 'light', media = {} } = {}) {
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  const seen = { errors: [], requests: [] };
  page.on('console', (m) => m.type() === 'error' && seen.errors.push(`${m.text()} ${m.location().url}`));
  page.on('pageerror', (e) => seen.errors.push(String(e)));
  page.on('request', (r) => !/^(data|blob):/.test(r.url()) && !r.url().startsWith(base + '/') && seen.requests.push(r.url()));
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme, ...media });
  return { page, seen };
}

/* --- what a test of the console does --------------------------------------------------------- */

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, a line each. */
export async function axe(page) {
  await page.evaluate(axeSource); /* not as a script of the page: its policy allows none */
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return result.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`);
}

/** The room's own content is here: no grey lines, and a heading. */
export async function settled(page) {
  await page.waitForSelector('main h1');
  await page.waitForFunction(() => !document.querySelector('.skeleton, main [aria-busy=true]'));
  await page.waitForTimeout(60);
}

export const answer = (page) => page.textContent('main h1');

/** Nothing has to be scrolled for sideways. */
export async function narrow(page, what = '') {
  const [scroll, client] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(scroll <= client, `${what}: ${scroll} wide in ${client}`);
}

/** A page in a width and a scheme, once it has been laid out. */
export async function as(page, scheme, width, height = 900) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
  await page.waitForTimeout(180);
}

/** What stands on the page now, in both themes and three widths: axe in the two that differ most, and
 * nothing to scroll for sideways in any. SHOTS names a folder for pictures. */
export async function good(page, name) {
  for (const [scheme, width, walks] of [['light', 1280, true], ['dark', 1280, false], ['light', 720, false], ['dark', 390, true]]) {
    await as(page, scheme, width);
    await narrow(page, `${name}, ${scheme}, ${width}`);
    if (walks) assert.deepEqual(await axe(page), [], `${name}, ${scheme}, ${width}`);
    await shot(page, `${name}-${scheme}-${width}`);
  }
  await as(page, 'light', 1280);
}

export const shot = async (page, name) => process.env.SHOTS && page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true });

/** The owner's first steps: a password, and the console. */
export async function claim(page, server, ready = '.shell main h1') {
  await page.goto(server.base + server.invitation);
  await page.fill('#f-password', PASSWORD);
  await page.fill('#f-again', PASSWORD);
  await page.click('text=Set it and sign in');
  await page.waitForSelector(ready);
}

/** A server and a browser for a file of tests, started before them and ended after. `make` gives the
 * workspace ({dir, remove}); `then` is called with what was made, which is also what comes back, filled
 * in when the tests run. */
export function console_(make, { ready, then } = {}) {
  const t = {};
  before(async () => {
    if (skip) return;
    t.ws = await make();
    t.server = await serve(t.ws.dir);
    t.b = await browser();
    const { page, seen } = await watched(t.b.context, t.server.base);
    await claim(page, t.server, ready);
    Object.assign(t, { page, seen });
    then?.(t);
  });
  after(async () => {
    if (skip) return;
    await t.b.close();
    await t.server.stop();
    t.ws.remove();
  });
  /* What is refused on purpose is told by the browser too: `allowed` errors of that kind. */
  t.on = async (path, options, body, allowed = 0) => {
    const { page, seen } = await watched(t.b.context, t.server.base, options);
    try {
      await page.goto(t.server.base + path);
      await settled(page);
      await body(page);
      assert.ok(seen.errors.length <= allowed && seen.errors.every((e) => /status of 4\d\d/.test(e)), seen.errors.join('\n'));
      assert.deepEqual(seen.requests, [], 'requests elsewhere');
    } finally {
      await page.close();
    }
  };
  return t;
}
