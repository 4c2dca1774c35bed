/** What both backends of the queue promise, as one suite. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ChunkJob, ScanJob } from '../../../platform/queue/contract.ts';
import { GivenBack } from '../../../platform/queue/contract.ts';
import type { FilesJob, Queues, QueueWorker, WorkJob } from '../../../platform/queue/index.ts';
import { openQueues } from '../../../platform/queue/index.ts';

export interface Server {
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly asking?: number;
}

export function chunkJobs(fileId: number, count: number): ChunkJob[] {
  return Array.from({ length: count }, (_, number) => ({
    fileId,
    chunkId: fileId * 1000 + number,
    number,
    byteStart: number * 10,
    byteEnd: number * 10 + 10,
    dataset: 'trips',
    definitionVersion: '0123456789abcdef',
  }));
}

export function scanJobs(fileId: number, count: number): ScanJob[] {
  return Array.from({ length: count }, (_, number) => ({
    fileId,
    number,
    byteStart: number * 10,
    byteEnd: number * 10 + 10,
  }));
}

/** Resolves with the values once `expected` of them were put. */
function collector<T>(expected: number) {
  const values: T[] = [];
  let resolve: (values: T[]) => void;
  const all = new Promise<T[]>((done) => {
    resolve = done;
  });
  return {
    values,
    all,
    put(value: T) {
      values.push(value);
      if (values.length === expected) resolve(values);
    },
  };
}

let scopes = 0;

const soon = { timeout: 20_000, interval: 20 };

/** `when`: ms between two ticks; '-': never. */
const nextTick = (when: string, after: number) =>
  when === '-' ? null : (Math.floor(after / Number(when)) + 1) * Number(when);

export function queueConformance(open: () => Promise<Server & { close(): Promise<void> }>): void {
  let server: Server & { close(): Promise<void> };
  let queues: Queues;
  let workers: QueueWorker[] = [];
  const scope = () => `t${process.pid}-${scopes}`;

  async function fresh(lockMs = 1_000): Promise<void> {
    scopes += 1;
    queues = await openQueues({ ...server, scope: scope(), migrate: true, lockMs, retryMs: 20, nextTick });
  }

  beforeAll(async () => {
    server = await open();
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    workers = [];
    await queues.remove();
    await queues.close();
  });
  afterAll(async () => {
    await server.close();
  });

  async function workFiles(handler: (job: FilesJob) => Promise<void>): Promise<void> {
    workers.push(await queues.workFiles(handler));
  }
  async function workChunks(handler: Parameters<Queues['workChunks']>[0], concurrency = 2): Promise<void> {
    workers.push(await queues.workChunks(handler, { concurrency }));
  }

  it('runs every chunk once and then finalises', async () => {
    await fresh();
    const chunks: WorkJob[] = [];
    const files = collector<FilesJob & { after: number }>(1);
    await workFiles(async (job) => files.put({ ...job, after: chunks.length }));
    await workChunks(async (job) => void chunks.push(job));
    const jobs = chunkJobs(7, 20);
    await queues.submitChunks(7, jobs);
    expect(await files.all).toEqual([{ kind: 'finalise', fileId: 7, after: 20 }]);
    const seen = chunks.map((job) => (job.kind === 'chunk' ? job.chunk : null));
    expect(seen.sort((a, b) => a!.number - b!.number)).toEqual(jobs);
  });

  it('runs scans and then plans', async () => {
    await fresh();
    const scans: WorkJob[] = [];
    const files = collector<FilesJob>(1);
    await workFiles(async (job) => files.put(job));
    await workChunks(async (job) => void scans.push(job));
    await queues.submitScan(8, scanJobs(8, 3));
    expect(await files.all).toEqual([{ kind: 'plan', fileId: 8 }]);
    expect(scans.map((job) => job.kind === 'scan' && job.scan.number).sort()).toEqual([0, 1, 2]);
  });

  it('finalises a file without chunks', async () => {
    await fresh();
    const files = collector<FilesJob>(1);
    await workFiles(async (job) => files.put(job));
    await queues.submitChunks(9, []);
    expect(await files.all).toEqual([{ kind: 'finalise', fileId: 9 }]);
  });

  it('adds nothing when a flow is submitted again while it is unfinished', async () => {
    await fresh();
    await queues.submitChunks(1, chunkJobs(1, 5));
    await queues.submitChunks(1, chunkJobs(1, 5));
    expect(await queues.counts()).toMatchObject({
      work: { waiting: 5 },
      files: { waiting: 0, waitingForChildren: 1 },
    });
    const seen: number[] = [];
    const files = collector<FilesJob>(1);
    await workFiles(async (job) => files.put(job));
    await workChunks(async (job) => void seen.push(job.kind === 'chunk' ? job.chunk.number : -1));
    await files.all;
    expect(seen.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('finishes when what is left of a flow is submitted again half way', async () => {
    await fresh();
    const half = collector<number>(3);
    const files = collector<FilesJob>(1);
    const jobs = chunkJobs(2, 6);
    let open!: () => void;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await workFiles(async (job) => files.put(job));
    await queues.submitChunks(2, jobs);
    await workChunks(async (job) => {
      if (job.kind !== 'chunk') return;
      half.put(job.chunk.number);
      if (job.chunk.number >= 2) await gate;
    }, 1);
    await half.all;
    await queues.submitChunks(2, jobs.slice(2));
    open();
    await files.all;
    expect(half.values.sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('leaves nothing behind when a file is finished', async () => {
    await fresh();
    const files = collector<FilesJob>(2);
    await workFiles(async (job) => files.put(job));
    await workChunks(async (job) => {
      if (job.kind === 'chunk' && job.chunk.number === 1) throw new Error('bad chunk');
    });
    await queues.submitChunks(3, chunkJobs(3, 3));
    await files.all;
    await Promise.all(workers.map((worker) => worker.close()));
    workers = [];
    const nothing = { waiting: 0, active: 0, delayed: 0, waitingForChildren: 0, failed: 0 };
    expect(await queues.counts()).toEqual({ files: nothing, work: nothing });
  }, 30_000);

  it('tries a chunk five times, then tells the files queue at once and still runs the parent', async () => {
    await fresh();
    const files = collector<FilesJob>(2);
    const tries: { attempt: number; lastAttempt: boolean }[] = [];
    await workFiles(async (job) => files.put(job));
    await workChunks(async (job, { attempt, lastAttempt }) => {
      if (job.kind !== 'chunk' || job.chunk.number !== 0) return;
      tries.push({ attempt, lastAttempt });
      throw new Error('cannot be read');
    });
    await queues.submitChunks(4, chunkJobs(4, 2));
    expect((await files.all).map((job) => `${job.kind} ${'fileId' in job ? job.fileId : ''}`).sort()).toEqual(
      ['abandon 4', 'finalise 4'],
    );
    expect(tries.map((one) => one.attempt)).toEqual([1, 2, 3, 4, 5]);
    expect(tries.map((one) => one.lastAttempt)).toEqual([false, false, false, false, true]);
  }, 30_000);

  it('counts no attempt when a handler gives a job back, and hands it out again', async () => {
    await fresh();
    const files = collector<FilesJob>(1);
    const tries: { attempt: number; givenBack: number }[] = [];
    await workFiles(async (job) => files.put(job));
    await workChunks(async (_, { attempt, givenBack }) => {
      tries.push({ attempt, givenBack });
      if (tries.length < 8) throw new GivenBack(10, new Error('not here'));
    });
    await queues.submitChunks(14, chunkJobs(14, 1));
    expect(await files.all).toEqual([{ kind: 'finalise', fileId: 14 }]);
    expect(tries).toEqual(Array.from({ length: 8 }, (_, givenBack) => ({ attempt: 1, givenBack })));
  }, 30_000);

  it('hands a group of chunks to one worker, once however often it is queued, and then its files on', async () => {
    await fresh();
    const chunks = [1, 2, 3].flatMap((fileId) => chunkJobs(fileId, 1));
    await queues.submitGroup(chunks);
    await queues.submitGroup(chunks);
    const groups: WorkJob[] = [];
    const files = collector<FilesJob>(2);
    await workFiles(async (job) => files.put(job));
    await workChunks(async (job) => void groups.push(job));
    await queues.submitGroup(chunks.slice(0, 2));
    const ended = (await files.all).map((job) => JSON.stringify(job)).sort();
    expect(ended).toEqual(
      [
        { fileIds: [1, 2, 3], kind: 'group' },
        { fileIds: [1, 2], kind: 'group' },
      ]
        .map((job) => JSON.stringify(job))
        .sort(),
    );
    expect(groups).toHaveLength(2);
    expect(groups).toContainEqual({ kind: 'group', chunks });
  });

  it('keeps scopes apart', async () => {
    await fresh();
    const other = await openQueues({ ...server, scope: `${scope()}-other`, lockMs: 1_000 });
    const taken: number[] = [];
    const stranger = await other.workChunks(
      async (job) => void taken.push(job.kind === 'chunk' ? job.chunk.fileId : 0),
      {
        concurrency: 1,
      },
    );
    await queues.submitChunks(5, chunkJobs(5, 3));
    const mine = collector<number>(3);
    await workChunks(async (job) => mine.put(job.kind === 'chunk' ? job.chunk.fileId : 0));
    expect(await mine.all).toEqual([5, 5, 5]);
    expect(taken).toEqual([]);
    await stranger.close();
    await other.remove();
    await other.close();
  });

  it('takes a one-chunk file before the waiting chunks of a large one', async () => {
    await fresh();
    await queues.submitChunks(6, chunkJobs(6, 3));
    await queues.submitChunks(60, chunkJobs(60, 1));
    const order = collector<number>(4);
    await workChunks(async (job) => order.put(job.kind === 'chunk' ? job.chunk.fileId : 0), 1);
    expect(await order.all).toEqual([60, 6, 6, 6]);
  });

  it('gives jobs back when a worker is closed by force, without using up an attempt', async () => {
    await fresh(60_000);
    await queues.submitChunks(10, chunkJobs(10, 1));
    const started = collector<number>(1);
    const first = await queues.workChunks(
      async (_job, { signal, attempt }) => {
        started.put(attempt);
        await once(signal, 'abort');
        throw new Error('stopped');
      },
      { concurrency: 1 },
    );
    await started.all;
    await first.close({ force: true });
    const again = collector<number>(1);
    await workChunks(async (_job, { attempt }) => again.put(attempt));
    expect(await again.all).toEqual([1]);
  });

  it('ticks when it is told to, as long as it is', async () => {
    await fresh();
    const ticks: string[] = [];
    const counted = (source: string) => ticks.filter((one) => one === source).length;
    const api = { dataset: 'sales', source: 'api', when: '200' };
    await queues.schedule([api, { ...api, source: 'never', when: '-' }, { ...api, source: 'gone' }]);
    await queues.schedule([api, { ...api, source: 'crm' }]);
    await queues.schedule([api, { ...api, source: 'crm' }]);
    await workFiles(async (job) => {
      if (job.kind !== 'tick') throw new Error(`a job ${job.kind}`);
      ticks.push(`${job.dataset}.${job.source}`);
    });
    await expect.poll(() => Math.min(counted('sales.api'), counted('sales.crm')), soon).toBeGreaterThan(2);
    await queues.schedule([{ ...api, when: '3600000' }]);
    // Those that were under way have come.
    await expect
      .poll(async () => (await queues.counts()).files, soon)
      .toMatchObject({ delayed: 1, active: 0, waiting: 0 });
    const before = ticks.length;
    expect(new Set(ticks)).toEqual(new Set(['sales.api', 'sales.crm']));
    expect(ticks.length).toBe(before);
  });

  it('ticks once for many that were missed', async () => {
    await fresh();
    await queues.schedule([{ dataset: 'sales', source: 'api', when: '100' }]);
    await expect.poll(async () => (await queues.counts()).files.delayed, soon).toBe(1);
    const until = Date.now() + 500;
    await expect.poll(() => Date.now(), soon).toBeGreaterThan(until);
    const { waiting, delayed } = (await queues.counts()).files;
    expect(waiting + delayed).toBe(1);
  });

  it('takes over the chunk of a killed worker', async () => {
    await fresh();
    await queues.submitChunks(11, chunkJobs(11, 1));
    const settings = {
      databaseUrl: server.databaseUrl,
      redisUrl: server.redisUrl,
      scope: scope(),
      lockMs: 1_000,
    };
    const victim = fork(fileURLToPath(new URL('./victim.ts', import.meta.url)), [JSON.stringify(settings)], {
      execArgv: ['--import', 'jiti/register'],
    });
    await once(victim, 'message');
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    const taken = collector<{ number: number; attempt: number }>(1);
    const files = collector<FilesJob>(1);
    await workFiles(async (job) => files.put(job));
    await workChunks(async (job, { attempt }) =>
      taken.put({ number: job.kind === 'chunk' ? job.chunk.number : -1, attempt }),
    );
    expect(await taken.all).toEqual([{ number: 0, attempt: 1 }]);
    expect(await files.all).toEqual([{ kind: 'finalise', fileId: 11 }]);
  }, 30_000);
}
