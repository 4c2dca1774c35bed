import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import trips from '../../datasets/trips/dataset.ts';
import { generateTrips } from '../../datasets/trips/generate.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { createLog } from '../../platform/log.ts';
import type { JobContext } from '../../platform/queue/contract.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { jobHandler } from '../../workers/handle-job.ts';
import { Slots } from '../../workers/slots.ts';
import { Ticker } from '../../workers/ticker.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';
import { openStage, type Stage } from './support.ts';

const csv = Buffer.concat([...generateTrips({ rows: 100 })]);

let database: TestDatabase;
let stage: Stage;
const slots = new Slots();

beforeEach(async () => {
  database = await testDatabase();
  stage = await openStage(database, trips, csv);
});
afterEach(() => database.drop());

async function handler() {
  const { dataset, ledger } = stage;
  return jobHandler({
    workerId: 'test',
    registry: { get: () => dataset, names: () => [], all: () => [dataset] },
    ledger,
    pool: database.pool,
    lake: await openStorage(stage.lakeUrl),
    kernels: [await createKernel()],
    slots,
    ticker: new Ticker('test', slots, async () => undefined),
    log: createLog('test', { level: 'silent' }),
  });
}

const context = (changes: Partial<JobContext> = {}): JobContext => ({
  attempt: 1,
  lastAttempt: false,
  signal: new AbortController().signal,
  ...changes,
});

const state = async () => {
  const [chunk] = await stage.ledger.chunks(stage.fileId);
  return { state: chunk.state, code: chunk.error?.code ?? null };
};

describe('a chunk that fails', () => {
  it('is tried again until its last attempt, and then has failed', async () => {
    const handle = await handler();
    const chunk = { ...stage.jobs[0], definitionVersion: '0123456789abcdef' };
    const failure = { code: 'LF_DEFINITION_MISMATCH' };
    await expect(handle({ kind: 'chunk', chunk }, context())).rejects.toMatchObject(failure);
    expect(await state()).toEqual({ state: 'planned', code: null });
    const last = context({ attempt: 5, lastAttempt: true });
    await expect(handle({ kind: 'chunk', chunk }, last)).rejects.toMatchObject(failure);
    expect(await state()).toEqual({ state: 'failed', code: 'LF_DEFINITION_MISMATCH' });
    expect(slots.busy).toBe(false);
  });

  it('has failed at once when trying again cannot help', async () => {
    await writeFile(stage.path, 'other bytes');
    const handle = await handler();
    await handle({ kind: 'chunk', chunk: stage.jobs[0] }, context());
    expect(await state()).toEqual({ state: 'failed', code: 'LF_FILE_CHANGED' });
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
