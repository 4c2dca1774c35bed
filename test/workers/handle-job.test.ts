import { writeFile } from 'node:fs/promises';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import trips from '../../datasets/trips/dataset.ts';
import { generateTrips } from '../../datasets/trips/generate.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { createLog } from '../../platform/log/log.ts';
import { GivenBack, type JobContext, lockLost } from '../../platform/queue/contract.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { storeError } from '../../platform/storage/store-error.ts';
import { type HandlerOptions, jobHandler } from '../../workers/handle-job.ts';
import { Slots } from '../../workers/slots.ts';
import { Ticker } from '../../workers/ticker.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';
import { openStage, registryOf, type Stage } from './support.ts';

const csv = Buffer.concat([...generateTrips({ rows: 100 })]);

let database: TestDatabase;
let stage: Stage;
const slots = new Slots();

beforeEach(async () => {
  database = await testDatabase();
  stage = await openStage(database, trips, csv);
});
afterEach(() => database.drop());

async function handler(changes: Partial<HandlerOptions> = {}) {
  const { dataset, ledger } = stage;
  return jobHandler({
    workerId: 'test',
    registry: registryOf(dataset),
    ledger,
    pool: database.pool,
    lake: await openStorage(stage.lakeUrl),
    kernels: [await createKernel()],
    slots,
    ticker: new Ticker('test', slots, async () => undefined),
    outageTimeoutMs: 60_000,
    log: createLog('test', { level: 'silent' }),
    ...changes,
  });
}

const context = (changes: Partial<JobContext> = {}): JobContext => ({
  attempt: 1,
  lastAttempt: false,
  stalls: 0,
  givenBack: 0,
  signal: new AbortController().signal,
  ...changes,
});

const state = async () => {
  const [chunk] = await stage.ledger.chunks(stage.fileId);
  return { state: chunk.state, code: chunk.error?.code ?? null };
};

/** A log, and the warnings in it. */
function warnings() {
  const warned: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warned.push(JSON.parse(line)) });
  return { warned, log };
}

describe('a chunk that fails', () => {
  it('is tried again until its last attempt, and then has failed', async () => {
    const version = () => {
      throw new Error('as in a test');
    };
    const handle = await handler({ registry: { ...registryOf(), version } });
    const job = { kind: 'chunk', chunk: stage.jobs[0] } as const;
    await expect(handle(job, context())).rejects.toThrow('as in a test');
    expect(await state()).toEqual({ state: 'planned', code: 'LF_INTERNAL' });
    const last = context({ attempt: 5, lastAttempt: true });
    await expect(handle(job, last)).rejects.toThrow('as in a test');
    expect(await state()).toEqual({ state: 'failed', code: 'LF_INTERNAL' });
    expect(slots.busy).toBe(false);
  });

  it('waits for a worker with its definition for as long as it takes, with that as the reason', async () => {
    const { dataset } = stage;
    const other = { ...dataset, version: '0123456789abcdef' };
    const handle = await handler({ registry: registryOf(other) });
    const job = { kind: 'chunk', chunk: stage.jobs[0] } as const;
    const group = { kind: 'group', chunks: stage.jobs } as const;
    for (const given of [job, group, job]) {
      const late = context({ attempt: 5, lastAttempt: true, givenBack: 1_000_000 });
      await expect(handle(given, late)).rejects.toBeInstanceOf(GivenBack);
      expect(await state()).toEqual({ state: 'planned', code: 'LF_DEFINITION_MISMATCH' });
    }
    const nowhere = await handler({ registry: registryOf() });
    await expect(nowhere(job, context())).rejects.toBeInstanceOf(GivenBack);
    expect(await state()).toEqual({ state: 'planned', code: 'LF_DATASET_UNKNOWN' });
    await (await handler())(job, context({ givenBack: 29 }));
    expect(await state()).toEqual({ state: 'committed', code: null });
  });

  it('has failed at once when trying again cannot help', async () => {
    await writeFile(stage.path, 'other bytes');
    const logged: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
    const handle = await handler({ log });
    await handle({ kind: 'chunk', chunk: stage.jobs[0] }, context());
    expect(await state()).toEqual({ state: 'failed', code: 'LF_FILE_CHANGED' });
    // Whoever reports the file's end says why.
    expect(logged).toEqual([]);
  });

  it('is warned of once a minute while no worker has its definition', async () => {
    const { warned, log } = warnings();
    const handle = await handler({ registry: registryOf(), log });
    for (const givenBack of [0, 1, 29, 30, 31, 60])
      await handle({ kind: 'chunk', chunk: stage.jobs[0] }, context({ givenBack })).catch(() => {});
    expect(warned.map(({ givenBack }) => givenBack)).toEqual([0, 30, 60]);
    expect(warned[0]).toMatchObject({ code: 'LF_DATASET_UNKNOWN', chunk: 0 });
  });

  it('is reported when it is claimed again and again, and why its worker let it go', async () => {
    const { warned, log } = warnings();
    const handle = await handler({ log });
    const lost = context({ signal: AbortSignal.abort(lockLost) });
    const closing = context({ signal: AbortSignal.abort('the worker is closing') });
    const job = { kind: 'chunk', chunk: stage.jobs[0] } as const;
    for (let claim = 1; claim <= 17; claim++) await handle(job, claim === 1 ? lost : closing).catch(() => {});
    expect(warned.map(({ msg, reason, claims }) => ({ msg, reason, claims }))).toEqual([
      { msg: 'gave the chunk back', reason: lockLost },
      { msg: 'the chunk has been claimed many times, and is still not loaded', claims: 8 },
      { msg: 'the chunk has been claimed many times, and is still not loaded', claims: 16 },
    ]);
    expect(await state()).toEqual({ state: 'planned', code: null });
  });

  it('has not failed when it is given back, even at its last attempt', async () => {
    const handle = await handler();
    const signal = AbortSignal.abort(new Error('the worker is closing'));
    const last = context({ lastAttempt: true, signal });
    await expect(handle({ kind: 'chunk', chunk: stage.jobs[0] }, last)).rejects.toThrow(
      'the worker is closing',
    );
    expect(await state()).toEqual({ state: 'planned', code: null });
    await handle({ kind: 'chunk', chunk: stage.jobs[0] }, context());
    expect(await state()).toEqual({ state: 'committed', code: null });
  });
});

/** The lake, some of whose operations fail a few times as a file system would have them fail. */
async function ailingLake(
  operation: 'writer' | 'write' | 'commit' | 'moveFrom',
  code: string,
  times: number,
) {
  const sound = await openStorage(stage.lakeUrl);
  let left = times;
  const ail = (at: typeof operation) => {
    if (at !== operation || left-- <= 0) return;
    const cause = Object.assign(new Error(`${code}: as in a test`), { code });
    throw storeError(cause, { url: sound.url, role: 'lake' }, 'x');
  };
  const lake: Storage = Object.assign(Object.create(sound), {
    async writer(key: string) {
      ail('writer');
      const writer = await sound.writer(key);
      return {
        write: async (bytes: Uint8Array) => {
          ail('write');
          await writer.write(bytes);
        },
        commit: async () => {
          ail('commit');
          await writer.commit();
        },
        abort: () => writer.abort(),
      };
    },
    async moveFrom(_: Storage, from: string, key: string) {
      ail('moveFrom');
      await sound.moveFrom(sound, from, key);
    },
  });
  return { lake, ails: () => left > 0 };
}

describe('a lake in outage', () => {
  it.each([
    ['writer', 'EMFILE'],
    ['write', 'ENOSPC'],
    ['write', 'EIO'],
    ['commit', 'EDQUOT'],
    ['moveFrom', 'EIO'],
    ['moveFrom', 'EROFS'],
  ] as const)('is waited out where %s gives %s, without using up an attempt', async (operation, code) => {
    const { lake, ails } = await ailingLake(operation, code, 3);
    const handle = await handler({ lake });
    const last = context({ attempt: 5, lastAttempt: true });
    await handle({ kind: 'chunk', chunk: stage.jobs[0] }, last);
    expect(ails()).toBe(false);
    expect(await state()).toEqual({ state: 'committed', code: null });
    expect(await stage.column('select count(*)::int from star.fact_trip')).toEqual([100]);
    expect(await stage.column('select lost from landfall.chunk')).toEqual([0]);
    const objects: string[] = [];
    for await (const { key } of (await openStorage(stage.lakeUrl)).list()) objects.push(key);
    expect(objects.sort()).toEqual((await stage.ledger.parts(stage.fileId)).map((part) => part.path));
  });

  it('uses up an attempt once the outage timeout is at its end, and the ledger says why', async () => {
    const { lake } = await ailingLake('write', 'ENOSPC', 1000);
    const handle = await handler({ lake, outageTimeoutMs: 0 });
    const chunk = stage.jobs[0];
    await expect(handle({ kind: 'chunk', chunk }, context())).rejects.toThrow('ENOSPC');
    expect(await state()).toEqual({ state: 'planned', code: 'LF_STORAGE' });
    expect(await stage.ledger.waitingFiles()).toMatchObject([{ chunks: 1, error: { code: 'LF_STORAGE' } }]);
    const last = context({ attempt: 5, lastAttempt: true });
    await expect(handle({ kind: 'chunk', chunk }, last)).rejects.toThrow('ENOSPC');
    expect(await state()).toEqual({ state: 'failed', code: 'LF_STORAGE' });
    expect(await stage.column('select count(*)::int from star.fact_trip')).toEqual([0]);
  });

  it('is not an excuse for what is wrong with a chunk', async () => {
    const { lake } = await ailingLake('write', 'ENAMETOOLONG', 1000);
    const handle = await handler({ lake });
    await expect(handle({ kind: 'chunk', chunk: stage.jobs[0] }, context())).rejects.toThrow('ENAMETOOLONG');
    expect(await state()).toEqual({ state: 'planned', code: 'LF_STORAGE_OBJECT' });
  });
});

describe('a chunk whose workers are lost', () => {
  it('counts those that neither committed it nor gave it back', async () => {
    const { ledger, fileId } = stage;
    const { chunkId } = stage.jobs[0];
    const lost = async () => (await stage.column('select lost from landfall.chunk'))[0];
    await ledger.claimChunk(chunkId, 'one');
    await ledger.releaseChunk(chunkId, 'one', { keeps: false });
    await ledger.claimChunk(chunkId, 'two');
    expect(await lost()).toBe(0);
    await ledger.claimChunk(chunkId, 'three');
    expect(await lost()).toBe(1);
    // Who was taken over from has no say any more.
    await ledger.failChunk(chunkId, { code: 'LF_INTERNAL', message: 'late', fix: '' }, 'two');
    await ledger.releaseChunk(chunkId, 'two', { keeps: false });
    expect((await ledger.chunks(fileId))[0]).toMatchObject({ state: 'planned', worker: 'three' });
    expect(await ledger.claimChunk(chunkId, 'two', { again: true })).toBeNull();
    expect(await ledger.claimChunk(chunkId, 'three', { again: true })).toMatchObject({
      fencingToken: 4,
      lost: 1,
    });
  });

  it('is given up when it has cost too many', async () => {
    await database.pool.query("update landfall.chunk set lost = 10, worker = 'the last of them'");
    const handle = await handler();
    await handle({ kind: 'chunk', chunk: stage.jobs[0] }, context());
    const [chunk] = await stage.ledger.chunks(stage.fileId);
    expect(chunk).toMatchObject({ state: 'failed', error: { code: 'LF_CHUNK_KILLS' } });
    expect(chunk.error!.message).toContain(`bytes 0 to ${csv.length}`);
    expect(chunk.error!.message).toContain('11 workers');
  });

  it('is told of a scan by the queue', async () => {
    await database.pool.query("update landfall.file set state = 'scanning'");
    const handle = await handler();
    const scan = { fileId: stage.fileId, number: 0, byteStart: 0, byteEnd: csv.length };
    await handle({ kind: 'scan', scan }, context({ stalls: 10 }));
    const [found] = await stage.ledger.scans(stage.fileId);
    expect(found.stream).toMatchObject({ error: { code: 'LF_SCAN_KILLS' } });
  });
});
