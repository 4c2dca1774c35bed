import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKernel } from '../../../kernel/kernel.ts';
import {
  bigint,
  dateDimension,
  defineDataset,
  integer,
  lookup,
  text,
  timestamp,
  year,
} from '../../../model/index.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { openStorage } from '../../../platform/storage/index.ts';
import type { Sink, SinkChunk } from '../../../sinks/contract.ts';
import { QuarantinePart } from '../../../sinks/lake/quarantine.ts';
import { openSinks } from '../../../sinks/open-sinks.ts';
import { ChunkHold } from '../../../workers/chunk-hold.ts';
import { NdjsonSink } from '../../sinks/ndjson-sink.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { lineBorders, openStage, type Stage } from '../support.ts';

const rides = defineDataset({
  name: 'rides',
  columns: {
    id: bigint({ required: true }),
    station: text(),
    rider: integer(),
    at: timestamp({ required: true, zone: 'Europe/Rome' }),
    note: text(),
  },
  enrich: (c) => ({ year: year(c.at) }),
  lake: { partitionBy: ['year'] },
  star: {
    fact: 'fact_ride',
    dimensions: {
      station_key: lookup('dim_station', { name: 'station' }),
      rider_key: lookup('dim_rider', { rider: 'rider' }),
      date_key: dateDimension('dim_date', 'at'),
    },
    columns: ['id', 'at', 'note'],
  },
});
const header = 'id,station,rider,at,note\n';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

/** Rows 0 … count-1, a few members each, over two days of two years. */
function manyRows(count: number): string {
  const row = (i: number) =>
    `${i},station ${i % 7},${i % 11},${i % 2 ? 2018 : 2019}-01-01 0${i % 10}:00:00,note ${i}\n`;
  return Array.from({ length: count }, (_, i) => row(i)).join('');
}

/** Tools that call `hook` while the batch with that number (from 0) is being written, facts being copied. */
async function interrupted(stage: Stage, batchNumber: number, hook: () => Promise<unknown>) {
  const [lake, star] = openSinks({ pool: database.pool, lake: await openStorage(stage.lakeUrl) });
  let batches = 0;
  const open: Sink['open'] = async (chunk) => {
    const opened = await star.open(chunk);
    const write = opened.write.bind(opened);
    opened.write = async (batch) => {
      if (batches++ === batchNumber) await hook();
      return write(batch);
    };
    return opened;
  };
  const interrupting = Object.assign(Object.create(star) as Sink, { open });
  return { kernel: await createKernel({ batchRows: 256 }), sinks: [lake, interrupting] };
}

async function lakeFiles(stage: Stage): Promise<string[]> {
  const entries = await readdir(stage.lakeUrl, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** Every file of the lake with what is in it. */
async function lakeContent(stage: Stage): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for (const entry of await readdir(stage.lakeUrl, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) content.set(path, (await readFile(path)).toString('base64'));
  }
  return content;
}

/** Lines of the rejects in a chunk's quarantine part. */
async function quarantinedLines(stage: Stage, chunk: number): Promise<number[]> {
  const path = join(stage.lakeUrl, 'quarantine', stage.dataset.name, `f${stage.fileId}-c${chunk}.parquet`);
  const bytes = await readFile(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  return (await parquetReadObjects({ file })).map((row) => Number(row.line));
}

async function expectNothingLoaded(stage: Stage): Promise<void> {
  expect(await stage.column('select count(*) from star.fact_ride')).toEqual([0]);
  expect(await stage.ledger.parts(stage.fileId)).toEqual([]);
  expect(await stage.ledger.rejects(stage.fileId)).toEqual([]);
  expect((await stage.ledger.chunks(stage.fileId)).map((chunk) => chunk.state)).not.toContain('committed');
}

describe('loading a chunk', () => {
  it('loads rows, members, parts and rejects, each with its place', async () => {
    const csv = Buffer.from(
      `${header}1,Ponte,7,2018-05-01 00:30:00,"a ""quoted"" note\nof two lines"\n` +
        'two,Ponte,7,2018-05-01 00:30:00,\n' +
        '3,,,2018-12-31 23:59:59,ü\n' +
        '4,Ponte,x,2018-05-01 00:30:00,short\n' +
        '5,Ponte\n' +
        '6,Riva,-7,2018-05-02 12:00:00,\n',
    );
    const border = csv.indexOf('3,,,');
    const stage = await openStage(database, rides, csv, [border]);
    expect(await stage.load(stage.jobs[1])).toEqual({ parsed: 4, loaded: 2, rejected: 2, deduplicated: 0 });
    expect(await stage.load(stage.jobs[0])).toEqual({ parsed: 2, loaded: 1, rejected: 1, deduplicated: 0 });

    const facts = await database.pool.query(`
      select f.id, s.name, r.rider, f.date_key, d.date::text, f.at, f.note, f.chunk_id
      from star.fact_ride f join star.dim_station s using (station_key) join star.dim_rider r using (rider_key)
      join star.dim_date d using (date_key) order by id`);
    const [first, second] = stage.jobs.map((job) => job.chunkId);
    expect(facts.rows.map((row) => ({ ...row, at: row.at.toISOString() }))).toEqual([
      {
        id: 1,
        name: 'Ponte',
        rider: 7,
        date_key: 20180501,
        date: '2018-05-01',
        at: '2018-04-30T22:30:00.000Z',
        note: 'a "quoted" note\nof two lines',
        chunk_id: first,
      },
      {
        id: 3,
        name: null,
        rider: null,
        date_key: 20181231,
        date: '2018-12-31',
        at: '2018-12-31T22:59:59.000Z',
        note: 'ü',
        chunk_id: second,
      },
      {
        id: 6,
        name: 'Riva',
        rider: -7,
        date_key: 20180502,
        date: '2018-05-02',
        at: '2018-05-02T10:00:00.000Z',
        note: null,
        chunk_id: second,
      },
    ]);
    expect(await stage.column('select station_key from star.fact_ride where id = 3')).toEqual([0]);

    const rejects = await stage.ledger.rejects(stage.fileId);
    expect(rejects.map(({ line, byteOffset, column, code }) => ({ line, byteOffset, column, code }))).toEqual(
      [
        { line: 4, byteOffset: csv.indexOf('two,'), column: 'id', code: 'LF_REJECT_TYPE' },
        { line: 6, byteOffset: csv.indexOf('4,Ponte'), column: 'rider', code: 'LF_REJECT_TYPE' },
        { line: 7, byteOffset: csv.indexOf('5,Ponte'), column: null, code: 'LF_REJECT_FIELD_COUNT' },
      ],
    );
    expect(rejects[0].message).toBe('id: "two" is not a bigint.');
    expect(rejects[2].message).toBe('The row has 2 fields, not 5.');
    expect(rejects[2].raw).toBe('5,Ponte');

    const parts = await stage.ledger.parts(stage.fileId);
    expect(parts.map((part) => part.rows).reduce((a, b) => a + b)).toBe(3);
    const files = await lakeFiles(stage);
    const names = parts.map((part) => part.path.split('/').at(-1)!);
    const quarantined = [0, 1].map((number) => `f${stage.fileId}-c${number}.parquet`);
    expect(files.sort()).toEqual([...names, ...quarantined].sort());
    expect(await quarantinedLines(stage, 1)).toEqual([6, 7]);
  });

  it('gives a null to every member that has no natural key', async () => {
    const stage = await openStage(database, rides, Buffer.from(`${header}1,,,2018-05-01 00:30:00,\n`));
    await stage.load(stage.jobs[0]);
    const keys = await database.pool.query('select station_key, rider_key from star.fact_ride');
    expect(keys.rows).toEqual([{ station_key: 0, rider_key: 0 }]);
  });

  it('does nothing for a chunk that is committed', async () => {
    const stage = await openStage(database, rides, Buffer.from(header + manyRows(10)));
    expect(await stage.load(stage.jobs[0])).toMatchObject({ loaded: 10 });
    expect(await stage.load(stage.jobs[0])).toBeNull();
    expect(await stage.column('select count(*) from star.fact_ride')).toEqual([10]);
  });

  it('writes more rejects than it keeps in memory, between two copies of one transaction', async () => {
    const rows = Array.from({ length: 9000 }, (_, i) => `${i % 2 ? 'odd' : i},s,1,2018-01-01 00:00:00,\n`);
    const csv = Buffer.from(header + rows.join(''));
    const stage = await openStage(database, rides, csv);
    const kernel = await createKernel({ batchRows: 512 });
    const counts = await stage.load(stage.jobs[0], { kernel });
    expect(counts).toEqual({ parsed: 9000, loaded: 4500, rejected: 4500, deduplicated: 0 });
    const lines = await stage.column('select line from landfall.reject order by reject_id');
    expect(lines).toEqual(Array.from({ length: 4500 }, (_, i) => 3 + 2 * i));
    expect(await stage.column('select sum(id)::int from star.fact_ride')).toEqual([4499 * 4500]);
    expect(await quarantinedLines(stage, 0)).toEqual(lines);
  });
});

describe('a chunk with a third sink', () => {
  async function withThird(change: Partial<SinkChunk> = {}) {
    const stage = await openStage(database, rides, Buffer.from(header + manyRows(500)));
    const third = new NdjsonSink(join(stage.lakeUrl, '..', 'third'));
    const open = third.open.bind(third);
    third.open = async (chunk) => Object.assign(await open(chunk), change);
    const lake = await openStorage(stage.lakeUrl);
    const sinks = [third, ...openSinks({ pool: database.pool, lake })];
    const load = () => stage.load(stage.jobs[0], { sinks });
    return { stage, third, load };
  }

  it('is written to all of them, and the ledger has the account of each', async () => {
    const { stage, third, load } = await withThird();
    expect(await load()).toMatchObject({ loaded: 500 });
    expect((await third.idsOf(stage.fileId)).length).toBe(500);
    const [{ accounts }] = await stage.ledger.chunks(stage.fileId);
    const parts = await stage.ledger.parts(stage.fileId);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    expect(accounts).toEqual({
      lake: { rows: 500, bytes },
      star: { rows: 500, bytes: expect.any(Number) },
      ndjson: { rows: 500, bytes: expect.any(Number) },
    });
    expect(await stage.column('select count(*) from star.fact_ride')).toEqual([500]);
  });

  it.each<[string, RegExp, Partial<SinkChunk>]>([
    ['cannot be written', /no space/, { write: () => Promise.reject(new Error('no space')) }],
    ['cannot be prepared', /no space/, { prepare: () => Promise.reject(new Error('no space')) }],
    [
      'has counted other rows',
      /has 500 rows to load and the ndjson took 499/,
      { prepare: async () => ({ rows: 499, bytes: 0 }) },
    ],
  ])('leaves nothing in any of them where the third %s', async (_, message, change) => {
    const { stage, third, load } = await withThird(change);
    await expect(load()).rejects.toThrow(message);
    await expectNothingLoaded(stage);
    expect(await lakeFiles(stage)).toEqual([]);
    expect(await third.keys()).toEqual([]);
  });
});

describe('a chunk that does not get to its commit', () => {
  it('is given back in the middle of a batch of rejects', async () => {
    const csv = Buffer.from(header + 'odd,s,1,2018-01-01 00:00:00,\n'.repeat(1000));
    const stage = await openStage(database, rides, csv);
    const stopping = new AbortController();
    // The chunk has one batch, which is parsed by now; whoever stops the worker has the next turn.
    const addReject = vi.spyOn(QuarantinePart.prototype, 'add').mockImplementationOnce(async () => {
      setImmediate(() => stopping.abort(new Error('the worker is closing')));
    });
    const loading = stage.load(stage.jobs[0], { signal: stopping.signal });
    await expect(loading).rejects.toThrow('the worker is closing');
    expect(addReject.mock.calls.flatMap(([rejects]) => rejects).length).toBeLessThan(1000);
    addReject.mockRestore();
    await expectNothingLoaded(stage);
    expect(await stage.load(stage.jobs[0])).toMatchObject({ rejected: 1000 });
  });

  it('leaves nothing when its connection is cut in the middle of a copy, and is whole when it is tried again', async () => {
    const stage = await openStage(database, rides, Buffer.from(header + manyRows(5000)));
    // The server may not have come to the copy yet; its transaction is open all the same.
    const cut = async () => {
      const { rowCount } = await database.pool.query(`
        select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and state <> 'idle' and (query like 'copy%' or query like 'begin%')`);
      expect(rowCount).toBe(1);
    };
    const tools = await interrupted(stage, 5, cut);
    await expect(stage.load(stage.jobs[0], tools)).rejects.toThrow();
    await expectNothingLoaded(stage);
    expect(await lakeFiles(stage)).toEqual([]);

    expect(await stage.load(stage.jobs[0])).toMatchObject({ loaded: 5000 });
    expect(await stage.column('select count(distinct id) from star.fact_ride')).toEqual([5000]);
    expect(await stage.column('select count(*) from star.fact_ride')).toEqual([5000]);
  });

  it('is fenced off by a later claim that has committed', async () => {
    const stage = await openStage(database, rides, Buffer.from(header + manyRows(2000)));
    const tools = await interrupted(stage, 3, async () => {
      expect(await stage.load(stage.jobs[0])).toMatchObject({ loaded: 2000 });
    });
    const hold = new ChunkHold(stage.ledger, stage.jobs[0], 'slow');
    await expect(stage.load(stage.jobs[0], { ...tools, hold })).rejects.toThrow(/terminat/);
    expect(await stage.load(stage.jobs[0], { hold })).toBeNull();
    expect(await stage.column('select count(*) from star.fact_ride')).toEqual([2000]);
    const parts = await stage.ledger.parts(stage.fileId);
    expect((await lakeFiles(stage)).sort()).toEqual(parts.map((part) => part.path.split('/').at(-1)).sort());
  });

  it('is fenced off by a later claim that has not committed yet', async () => {
    const stage = await openStage(database, rides, Buffer.from(header + manyRows(2000)));
    const tools = await interrupted(stage, 3, () =>
      stage.ledger.claimChunk(stage.jobs[0].chunkId, 'another'),
    );
    const hold = new ChunkHold(stage.ledger, stage.jobs[0], 'slow');
    await expect(stage.load(stage.jobs[0], { ...tools, hold })).rejects.toThrow(/terminat/);
    await expect(stage.load(stage.jobs[0], { hold })).rejects.toThrow('another worker has taken');
    await expectNothingLoaded(stage);
    expect(await lakeFiles(stage)).toEqual([]);
  });

  it('does not wait for a worker that is silent with its commit prepared, and is not undone by it', async () => {
    const stage = await openStage(database, rides, Buffer.from(header + manyRows(2000)));
    const job = stage.jobs[0];
    const lake = await openStorage(stage.lakeUrl);
    // The first worker comes as far as its parts, which it begins to move when another has committed.
    let reached: () => void = () => {};
    let thaw: () => void = () => {};
    const frozen = new Promise<void>((resolve) => (reached = resolve));
    const thawed = new Promise<void>((resolve) => (thaw = resolve));
    const slowLake: Storage = Object.assign(Object.create(lake), {
      async moveFrom(source: Storage, from: string, key: string) {
        reached();
        await thawed;
        return lake.moveFrom(source === slowLake ? lake : source, from, key);
      },
    });
    const zombie = stage.load(job, { lake: slowLake });
    zombie.catch(() => {});
    await frozen;
    expect(await stage.load(job)).toMatchObject({ loaded: 2000 });
    const before = await lakeContent(stage);
    thaw();
    await expect(zombie).rejects.toThrow();
    expect(await lakeContent(stage)).toEqual(before);
    expect(before.size).toBeGreaterThan(0);
    expect(await stage.column('select count(*) from star.fact_ride')).toEqual([2000]);
    expect(await stage.column('select fencing_token from landfall.chunk')).toEqual([2]);
  });

  it('rolls back when it is told to give the chunk back', async () => {
    const stage = await openStage(database, rides, Buffer.from(header + manyRows(2000)));
    const stop = new AbortController();
    const tools = await interrupted(stage, 3, async () => stop.abort(new Error('give it back')));
    await expect(stage.load(stage.jobs[0], { ...tools, signal: stop.signal })).rejects.toThrow(
      'give it back',
    );
    await expectNothingLoaded(stage);
    expect(await lakeFiles(stage)).toEqual([]);
  });

  it('leaves nothing of a file that changed', async () => {
    const stage = await openStage(database, rides, Buffer.from(header + manyRows(100)));
    await writeFile(stage.path, header + manyRows(50));
    await expect(stage.load(stage.jobs[0])).rejects.toMatchObject({ code: 'LF_FILE_CHANGED' });
    await expectNothingLoaded(stage);
  });

  it('refuses a chunk that was planned with another definition', async () => {
    const stage = await openStage(database, rides, Buffer.from(header + manyRows(10)));
    const job = { ...stage.jobs[0], definitionVersion: '0123456789abcdef' };
    await expect(stage.load(job)).rejects.toMatchObject({ code: 'LF_DEFINITION_MISMATCH' });
    await expect(stage.load({ ...job, dataset: 'other' })).rejects.toMatchObject({
      code: 'LF_DATASET_UNKNOWN',
    });
    await expectNothingLoaded(stage);
  });
});

describe('chunks of one file', () => {
  it('give the same rows whatever their size and order', async () => {
    const csv = Buffer.from(header + manyRows(3000));
    const stage = await openStage(database, rides, csv, lineBorders(csv, 9000));
    expect(stage.jobs.length).toBeGreaterThan(10);
    const shuffled = [...stage.jobs].sort((a, b) => ((a.number * 7) % 13) - ((b.number * 7) % 13));
    for (let i = 0; i < shuffled.length; i += 2) {
      await Promise.all(shuffled.slice(i, i + 2).map((job) => stage.load(job)));
    }
    const rows = await database.pool.query(`
      select f.id, s.name, r.rider, f.note, to_char(f.at at time zone 'Europe/Rome', 'YYYY-MM-DD HH24:MI:SS') as at
      from star.fact_ride f join star.dim_station s using (station_key) join star.dim_rider r using (rider_key)
      order by id`);
    const lines = rows.rows.map((row) => `${row.id},${row.name},${row.rider},${row.at},${row.note}\n`);
    expect(header + lines.join('')).toBe(csv.toString());
  });
});
