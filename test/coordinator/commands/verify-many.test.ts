/** Verifying all files: in batches, of a sample, and again after an interruption. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isBroken, type Verified } from '../../../coordinator/commands/verify.ts';
import { verifyMany } from '../../../coordinator/commands/verify-many.ts';
import type { Verification, VerificationScope } from '../../../ledger/tables/verification.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import { openSinks } from '../../../sinks/open-sinks.ts';
import { openRig, type Rig, salesCsv } from '../support.ts';

let rig: Rig;
const all: VerificationScope = { dataset: null, share: 10_000 };

beforeAll(async () => {
  rig = await openRig();
  await rig.start();
  await rig.startWorker();
  for (let i = 1; i <= 6; i++) await rig.drop(`sales/${i}.csv`, salesCsv(i, i * 100));
  await rig.receipts(6);
});
afterAll(() => rig.close());

/** Files that were verified, and the run that was resumed. `stopAt`: the process dies when it is told of this file. */
async function verify(scope = all, { again = false, stopAt = 0, seed = 1 } = {}) {
  const { pool } = rig.database;
  const { ledger } = rig.coordinator;
  const sinks = openSinks({ pool, lake: await openStorage(rig.config.lakeUrl) });
  const seen: Verified[] = [];
  const resumed: Verification[] = [];
  const done = await verifyMany({ pool, ledger, registry: rig.registry, sinks }, scope, {
    ...{ seed, again, filesMost: 2 },
    onResumed: (run) => void resumed.push(run),
    onVerified: (one) => {
      if (one.fileId === stopAt) throw new Error('killed');
      seen.push(one);
    },
  }).catch((error) => (error.message === 'killed' ? null : Promise.reject(error)));
  return { done, seen: seen.map(({ fileId }) => fileId), resumed, broken: seen.filter(isBroken) };
}

it('verifies each file once, and leaves nothing to resume', async () => {
  const { done, seen, resumed } = await verify();
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  expect(done).toEqual({ position: 6, files: 6, broken: [] });
  expect((await verify()).resumed).toEqual(resumed);
  expect(resumed).toEqual([]);
});

it('resumes after the files that were verified, and looks again at those that differed', async () => {
  const [part] = await rig.column('select path from landfall.part where file_id = 1');
  rmSync(join(rig.config.lakeUrl, String(part)));
  expect((await verify(all, { stopAt: 5 })).seen).toEqual([1, 2, 3, 4]);
  const { done, seen, resumed, broken } = await verify();
  expect(resumed).toMatchObject([{ position: 4, files: 4, broken: [1] }]);
  expect(seen).toEqual([1, 5, 6]);
  expect(done).toEqual({ position: 6, files: 6, broken: [1] });
  expect(broken).toMatchObject([{ fileId: 1, lakeRows: 0, starRows: 1 }]);
});

it('begins again where it is told to, and another choice of files resumes nothing', async () => {
  await verify(all, { stopAt: 3 });
  expect(await verify({ dataset: 'sales', share: 10_000 })).toMatchObject({
    resumed: [],
    done: { files: 6 },
  });
  expect(await verify({ dataset: 'none', share: 10_000 })).toMatchObject({ seen: [], done: { files: 0 } });
  expect(await verify(all, { again: true })).toMatchObject({ resumed: [], done: { files: 6 } });
});

it('takes a sample that is another one each time, and the same one when it resumes', async () => {
  const half = { dataset: null, share: 5_000 };
  const samples: number[][] = [];
  for (let seed = 1; seed <= 8; seed++) samples.push((await verify(half, { seed })).seen);
  expect(new Set(samples.map(String)).size).toBeGreaterThan(3);
  expect(new Set(samples.flat())).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  const seed = samples.findIndex((sample) => sample.length > 2) + 1;
  const sample = samples[seed - 1];
  await verify(half, { seed, stopAt: sample[2] });
  expect((await verify(half, { seed: seed + 1 })).seen.filter((file) => file !== 1)).toEqual(
    sample.slice(2).filter((file) => file !== 1),
  );
});

it('leaves out a file that is not done any more', async () => {
  await rig.database.pool.query("update landfall.file set state = 'undone' where file_id = 6");
  expect((await verify()).seen).toEqual([1, 2, 3, 4, 5]);
});
