import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import trips from '../../datasets/trips/dataset.ts';
import { generateTrips } from '../../datasets/trips/generate.ts';
import { openTicks } from '../../ledger/ticks.ts';
import type { Config } from '../../platform/config/config.ts';
import { loadConfig } from '../../platform/config/config.ts';
import { createLog } from '../../platform/log/log.ts';
import type { Tick } from '../../platform/progress/progress.ts';
import { openQueues, type Queues } from '../../platform/queue/index.ts';
import { type Pool, startPool } from '../../workers/pool.ts';
import { redisUrl, type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';
import { lineBorders, openStage, type Stage } from './support.ts';

const rows = 8_000;
const csv = Buffer.concat([...generateTrips({ rows, seed: 7 })]);
const log = createLog('test', { level: 'silent' });
const backends = [['PostgreSQL', null] as const, ['Redis', 'redis'] as const];

let database: TestDatabase;
let stage: Stage;
let pool: Pool | null = null;
let queues: Queues | null = null;

beforeEach(async () => {
  database = await testDatabase();
  stage = await openStage(database, trips, csv, lineBorders(csv, 20 * 1024));
});
afterEach(async () => {
  await pool?.close();
  await queues?.remove();
  await queues?.close();
  pool = null;
  queues = null;
  await database.drop();
});

/** Submits the file's chunks; gives the settings for workers that will load them. */
async function submitted(backend: 'redis' | null): Promise<{ config: Config; scope: string }> {
  const config = await loadConfig(
    {
      home: tempFolder(),
      databaseUrl: database.url,
      redisUrl: backend && redisUrl(),
      lakeUrl: stage.lakeUrl,
      datasets: [],
    },
    // What a killed one had in flight is taken over soon.
    { env: { LANDFALL_LOCK_MS: '1500' } },
  );
  const scope = `test-${process.pid}-${Date.now()}`;
  queues = await openQueues({ databaseUrl: database.url, redisUrl: config.redisUrl, scope, migrate: true });
  await queues.submitChunks(stage.fileId, stage.jobs);
  return { config, scope };
}

const start = (settings: { config: Config; scope: string }, count: number) =>
  startPool({ ...settings, databaseUrl: database.url, count, log });

async function committedChunks(): Promise<number> {
  const [count] = await stage.column(`select count(*) from landfall.chunk where state = 'committed'`);
  return Number(count);
}

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 1200) throw new Error(`gave up waiting until ${what}`);
    await delay(25);
  }
}

const allCommitted = () =>
  until('all chunks are committed', async () => (await committedChunks()) === stage.jobs.length);

async function expectExact(): Promise<void> {
  expect(await stage.column('select count(*) from star.fact_trip')).toEqual([rows]);
  expect(await stage.column('select sum(rows_loaded)::int from landfall.chunk')).toEqual([rows]);
  expect(await stage.column('select sum(rows)::int from landfall.part')).toEqual([rows]);
  const perChunk = await stage.column(`
    select count(*) from landfall.chunk c
    where rows_loaded <> (select count(*) from star.fact_trip f where f.chunk_id = c.chunk_id)`);
  expect(perChunk).toEqual([0]);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

for (const [name, backend] of backends) {
  describe.skipIf(backend === 'redis' && redisUrl() === null)(
    `worker processes with the queue on ${name}`,
    () => {
      it('end with exact counts when one of them is killed in the middle', async () => {
        const settings = await submitted(backend);
        pool = await start(settings, 2);
        await until('some chunks are committed', async () => (await committedChunks()) > 5);
        const [victim] = pool.pids();
        process.kill(victim, 'SIGKILL');
        expect(await committedChunks()).toBeLessThan(stage.jobs.length);
        await allCommitted();
        await expectExact();
        await until('another has taken its place', () => pool!.pids().length === 2);
        expect(pool.pids()).not.toContain(victim);
      });

      it('finish what they have in flight when they are stopped, and leave the rest', async () => {
        const settings = await submitted(backend);
        pool = await start(settings, 2);
        await until('some chunks are committed', async () => (await committedChunks()) > 5);
        const pids = pool.pids();
        await pool.close();
        expect(pids.filter(alive)).toEqual([]);
        const committed = await committedChunks();
        expect(committed).toBeLessThan(stage.jobs.length);
        expect(await stage.column('select count(distinct chunk_id) from star.fact_trip')).toEqual([
          committed,
        ]);
        pool = await start(settings, 2);
        await allCommitted();
        await expectExact();
      });
    },
  );
}

it('worker processes do not outlive a parent that is killed, and tell of themselves while they work', async () => {
  const settings = await submitted(null);
  const ticks = await openTicks(settings.config, database);
  const heard: Tick[] = [];
  await ticks.subscribe((tick) => heard.push(tick));
  const parent = fork(fileURLToPath(new URL('./pool-parent.mjs', import.meta.url)));
  const poolUrl = pathToFileURL(fileURLToPath(new URL('../../dist/workers/pool.js', import.meta.url))).href;
  parent.send({ poolUrl, ...settings, databaseUrl: database.url, count: 1 });
  const [pids] = (await once(parent, 'message')) as [number[]];
  await until('it works', async () => (await committedChunks()) > 2);
  parent.kill('SIGKILL');
  await until('they are gone', () => !pids.some(alive));
  await ticks.close();
  const working = heard.find((tick) => tick.slots.length > 0)!;
  expect(pids).toContain(working.pid);
  expect(working.slots[0]).toMatchObject({ fileId: stage.fileId });
  expect(heard.at(-1)).toMatchObject({ left: true });
});
