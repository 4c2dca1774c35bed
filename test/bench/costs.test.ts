/**
 * What a row, a batch and a chunk cost, in counts: bytes, allocations, statements, commands. Counts are
 * the same on every machine and under every load, so that a change that makes the pipeline dearer fails
 * here and not in a bench that somebody happens to run. Bounds are what it costs today and a little more.
 */
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import trips from '../../datasets/trips/dataset.ts';
import { generateTrips } from '../../datasets/trips/generate.ts';
import { createKernel } from '../../kernel/kernel.ts';
import type { Batch, Kernel } from '../../kernel/types.ts';
import { sql } from '../../ledger/sql.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { enrichBatch } from '../../model/enrich/enrich.ts';
import { openQueues } from '../../platform/queue/index.ts';
import { describeRedis, redisUrl, type TestDatabase, testDatabase } from '../support/index.ts';
import { openStage } from '../workers/support.ts';

const csvOf = (rows: number, seed = 1) => Buffer.concat([...generateTrips({ rows, seed })]);
const dataset = compileDataset(trips);

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
afterEach(() => vi.restoreAllMocks());

/** A chunk of trips through the kernel. */
function parse(kernel: Kernel, csv: Buffer, onBatch: (batch: Batch) => void): void {
  const layout = { delimiter: ',', quote: '"', trim: false, fieldCount: 5, fieldOfColumn: [0, 1, 2, 3, 4] };
  kernel.begin(
    { ...layout, dialect: layout, columns: dataset.columns },
    { byteStart: 0, skipBytes: csv.indexOf(0x0a) + 1 },
  );
  for (let at = 0; ; ) {
    const batch = kernel.next();
    if (batch !== null) onBatch(batch);
    else if (at === csv.length) return;
    else {
      const space = kernel.inputSpace();
      const count = csv.copy(space, 0, at, at + Math.min(space.length, csv.length - at));
      at += count;
      kernel.filled(count, at === csv.length);
    }
  }
}

/** Bytes of typed arrays that `work` makes by their length. */
function bytesAllocated(work: () => void): number {
  let bytes = 0;
  const kinds = ['Int32Array', 'Float64Array', 'BigInt64Array', 'Uint8Array'] as const;
  for (const kind of kinds) {
    const counted = new Proxy(globalThis[kind], {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget);
        if (typeof args[0] === 'number') bytes += made.byteLength;
        return made;
      },
    });
    vi.stubGlobal(kind, counted);
  }
  try {
    work();
  } finally {
    vi.unstubAllGlobals();
  }
  return bytes;
}

/** End of what was ever written: the rest of the address space is zero and takes no memory. */
function bytesTouched(memory: ArrayBufferLike): number {
  const words = new Int32Array(memory);
  let end = words.length;
  while (end > 0 && words[end - 1] === 0) end--;
  return end * 4;
}

describe('a batch', () => {
  it("takes no more of the kernel's memory in the sixth chunk than in the second", async () => {
    const kernel = await createKernel();
    const used: number[] = [];
    for (let chunk = 0; chunk < 6; chunk++) {
      let memory = new ArrayBuffer(0) as ArrayBufferLike;
      parse(kernel, csvOf(70_000, chunk), ({ byteOffsets }) => (memory = byteOffsets.buffer));
      used.push(bytesTouched(memory));
    }
    expect(used[5]).toBe(used[1]);
    expect(used[5]).toBeGreaterThan(1 << 20);
    expect(used[5]).toBeLessThanOrEqual(12 << 20);
  });

  it('is enriched with arrays of no more than its computed columns need', async () => {
    const kernel = await createKernel();
    const perRow: number[] = [];
    parse(kernel, csvOf(40_000), (batch) => {
      perRow.push(bytesAllocated(() => enrichBatch(dataset, batch.vectors, batch.rows)) / batch.rows);
    });
    // Eight columns of four bytes: year, month, day, hour, time of day, week and two cells.
    expect(Math.max(...perRow)).toBeGreaterThan(0);
    expect(Math.max(...perRow)).toBeLessThanOrEqual(34);
  });
});

describe('a chunk', () => {
  it('costs so many bytes a row on the wire, in the table and in the lake', async () => {
    const rows = 30_000;
    const stage = await openStage(database, trips, csvOf(rows));
    const kernel = await createKernel();
    const encode = kernel.encodeCopyRows.bind(kernel);
    let wire = 0;
    kernel.encodeCopyRows = (fields, count) => {
      const encoded = encode(fields, count);
      wire += encoded.length;
      return encoded;
    };
    await stage.load(stage.jobs[0], { kernel });
    // A row as it lies in the table, its header and its line pointer of four bytes included.
    const [row] = (await stage.column(
      'select avg(pg_column_size(f) + 4)::float8 from star.fact_trip f',
    )) as number[];
    const [lake] = (await stage.column('select sum(bytes)::float8 from landfall.part')) as number[];
    expect(wire / rows).toBeLessThanOrEqual(62);
    expect(row).toBeLessThanOrEqual(60);
    expect(lake / rows).toBeLessThanOrEqual(53);
  });

  it('takes as many statements whatever its rows', async () => {
    const small = await statementsOf(1_000);
    const large = await statementsOf(80_000);
    expect(large).toEqual(small);
    // One of them asks which rollups the star has.
    expect(small.length).toBeLessThanOrEqual(10);
  });

  /** Statements that loading one chunk sends, its dimensions' members known. */
  async function statementsOf(rows: number): Promise<string[]> {
    // All of its dimensions' members are in the database after the same rows with another end of line.
    const stage = await openStage(database, trips, csvOf(rows, rows));
    const known = await openStage(database, trips, Buffer.concat([csvOf(rows, rows), Buffer.from('\n')]));
    await known.load(known.jobs[0]);
    const sent: string[] = [];
    const query = pg.Client.prototype.query;
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
      sent.push(statement(args[0]));
      return (query as (...all: unknown[]) => unknown).apply(this, args) as never;
    });
    await stage.load(stage.jobs[0]);
    vi.restoreAllMocks();
    return sent;
  }
});

describe('a group of small files', () => {
  const others = 3_000;
  const ids = Array.from({ length: 64 }, (_, i) => others + 1 + i);

  /** Rows of `landfall.file`, of the size that they have, that a statement looks at while the planner knows nothing of it. */
  async function rowsLookedAt(name: string, ...values: unknown[]): Promise<number> {
    const client = await database.pool.connect();
    try {
      await client.query('begin');
      await client.query('truncate landfall.file restart identity cascade');
      await client.query(
        `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, content_hash, chunks, layout)
         select 'trips', i::text, i::text, 'pool', 'landing', 1, '', case when i <= $1 then 'loading' else $2 end, i::text, 1,
           (select to_jsonb(array_agg(md5((i * j)::text))) from generate_series(1, 40) j)
         from generate_series(1, $3) i`,
        [others, name === 'groups/lock-group' ? 'discovered' : 'loading', others + ids.length],
      );
      await client.query(
        `insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start, state)
         select file_id, 0, 0, 1, 1, case when $1 then 'committed' else 'planned' end from landfall.file order by file_id`,
        [name === 'groups/finish-group'],
      );
      const { rows } = await client.query(`explain (analyze, format json) ${sql(name)}`, values);
      return rowsOf(rows[0]['QUERY PLAN'][0].Plan);
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  interface Plan {
    readonly 'Relation Name'?: string;
    readonly 'Actual Rows': number;
    readonly 'Actual Loops': number;
    readonly 'Rows Removed by Filter'?: number;
    readonly Plans?: readonly Plan[];
  }

  function rowsOf(plan: Plan): number {
    const own = plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0);
    const here = plan['Relation Name'] === 'file' ? own * plan['Actual Loops'] : 0;
    return here + (plan.Plans ?? []).reduce((sum, below) => sum + rowsOf(below), 0);
  }

  it.each([
    ['groups/lock-group', ids, ids.map((id) => `other ${id}`)],
    ['groups/claim-chunks', ids, 'worker'],
    ['groups/commit-chunks', ids, ids, ...[0, 0, 0, 0, 0, '{}', 0].map((value) => ids.map(() => value))],
    ['groups/finish-group', ids, ids.map(() => '{}'), ids.map(() => null), ids.map(() => null)],
    ['files/versioned-files', ids],
  ])('%s looks at its own files, however many others there are', async (name, ...values) => {
    const looked = await rowsLookedAt(name, ...values);
    expect(looked).toBeGreaterThanOrEqual(ids.length);
    expect(looked).toBeLessThanOrEqual(4 * ids.length);
  });
});

function statement(query: unknown): string {
  const { text } = query as { text?: string };
  return (typeof query === 'string' ? query : (text ?? 'copy'))
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(lock\(\d+, )\d+/g, '$1n')
    .slice(0, 60);
}

describe('the queue', () => {
  const chunks = 60;

  /** Hands out chunks to one worker with two slots; what `count` counts, a chunk. */
  async function perChunk(redis: string | null, count: () => number): Promise<number> {
    const scope = `costs-${redis === null ? 'postgres' : 'redis'}`;
    const queues = await openQueues({ databaseUrl: database.url, redisUrl: redis, scope, migrate: true });
    let finalise = () => {};
    const finalised = new Promise<void>((resolve) => (finalise = resolve));
    let handled = 0;
    const files = await queues.workFiles(async () => finalise());
    const work = await queues.workChunks(async () => void handled++, { concurrency: 2 });
    const before = count();
    const jobs = Array.from({ length: chunks }, (_, number) => ({
      ...{ fileId: 1, chunkId: number + 1, number, byteStart: number, byteEnd: number + 1 },
      ...{ dataset: 'trips', definitionVersion: dataset.version },
    }));
    await queues.submitChunks(1, jobs);
    await finalised;
    const counted = count() - before;
    await Promise.all([files.close(), work.close()]);
    await queues.remove();
    await queues.close();
    expect(handled).toBe(chunks);
    return counted / chunks;
  }

  it('on PostgreSQL sends few statements a chunk', async () => {
    const spy = vi.spyOn(pg.Client.prototype, 'query');
    expect(await perChunk(null, () => spy.mock.calls.length)).toBeLessThanOrEqual(4);
  });

  describeRedis('on Redis', () => {
    it('sends few commands a chunk', async () => {
      const spy = vi.spyOn(Redis.prototype, 'sendCommand');
      expect(await perChunk(redisUrl(), () => spy.mock.calls.length)).toBeLessThanOrEqual(4);
    });
  });
});
