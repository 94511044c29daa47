// What the tests of the page in a real browser need. e2e/playground_test.go starts the servers and
// tells by the environment where they are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const told = (name) => {
  const value = process.env[`BIMPE_TEST_${name}`];
  if (!value) throw new Error(`BIMPE_TEST_${name} is not set: these tests are run by "go test ./e2e -run Playground"`);
  return value;
};

export const server = told('SERVER');
export const key = told('KEY'); // may do everything
export const narrowKey = told('NARROW_KEY'); // agents:read alone
export const friend = told('FRIEND'); // an origin that the server allows, with the same page
export const stranger = told('STRANGER'); // one that it does not allow
export const goOn = told('GO_ON'); // asking for it lets a slow reply go on

export const api = `${server}/api/v1/console`;
export const patience = 30_000;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// looks are the widths and colours in which the page is looked at.
export const looks = [1440, 390].flatMap((width) => ['light', 'dark'].map((colorScheme) => ({ width, colorScheme })));

export async function launch() {
  return chromium.launch({
    executablePath: told('BROWSER'),
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--no-first-run', '--disable-dev-shm-usage',
    ],
  });
}

// open opens a page of its own that is watched: what went wrong is found by sound.
export async function open(browser, { width = 1440, colorScheme = 'light', base = server } = {}) {
  const context = await browser.newContext({ viewport: { width, height: width > 1000 ? 900 : 844 }, colorScheme });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const requests = [];
  const faults = [];
  page.on('request', (r) => requests.push({ url: r.url(), method: r.method() }));
  page.on('pageerror', (err) => faults.push(`error: ${err}`));
  page.on('console', (m) => {
    const { url } = m.location();
    // The browser tells of every answer that is an error; those of the API were asked for.
    const asked = m.text().startsWith('Failed to load resource') && url.startsWith(api);
    if (['error', 'warning'].includes(m.type()) && !asked) faults.push(`console: ${m.text()} (${url})`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));
  });
  const sight = { page, context, requests, faults, base, name: `${width}-${colorScheme}` };
  await page.goto(`${base}/docs`);
  return sight;
}

// sound insists that nothing went wrong, that no request left the server and that no address held the key.
export function sound({ requests, faults, base }, also = []) {
  assert.deepEqual(faults, []);
  const origins = [base, ...also];
  const outside = requests.map((r) => r.url).filter((url) => !/^(data|blob):/.test(url) && !origins.includes(new URL(url).origin));
  assert.deepEqual(outside, [], 'requests to elsewhere');
  assert.deepEqual(requests.filter((r) => r.url.includes(key) || r.url.includes(narrowKey)), [], 'addresses with the key');
  assert.ok(requests.length > 3);
}

export async function visit({ page }, place) {
  await page.evaluate((to) => void (location.hash = to), place);
  const link = page.locator(`a[aria-current][href="${place}"]`);
  await link.waitFor({ state: 'attached' });
  await page.getByRole('heading', { level: 1 }).waitFor();
}

export async function useKey({ page }, secret) {
  await page.locator('#key-button').click();
  await page.getByLabel('API key', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Done' }).click();
}

// fits insists that nothing is wider than the window.
export async function fits({ page }, what) {
  const wide = await page.evaluate(() => ({
    page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    beyond: [...document.querySelectorAll('main *')]
      .filter((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('pre, .scroll, .wire, .unseen'))
      .map((e) => `${e.tagName} ${e.className}`).slice(0, 3),
  }));
  assert.deepEqual(wide, { page: 0, beyond: [] }, what);
}

// barriers insists that axe finds nothing that would keep somebody out: contrast, names, roles.
export async function barriers({ page }, what) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 120)} ${n.any.map((a) => a.message).join('; ')}`));
  });
  assert.deepEqual(found, [], what);
}

// shot keeps a picture where somebody wants to look.
export async function shot({ page, name }, what) {
  const folder = process.env.BIMPE_TEST_SHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${what}-${name}.png`) });
}

// ask speaks with the API past the page.
export async function ask(method, path, body) {
  const answer = await fetch(api + path, {
    method, headers: { Authorization: `Bearer ${key}`, ...(body && { 'Content-Type': 'application/json' }) }, body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return (await answer.json()).data;
}
