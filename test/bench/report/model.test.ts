import { describe, expect, it } from 'vitest';
import { type Costs, costsOf, predict, type Site, workerNetwork } from '../../../bench/report/model.ts';
import type { QueueRun, Stages } from '../../../bench/report/results.ts';

const bytes = { csv: 128, wire: 60, star: 60, wal: 40, lake: 50 };
const costs: Costs = {
  workerSeconds: 1e-6,
  serverSeconds: 0.5e-6,
  bytes,
  rowsOfChunk: 250_000,
  chunksPerCore: 800,
};
const site: Site = {
  name: 'one',
  servers: 1,
  coresOfServer: 16,
  diskBytesPerSecond: 2e9,
  networkBytesPerSecond: 1.25e9,
};

describe('predict', () => {
  it('is the least of its limits', () => {
    expect(predict(costs, site, 4)).toMatchObject({ rowsPerSecond: 4e6, limit: 'workers' });
    expect(predict(costs, site, 128)).toMatchObject({ rowsPerSecond: 2e7, limit: 'server disk' });
    expect(predict(costs, { ...site, diskBytesPerSecond: 1e12 }, 128)).toMatchObject({
      limit: 'server network',
    });
    expect(predict(costs, { ...site, coresOfServer: 2 }, 128)).toMatchObject({
      rowsPerSecond: 4e6,
      limit: 'server CPU',
    });
  });

  it('has no server to wait for in a site of the lake alone', () => {
    expect(predict(costs, { ...site, servers: 0 }, 128)).toMatchObject({
      rowsPerSecond: 128e6,
      limit: 'workers',
    });
    expect(predict(costs, { ...site, servers: 0 }, 1000)).toMatchObject({
      rowsPerSecond: 2e8,
      limit: 'queue and ledger',
    });
  });
});

describe('costsOf', () => {
  const stages = {
    chunkBytes: 128_000,
    bytes,
    microsecondsOfCpu: { parse: 0.25, lake: 0.5, server: 0.75 },
  } as unknown as Stages;
  const run = { queue: 'redis', ledger: true, sleepMs: 0, postgresCpuMs: 2, redisCpuMs: 0.5 } as QueueRun;

  it('takes the server apart from the worker, and the dearest server of a chunk', () => {
    expect(costsOf(stages, [run, { ...run, ledger: false, postgresCpuMs: 9 }])).toEqual({
      workerSeconds: 0.75e-6,
      serverSeconds: 0.75e-6,
      bytes,
      rowsOfChunk: 1000,
      chunksPerCore: 500,
    });
  });

  it('counts the bytes of a file twice: it is scanned and loaded', () => {
    expect(workerNetwork(costs)).toBeCloseTo((256 + 50 + 60) / 1e-6);
  });
});
