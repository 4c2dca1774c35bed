// Takes pictures of every view of the page, light and dark, for docs/operations/page.md: `npm run docs:screens`. With a
// folder, `npm run docs:screens -- FOLDER`, it writes them there, also as a phone shows them: to look at. It runs the
// built command on an embedded database and a Redis of its own in a folder that is removed afterwards. It needs
// redis-server, and Chromium (CHROMIUM names its program).
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { freePort } from './free-port.mjs';
import { smallPng } from './small-png.mjs';

const [folder] = process.argv.slice(2);
const out = folder ?? 'docs/operations/page';
const wide = { width: 1180, height: 800 };
const phone = { width: 375, height: 800 };
const sizes = folder === undefined ? { '': wide } : { '': wide, '-phone': phone };
const themes = ['light', 'dark'];
/** Of the file that is loaded meanwhile: enough for all pictures of a load. */
const rows = folder === undefined ? 8_000_000 : 20_000_000;

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'landfall-screens-'));
const [port, redisPort] = [await freePort(), await freePort()];
const url = `http://127.0.0.1:${port}`;
const redis = spawn('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', ''], {
  stdio: 'ignore',
});
const args = ['demo', 'orders', '--datasets', 'example:trips', 'example:orders', '--port', String(port)];
const env = { ...process.env, REDIS_URL: `redis://127.0.0.1:${redisPort}`, LANDFALL_QUEUE_CONSOLE: 'true' };
const command = spawn(process.execPath, [main, ...args], {
  ...{ cwd: home, env },
  stdio: ['ignore', 'ignore', 'pipe'],
});
let said = '';
command.stderr.setEncoding('utf8').on('data', (text) => {
  said += text;
});
const ended = new Promise((resolve) => command.once('close', resolve));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  mkdirSync(out, { recursive: true });
  await until(() => said.includes('Press Ctrl-C'));
  await loadTrips();
  await eachPage(async (page, name) => {
    await take(page, '/files', `files${name}`, 'li.file');
    await take(page, `/files/${await fileId('trips-2018-06.csv')}`, `file${name}`, '.cells, canvas');
    await takeRejects(page, name);
    await take(page, '/datasets', `datasets${name}`, 'h1');
    await take(page, '/datasets/trips', `dataset${name}`, 'canvas, svg');
    await take(page, '/sources', `sources${name}`, 'h1');
    await takeDrop(page, name);
    await take(page, '/queue', `queue${name}`, 'text=landfall');
  });
  drop('trips-2018-08.csv', rows);
  await until(async () =>
    (await states()).some(
      ({ state, bytes, bytesCommitted }) => state === 'loading' && bytesCommitted > bytes / 4,
    ),
  );
  // What is being loaded moves: all pages are open before the first picture.
  await eachPage(async (page, name) => {
    await take(page, '/', `now${name}`, 'li.file');
    await take(page, '/workers', `workers${name}`, 'h1');
  });
} catch (error) {
  console.error(said);
  throw error;
} finally {
  await browser.close();
  command.kill('SIGINT');
  await ended;
  redis.kill();
  rmSync(home, { recursive: true, force: true });
}

/** Some that are whole, one with rejects, and one that cannot be loaded. */
async function loadTrips() {
  drop('trips-2018-05.csv', 300_000, 5);
  drop('trips-2018-06.csv', 900_000, 6, (text) =>
    text
      .split('\n')
      .map((line, i) => (i > 0 && i % 4001 === 0 ? spoiled(line, i) : line))
      .join('\n'),
  );
  drop('export.csv', 1, 7, () => 'a,b,c\n1,2,3\n');
  await until(async () => {
    const files = await states();
    return files.length >= 3 && files.every(({ state }) => ['done', 'failed', 'duplicate'].includes(state));
  });
}

/** A row that is rejected for one of three reasons. */
function spoiled(line, i) {
  const cells = line.split(',');
  if (i % 3 === 0) return ['', ...cells.slice(1)].join(',');
  if (i % 3 === 1) return line.replace(/2018-\d\d/, '2018-13');
  return line.replace('POINT (', 'POINT ');
}

function drop(name, count, seed = 1, change = null) {
  const staged = join(home, name);
  const generate = [main, 'generate', 'trips', '--rows', String(count), '--seed', String(seed)];
  execFileSync(process.execPath, [...generate, '--out', staged], { stdio: 'ignore' });
  if (change !== null) writeFileSync(staged, change(readFileSync(staged, 'utf8')));
  mkdirSync(join(home, 'landing', 'trips'), { recursive: true });
  renameSync(staged, join(home, 'landing', 'trips', name));
}

async function states() {
  const { files } = await (await fetch(`${url}/api/files?dataset=trips`)).json();
  return files;
}

async function fileId(name) {
  return (await states()).find((file) => file.name === name).fileId;
}

async function eachPage(work) {
  for (const colorScheme of themes)
    for (const [size, viewport] of Object.entries(sizes)) {
      const page = await browser.newPage({ viewport, colorScheme });
      await work(page, `${colorScheme === 'light' ? '' : '-dark'}${size}`);
      await page.close();
    }
}

/** What a reader sees of a view first; on a phone, all of it. */
async function take(page, path, name, waitsFor) {
  await page.goto(url + path);
  await page.locator(waitsFor).first().waitFor({ timeout: 60_000 });
  await delay(700);
  await keep(page, name);
}

async function keep(page, name) {
  const isPhone = name.endsWith('-phone');
  writeFileSync(join(out, `${name}.png`), smallPng(await page.screenshot({ fullPage: isPhone })));
  console.log(join(out, `${name}.png`));
}

async function takeRejects(page, name) {
  await page.goto(`${url}/files/${await fileId('trips-2018-06.csv')}`);
  const rejects = page.getByRole('region', { name: 'Rejects' });
  await rejects.locator('mark').first().waitFor();
  await rejects.scrollIntoViewIfNeeded();
  await rejects.evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await delay(300);
  await keep(page, `rejects${name}`);
}

/** A file that no dataset knows, with the definition that is proposed for it. */
async function takeDrop(page, name) {
  await page.goto(url);
  const lines = Array.from(
    { length: 40 },
    (_, i) => `${i + 1},Beach ${i},${i % 3 ? 'yellow' : 'white'},2019-0${1 + (i % 9)}-02,${i}.5`,
  );
  const buffer = Buffer.from(`id,beach,sand,opened,metres\n${lines.join('\n')}\n`);
  await page
    .getByLabel('Files to upload')
    .setInputFiles({ name: 'beaches.csv', mimeType: 'text/csv', buffer });
  const item = page.getByRole('listitem', { name: 'beaches.csv', exact: true });
  await item
    .getByRole('button', { name: /Save|Use|Load/ })
    .first()
    .waitFor();
  await item.evaluate((element) => element.closest('section')?.scrollIntoView({ block: 'start' }));
  await delay(300);
  await keep(page, `drop${name}`);
}

async function until(isSo) {
  for (let tries = 0; tries < 1200; tries++) {
    if (await isSo()) return;
    await delay(100);
  }
  throw new Error(`waited too long\n${said}`);
}
