/**
 * A worker that is frozen at one point of its way, taken over from, and thawed when the others are done:
 * the same steps for every point.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CrashPoint } from '../../platform/errors/crash-points.ts';
import { type Backend, committedParts, generatedTrips, type TestSite, testSite } from '../e2e/site.ts';
import { tempFolder } from '../support/index.ts';
import { contentOf, expectTrips, until, untilProgress, workersInherit } from './support.ts';

const rows = 60_000;
const moreRows = 20_000;

/** What the lake holds, by path, as hashes. */
export interface Lake {
  readonly url: (folder: string) => string;
  readonly content: (folder: string) => Promise<Map<string, string>>;
}

export const folderLake: Lake = {
  url: (folder) => join(folder, 'lake'),
  // What a frozen process is just writing has no name yet; it goes when the process wakes up.
  content: async (folder) =>
    new Map([...contentOf(join(folder, 'lake'))].filter(([path]) => !path.startsWith('.landfall-'))),
};

/** Points that lie behind the commit: there is nothing left to take over. */
const afterCommit: ReadonlySet<CrashPoint> = new Set(['chunk.committed']);

/** Freezes a worker at `point`. The file must end with the other's work; the thawed one must not change it. */
export async function freezeAt(point: CrashPoint, backend: Backend, lake: Lake = folderLake): Promise<void> {
  const folder = tempFolder();
  const mark = join(folder, 'frozen');
  workersInherit({ LANDFALL_FREEZE_AT: point, LANDFALL_CRASH_MARK: mark });
  const lakeUrl = lake.url(folder);
  const site = await testSite({
    backend,
    folder,
    lakeUrl,
    workers: 2,
    chunkBytes: 1 << 20,
    settings: { LANDFALL_LOCK_MS: '1000' },
  });
  let zombie = 0;
  try {
    const dropped = site.drop('trips', await generatedTrips(tempFolder(), 'trips.csv', rows));
    await until('a worker is frozen', () => existsSync(mark));
    zombie = Number(readFileSync(mark, 'utf8').split(' ')[1]);
    expect(site.pool!.pids()).toContain(zombie);

    expect(await dropped).toMatchObject({ status: 'done', rows: { parsed: rows, loaded: rows } });
    await expectTrips(site, rows);
    const [{ claims }] = await site.query('select max(fencing_token) as claims from landfall.chunk');
    if (!afterCommit.has(point)) expect(claims).toBeGreaterThan(1);
    const before = await lake.content(folder);
    await expectNothingHeld(site);

    process.kill(zombie, 'SIGCONT');
    await untilIdle(site, zombie);
    expect(await lake.content(folder)).toEqual(before);
    await expectTrips(site, rows);
    if (lake === folderLake) expectOnlyParts(before, site, await committedParts(site, 'trips'));

    const more = await generatedTrips(tempFolder(), 'more.csv', moreRows, 2);
    expect(await site.drop('trips', more)).toMatchObject({ status: 'done', rows: { loaded: moreRows } });
    await expectTrips(site, rows + moreRows);
  } finally {
    if (zombie > 0) process.kill(zombie, 'SIGCONT');
    await site.close();
  }
}

/** No transaction of a worker is left open, and so no lock that anyone could wait for. */
async function expectNothingHeld(site: TestSite): Promise<void> {
  const held = await site.query(
    `select state, query from pg_stat_activity
     where datname = current_database() and application_name = 'landfall worker' and xact_start is not null`,
  );
  expect(held).toEqual([]);
}

/** The thawed worker speaks again and has nothing in flight any more. */
async function untilIdle(site: TestSite, pid: number): Promise<void> {
  await untilProgress(site, ({ workers }) =>
    workers.some((worker) => worker.pid === pid && worker.slots.length === 0),
  );
}

function expectOnlyParts(content: Map<string, string>, site: TestSite, parts: readonly string[]): void {
  const lake = join(site.folder, 'lake');
  expect([...content.keys()].sort()).toEqual(parts.map((path) => path.slice(lake.length + 1)).sort());
}
