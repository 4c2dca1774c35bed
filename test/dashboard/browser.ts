/** Debian's chromium, where it is: for looking at the page as a person does. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

/** `describe` for tests that need a browser: skipped where there is none, loudly; an error when strict. */
export function describeBrowser(name: string, body: () => void): void {
  if (!program) {
    const lack = `no chromium in /usr/bin (apt-get install chromium)`;
    if (process.env.LANDFALL_TEST_STRICT === '1') throw new Error(`Tests in a browser cannot run: ${lack}`);
    console.error(`\nSKIPPING every test in a browser: ${lack}\n`);
  }
  describe.skipIf(!program)(name, body);
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

let browser: Browser;
const pages: Page[] = [];
/** What the browser complained of: errors, refused files, content policy. */
const complaints: string[] = [];
/** Hosts that the page asked for anything. */
const hosts = new Set<string>();

/** A page in the browser of the suite. It is closed after the test. `script`: runs before those of the page. */
export async function openPage(
  url: string,
  { script, ...options }: BrowserContextOptions & { readonly script?: () => void } = {},
  waitsFor = 'h1',
): Promise<Page> {
  const page = await browser.newPage(options);
  pages.push(page);
  if (script !== undefined) await page.addInitScript(script);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('request', (request) => hosts.add(new URL(request.url()).hostname));
  await page.goto(url);
  await page.waitForSelector(waitsFor);
  return page;
}

/** Takes back the one complaint with this text, which the test has caused. Fails if there is none. */
export function forgive(text: string): void {
  const at = complaints.findIndex((complaint) => complaint.includes(text));
  expect(at, `the browser complained of ${text}`).toBeGreaterThanOrEqual(0);
  complaints.splice(at, 1);
}

/** Takes back every complaint with this text, of which the test has caused one or more. */
export function forgiveAll(text: string): void {
  forgive(text);
  while (complaints.some((complaint) => complaint.includes(text))) forgive(text);
}

/** Tests with one browser. None may complain, and no page may ask another host. */
export function describePage(name: string, body: () => void): void {
  describeBrowser(name, () => {
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser.close());
    afterEach(async () => {
      for (const page of pages.splice(0)) await page.close();
      expect(complaints.splice(0)).toEqual([]);
      expect([...hosts].filter((host) => host !== '127.0.0.1')).toEqual([]);
    });
    body();
  });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong by WCAG 2.2 AA and its best practices: rules, and the elements that break them. */
export async function findings(page: Page): Promise<string[]> {
  // Not as a script of the page, which its policy would refuse.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
}

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}
