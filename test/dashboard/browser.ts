/** Debian's chromium, where it is: for looking at the page as a person does. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';

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
