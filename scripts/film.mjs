// Films the dashboard while trips load, for README.md: `npm run docs:film`. It runs the built command on an embedded
// database in a folder that is removed afterwards, and needs Chromium (CHROMIUM names its program).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import gifenc from 'gifenc';
import { chromium } from 'playwright-core';
import { freePort } from './free-port.mjs';
import { paletteOf, pixelsOf } from './small-png.mjs';

const out = 'dashboard/load.gif';
const rows = 10_000_000;
const size = { width: 1120, height: 700 };
/** Between two pictures, and for how long the last one stays, in ms. */
const everyMs = 250;
const lastMs = 4_000;
/** The last colour of the palette means: as in the picture before. */
const transparent = 255;

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'landfall-film-'));
const port = await freePort();
const args = ['demo', '--rows', String(rows), '--port', String(port)];
const command = spawn(process.execPath, [main, ...args], {
  cwd: home,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = new Promise((resolve) => command.once('close', resolve));
const loaded = new Promise((resolve) => {
  command.stdout.setEncoding('utf8').on('data', (text) => text.includes('✓') && resolve(undefined));
});
try {
  writeGif(await film());
} finally {
  command.kill('SIGINT');
  await ended;
  rmSync(home, { recursive: true, force: true });
}

/** PNG pictures from before the file lands until it is loaded. */
async function film() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({ viewport: size, colorScheme: 'light' });
    await untilOpen(page);
    // Nobody films the seconds in which the demo writes its file.
    await page
      .getByText(/Loading/)
      .first()
      .waitFor({ timeout: 60_000 });
    let isOver = false;
    void loaded
      .then(() => delay(800))
      .then(() => {
        isOver = true;
      });
    const pictures = [];
    while (!isOver) {
      pictures.push(await page.screenshot());
      await delay(everyMs);
    }
    pictures.push(await page.screenshot());
    return pictures;
  } finally {
    await browser.close();
  }
}

async function untilOpen(page) {
  for (let tries = 0; ; tries++) {
    try {
      return await page.goto(`http://127.0.0.1:${port}/`);
    } catch (error) {
      if (tries === 200) throw error;
      await delay(100);
    }
  }
}

/** One palette for all pictures; of each picture, only the pixels that differ from the one before. */
function writeGif(pictures) {
  const images = pictures.map((picture) => pixelsOf(picture).pixels);
  const { palette, indexOf } = paletteOf(images[Math.floor(images.length / 2)]);
  const gif = gifenc.GIFEncoder();
  let before = null;
  for (const [i, image] of images.entries()) {
    const index = Uint8Array.from(image, indexOf);
    const shown = index.map((colour, at) => (colour === before?.[at] ? transparent : colour));
    before = index;
    gif.writeFrame(shown, size.width, size.height, {
      ...(i === 0 && { palette }),
      transparent: true,
      transparentIndex: transparent,
      delay: i === images.length - 1 ? lastMs : everyMs,
      dispose: 1,
    });
  }
  gif.finish();
  const bytes = gif.bytes();
  writeFileSync(out, bytes);
  console.log(`${out}: ${images.length} pictures, ${(bytes.length / 1e6).toFixed(2)} MB`);
}
