/* serve.mjs: a workspace with something in it, `portolan serve` on it, and a browser signed in. */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const program = process.env.PORTOLAN || join(root, 'build', 'dev', 'portolan');
export const skip = existsSync(program) ? false : 'no program is built';
export const PASSWORD = 'a sentence is a good password';

/** An invented company of which everything has run once. */
export function workspace() {
  const home = mkdtempSync(join(tmpdir(), 'portolan-console-'));
  const dir = join(home, 'acme');
  const run = (...args) => execFileSync(program, [...args, '--quiet'], { cwd: existsSync(dir) ? dir : home, stdio: 'pipe' });
  run('simulate', dir, '--persons', '2000', '--seed', '7');
  run('import');
  run('mix', 'fit', '--draws', '100');
  run('attribution', 'run', '--replicates', '20');
  run('review');
  return { dir, run, remove: () => rmSync(home, { recursive: true, force: true }) };
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
