/** What tests of outage share: worker processes with an environment of their own, and exact accounts. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { ProgressState } from '../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../platform/progress/progress-client.ts';
import { generatedTrips, type TestSite } from '../e2e/site.ts';
import { tempFolder } from '../support/index.ts';

/** Sets variables that worker processes inherit, until the test is over. */
export function workersInherit(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) process.env[name] = value;
  onTestFinished(() => {
    for (const name of Object.keys(env)) delete process.env[name];
  });
}

/** Resolves when it holds; fails after `seconds`, saying what never came. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  seconds = 60,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`gave up waiting until ${what}`);
    await delay(25);
  }
}

/** Resolves with the state of progress, as a client has it, when `holds` does. */
export function untilProgress(
  site: Pick<TestSite, 'hub'>,
  holds: (state: ProgressState) => boolean,
): Promise<ProgressState> {
  return new Promise((resolve) => {
    let view: ProgressView | null = null;
    let stop: (() => void) | undefined;
    stop = site.hub.subscribe((message) => {
      view = applyMessage(view, message);
      if (view === null || !holds(view.state)) return;
      resolve(view.state);
      setImmediate(() => stop?.());
    });
  });
}

/** Rows of trips in the star, and the sums that the ledger has of them: all must be `rows`, each row once. */
export async function expectTrips(site: TestSite, rows: number): Promise<void> {
  const [counts] = await site.query(`
    select (select count(*)::int from star.fact_trip) as star,
           (select count(distinct fact)::int from (
              select md5(f::text) || row_number() over (partition by chunk_id, f::text) as fact
              from star.fact_trip f) as facts) as distinct,
           (select sum(rows_loaded)::int from landfall.chunk where state = 'committed') as chunks,
           (select sum(rows)::int from landfall.manifest) as manifest`);
  expect(counts).toEqual({ star: rows, distinct: rows, chunks: rows, manifest: rows });
  const wrong = await site.query(`
    select c.number, c.rows_loaded, count(f.*)::int as facts from landfall.chunk c
    left join star.fact_trip f using (chunk_id)
    where c.state = 'committed' group by 1, 2 having c.rows_loaded <> count(f.*)`);
  expect(wrong).toEqual([]);
}

/** Every object below a folder by its path, as a hash of its bytes. */
export function contentOf(folder: string): Map<string, string> {
  const content = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    content.set(path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return content;
}

/**
 * Drops a file of trips, does something to the servers when some of its chunks are committed and most are
 * not, and expects every row once.
 */
export async function whileLoading(
  site: TestSite,
  options: { rows: number; seed?: number },
  disturb: () => Promise<unknown>,
): Promise<void> {
  const { rows, seed = 1 } = options;
  const name = `trips-${seed}.csv`;
  const before = await site.query<{ rows: number }>('select count(*)::int as rows from landfall.file');
  const path = await generatedTrips(tempFolder(), name, rows, seed);
  const receipt = site.drop('trips', path);
  receipt.catch(() => {});
  await untilProgress(site, ({ files }) => {
    const file = files.find((one) => one.name === name);
    return file !== undefined && file.chunksCommitted > 0 && file.chunksCommitted < file.chunks / 2;
  });
  await disturb();
  expect(await receipt).toMatchObject({ status: 'done', rows: { parsed: rows, loaded: rows, rejected: 0 } });
  if (before[0].rows === 0) await expectTrips(site, rows);
  await untilProgress(site, ({ files }) => files.find((file) => file.name === name)?.state === 'done');
}
