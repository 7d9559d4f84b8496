/* open.mjs: Debian's Chromium with a fresh profile, the sample page, and what it complained about. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const here = dirname(fileURLToPath(import.meta.url));
export const SAMPLE = process.env.REVIEW_PAGE || join(here, '..', '..', '..', 'build', 'web', 'review.sample.html');

/** One browser for a file of tests; `close` removes its profile. */
export async function browser() {
  const profile = mkdtempSync(join(tmpdir(), 'portolan-web-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS, headless: true,
    acceptDownloads: true, viewport: { width: 1280, height: 900 },
  });
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** The page, opened; `seen` collects console errors and every request that is not the file. */
export async function open(context, options = {}) {
  const { width = 1280, height = 900, scheme = 'light', media = {}, file = SAMPLE, query = '' } = options;
  const page = await context.newPage();
  const seen = { errors: [], requests: [] };
  const url = pathToFileURL(file).href;
  page.on('console', (m) => m.type() === 'error' && seen.errors.push(m.text()));
  page.on('pageerror', (e) => seen.errors.push(String(e)));
  page.on('request', (r) => {
    if (!r.url().startsWith(url) && !r.url().startsWith('data:') && !r.url().startsWith('blob:')) seen.requests.push(r.url());
  });
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme, ...media });
  await page.goto(url + query);
  return { page, seen };
}
