import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger, type LedgerFile, type NewFile } from '../../ledger/ledger.ts';
import { openRejects } from '../../ledger/tables/rejects.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';

let database: TestDatabase;
let ledger: Ledger;
let landed = 0;

beforeAll(async () => {
  database = await testDatabase();
  ledger = new Ledger(database.pool);
  await ledger.saveDefinition('00000000000000aa', 'trips', { columns: ['region'] });
  await ledger.saveDefinition('00000000000000aa', 'trips', { columns: ['other'] });
});
afterAll(() => database.drop());

const layout: FileLayout = {
  delimiter: ',',
  quote: '"',
  trim: false,
  encoding: 'utf-8',
  headerBytes: 10,
  header: ['region'],
  fieldCount: 1,
  fieldOfColumn: [0],
};
const error = { code: 'LF_INTERNAL', message: 'it broke', fix: 'fix it' };

function newFile(values: Partial<NewFile> = {}): NewFile {
  const name = `file-${++landed}.csv`;
  const url = `file:///landing/trips/${name}`;
  return {
    dataset: 'trips',
    name,
    url,
    scope: 'pool',
    origin: 'landing',
    bytes: 3000,
    fingerprint: '1',
    ...values,
  };
}

function plan(contentHash: string, chunks = 3) {
  const numbers = Array.from({ length: chunks }, (_, number) => number);
  return {
    contentHash,
    definitionVersion: '00000000000000aa',
    layout,
    chunks: numbers.map((number) => ({
      number,
      byteStart: number * 1000,
      byteEnd: (number + 1) * 1000,
      lineStart: number * 10 + 1,
    })),
  };
}

async function loadingFile(chunks = 3): Promise<{ file: LedgerFile; jobs: ChunkJob[] }> {
  const file = await ledger.addFile(newFile());
  await ledger.startScan(file.fileId, '00000000000000aa', layout);
  const jobs = await ledger.planFile(file.fileId, plan(`sha256:${file.fileId}`, chunks));
  return { file, jobs };
}

function commit(job: ChunkJob, fencingToken: number, more: { rejects?: number; loaded?: number } = {}) {
  const loaded = more.loaded ?? 9;
  const rejected = more.rejects ?? 1;
  const rejects = Array.from({ length: rejected }, (_, i) => ({
    byteOffset: job.byteStart + i,
    byteLength: 10,
    line: i + 1,
    column: i % 2 ? 'region' : null,
    code: i % 2 ? 'LF_REJECT_TYPE' : 'LF_REJECT_FIELD_COUNT',
    message: `"quoted", {braced} \\ and NUL \0`,
    raw: `a,"b\n",é\0`,
  }));
  return {
    chunkId: job.chunkId,
    fileId: job.fileId,
    fencingToken,
    definitionVersion: job.definitionVersion,
    rows: { parsed: loaded + rejected, loaded, rejected, deduplicated: 0 },
    accounts: {
      lake: {
        ...{ rows: loaded, bytes: 500 },
        parts: [{ path: `trips/f${job.fileId}-c${job.number}.parquet`, rows: loaded, bytes: 500 }],
      },
      star: { rows: loaded, bytes: 90 * loaded },
    },
    rejects,
  };
}

/** As a worker does: false rolls back. */
async function commitAlone(value: ReturnType<typeof commit>): Promise<boolean> {
  const fenced = new Error('fenced off');
  return inTransaction(database.pool, async (client) => {
    if (!(await ledger.commitChunk(client, value))) throw fenced;
    return true;
  }).catch((thrown) => {
    if (thrown !== fenced) throw thrown;
    return false;
  });
}

function fail(fileId: number) {
  return inTransaction(database.pool, (client) => ledger.failFile(client, fileId, error));
}

describe('a file in flight', () => {
  it('is noted once while it is in flight', async () => {
    const landing = newFile();
    const [first, second] = await Promise.all([ledger.addFile(landing), ledger.addFile(landing)]);
    expect(second.fileId).toBe(first.fileId);
    expect(first).toMatchObject({
      ...landing,
      state: 'discovered',
      contentHash: null,
      receipt: null,
      startedAt: null,
    });
    const changed = await ledger.addFile({ ...landing, fingerprint: '2' });
    expect(changed.fileId).not.toBe(first.fileId);
    await fail(first.fileId);
    const again = await ledger.addFile(landing);
    expect(again.fileId).not.toBe(first.fileId);
  });

  it('was seen when the file landed that it is of, also where that was seen before', async () => {
    const first = await ledger.addFile(newFile());
    expect(first.seenAt).toEqual(first.landedAt);
    await database.pool.query(`update landfall.file set seen_at = '2020-01-01' where file_id = $1`, [
      first.fileId,
    ]);
    const linked = (kind: 'reloads' | 'replays' | 'corrects', fingerprint: string) =>
      ledger.addFile({ ...newFile(), fingerprint, link: { kind, fileId: first.fileId } });
    const [reload, replay, correction] = [
      await linked('reloads', 'a'),
      await linked('replays', 'b'),
      await linked('corrects', 'c'),
    ];
    expect([reload.seenAt, replay.seenAt]).toEqual([new Date('2020-01-01Z'), new Date('2020-01-01Z')]);
    expect(correction.seenAt).toEqual(correction.landedAt);
  });

  it('is scanned; a repeated scan replaces the first', async () => {
    const file = await ledger.addFile(newFile());
    await ledger.startScan(file.fileId, '00000000000000aa', layout);
    const piece = {
      byteStart: 0,
      byteEnd: 3000,
      endState: [0, 1, 2, 3],
      firstRecordStart: [5, 6, -1, 7],
      linesBefore: [1, 1, 0, 1],
      lines: 30,
    } as const;
    const result = [piece];
    const job = { fileId: file.fileId, number: 0, byteStart: 0, byteEnd: 3000 };
    await ledger.saveScan(job, Buffer.alloc(32, 1), result);
    await ledger.saveScan(job, Buffer.alloc(32, 7), result);
    const scans = await ledger.scans(file.fileId);
    expect(scans).toEqual([
      { number: 0, byteStart: 0, byteEnd: 3000, blockHashes: Buffer.alloc(32, 7), result, stream: null },
    ]);
    expect(await ledger.file(file.fileId)).toMatchObject({ state: 'scanning', layout });
  });

  it('is planned once: a second plan returns the first', async () => {
    const { file, jobs } = await loadingFile();
    expect(jobs.map((job) => [job.number, job.byteStart, job.byteEnd])).toEqual([
      [0, 0, 1000],
      [1, 1000, 2000],
      [2, 2000, 3000],
    ]);
    expect(jobs[0]).toMatchObject({
      fileId: file.fileId,
      dataset: 'trips',
      definitionVersion: '00000000000000aa',
    });
    expect(await ledger.planFile(file.fileId, plan('sha256:other', 1))).toEqual(jobs);
    expect(await ledger.file(file.fileId)).toMatchObject({
      state: 'loading',
      chunks: 3,
      contentHash: `sha256:${file.fileId}`,
    });
  });

  it('is planned once when two do it at the same moment', async () => {
    const file = await ledger.addFile(newFile());
    const plans = [1, 2, 3].map((chunks) =>
      ledger.planFile(file.fileId, plan(`sha256:race-${file.fileId}`, chunks)),
    );
    const [one, two, three] = await Promise.all(plans);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
  });

  it('may have no chunk at all', async () => {
    const file = await ledger.addFile(newFile({ bytes: 0 }));
    expect(await ledger.planFile(file.fileId, plan('sha256:nothing', 0))).toEqual([]);
    expect(await ledger.file(file.fileId)).toMatchObject({ state: 'loading', chunks: 0 });
  });

  it('is not loaded beside another one with its content', async () => {
    const { file } = await loadingFile();
    const hash = `sha256:${file.fileId}`;
    const copy = await ledger.addFile(newFile());
    expect(await ledger.findContent('trips', hash, copy.fileId)).toMatchObject({ fileId: file.fileId });
    expect(await ledger.findContent('trips', hash, file.fileId)).toBeNull();
    expect(await ledger.findContent('citibike', hash, copy.fileId)).toBeNull();
    await expect(ledger.planFile(copy.fileId, plan(hash))).rejects.toMatchObject({
      code: 'LF_FILE_DUPLICATE',
    });
    expect(
      await ledger.moveFile(copy.fileId, 'duplicate', { duplicateOf: file.fileId, contentHash: hash }),
    ).toBe(true);
    await fail(file.fileId);
    expect(await ledger.findContent('trips', hash, copy.fileId)).toBeNull();
  });
});

describe('a chunk', () => {
  it('commits rows, parts and rejects once', async () => {
    const { file, jobs } = await loadingFile();
    const claim = await ledger.claimChunk(jobs[1].chunkId, 'worker-1');
    expect(claim).toMatchObject({ fencingToken: 1, lineStart: 11, file: { fileId: file.fileId, layout } });
    expect(await commitAlone(commit(jobs[1], 1, { rejects: 4501 }))).toBe(true);
    expect(await commitAlone(commit(jobs[1], 1))).toBe(false);
    expect(await ledger.claimChunk(jobs[1].chunkId, 'worker-2')).toBeNull();

    const [, chunk] = await ledger.chunks(file.fileId);
    expect(chunk).toMatchObject({
      state: 'committed',
      worker: 'worker-1',
      rows: { parsed: 4510, loaded: 9, rejected: 4501, deduplicated: 0 },
      parts: 1,
    });
    expect(await ledger.parts(file.fileId)).toMatchObject([
      { path: `trips/f${file.fileId}-c1.parquet`, rows: 9, bytes: 500, chunkId: jobs[1].chunkId },
    ]);
    expect(await ledger.rejectCounts(file.fileId)).toEqual({
      LF_REJECT_FIELD_COUNT: 2251,
      LF_REJECT_TYPE: 2250,
    });
    const [first, second] = await ledger.rejects(file.fileId, { limit: 2 });
    expect(first).toMatchObject({ byteOffset: 1000, line: 1, column: null, raw: 'a,"b\n",é\u2400' });
    expect(second).toMatchObject({
      byteOffset: 1001,
      column: 'region',
      message: '"quoted", {braced} \\ and NUL \u2400',
    });
    expect((await ledger.recentRejects(1))[0]).toMatchObject({ fileId: file.fileId, line: 4501 });
    const open: number[] = [];
    for await (const { byteOffset } of openRejects(database.pool, file.fileId)) open.push(byteOffset);
    expect(open).toEqual(Array.from({ length: 4501 }, (_, i) => 1000 + i));
  });

  it('is fenced against a worker that lost it', async () => {
    const { file, jobs } = await loadingFile();
    const zombie = await ledger.claimChunk(jobs[0].chunkId, 'zombie');
    const heir = await ledger.claimChunk(jobs[0].chunkId, 'heir');
    expect([zombie?.fencingToken, heir?.fencingToken]).toEqual([1, 2]);
    expect(await commitAlone(commit(jobs[0], 1, { loaded: 1000 }))).toBe(false);
    expect(await ledger.rejects(file.fileId)).toEqual([]);
    expect(await commitAlone(commit(jobs[0], 2))).toBe(true);
    expect(await commitAlone(commit(jobs[0], 1, { loaded: 1000 }))).toBe(false);
    expect((await ledger.chunks(file.fileId))[0].rows.loaded).toBe(9);
  });

  it('commits once when two commit at the same moment', async () => {
    const { file, jobs } = await loadingFile(1);
    await ledger.claimChunk(jobs[0].chunkId, 'one');
    const outcomes = await Promise.all([commitAlone(commit(jobs[0], 1)), commitAlone(commit(jobs[0], 1))]);
    expect(outcomes.sort()).toEqual([false, true]);
    expect(await ledger.rejects(file.fileId)).toHaveLength(1);
  });

  it('replaces its own parts when it is loaded again', async () => {
    const { file, jobs } = await loadingFile(1);
    await ledger.claimChunk(jobs[0].chunkId, 'one');
    await commitAlone(commit(jobs[0], 1));
    await database.pool.query(`update landfall.chunk set state = 'planned' where chunk_id = $1`, [
      jobs[0].chunkId,
    ]);
    await ledger.claimChunk(jobs[0].chunkId, 'two');
    expect(await commitAlone(commit(jobs[0], 2, { loaded: 12 }))).toBe(true);
    expect((await ledger.parts(file.fileId)).map((part) => part.rows)).toEqual([12]);
  });

  it('can fail for good', async () => {
    const { file, jobs } = await loadingFile(1);
    await ledger.failChunk(jobs[0].chunkId, error);
    expect((await ledger.chunks(file.fileId))[0]).toMatchObject({ state: 'failed', error });
    expect(await ledger.claimChunk(jobs[0].chunkId, 'late')).toBeNull();
  });
});

describe('a failing file', () => {
  it('lets none of its chunks commit any more', async () => {
    const { file, jobs } = await loadingFile(2);
    const claim = await ledger.claimChunk(jobs[0].chunkId, 'one');
    await fail(file.fileId);
    expect(await commitAlone(commit(jobs[0], claim!.fencingToken))).toBe(false);
    expect(await ledger.claimChunk(jobs[1].chunkId, 'two')).toBeNull();
  });

  it('waits for a commit under way and then takes it back', async () => {
    const { file, jobs } = await loadingFile(1);
    await ledger.claimChunk(jobs[0].chunkId, 'one');
    let failing: Promise<unknown> = Promise.resolve();
    await inTransaction(database.pool, async (client) => {
      expect(await ledger.commitChunk(client, commit(jobs[0], 1))).toBe(true);
      failing = inTransaction(database.pool, (other) => ledger.failFile(other, file.fileId, error));
      await expect(Promise.race([failing, client.query('select pg_sleep(0.1)')])).resolves.toHaveProperty(
        'rows',
      );
    });
    expect(await failing).toEqual(error);
    expect(await ledger.file(file.fileId)).toMatchObject({ state: 'failed', error });
    expect(await ledger.parts(file.fileId)).toEqual([]);
    expect(await ledger.rejects(file.fileId)).toHaveLength(1);
    const [progress] = await ledger.fileProgress([file.fileId]);
    expect(progress).toMatchObject({
      parts: 0,
      bytesCommitted: 0,
      rows: { parsed: 10, loaded: 0, rejected: 1 },
    });
  });

  it('has failed for the first reason that is given', async () => {
    const { file } = await loadingFile(1);
    const later = { code: 'LF_CHUNK_LOST', message: 'later', fix: 'none' };
    const fail = (why: typeof later) =>
      inTransaction(database.pool, (client) => ledger.failFile(client, file.fileId, why));
    expect(await fail(error)).toEqual(error);
    expect(await fail(later)).toEqual(error);
    expect(await ledger.file(file.fileId)).toMatchObject({ state: 'failed', error });
  });

  it('stays failed', async () => {
    const { file } = await loadingFile(1);
    await fail(file.fileId);
    expect(await ledger.moveFile(file.fileId, 'finish')).toBe(false);
    expect(await ledger.moveFile(file.fileId, 'unload', { url: 'file:///failed/x.csv' })).toBe(true);
    expect(await ledger.file(file.fileId)).toMatchObject({
      state: 'failed',
      url: 'file:///failed/x.csv',
      error,
    });
  });
});

describe('progress', () => {
  it('counts committed chunks, and keeps the sums when the file is finished', async () => {
    const before = await ledger.totals();
    const { file, jobs } = await loadingFile(3);
    for (const job of jobs.slice(0, 2)) {
      await ledger.claimChunk(job.chunkId, 'one');
      await commitAlone(commit(job, 1));
    }
    const expected = {
      fileId: file.fileId,
      bytes: 3000,
      bytesCommitted: 2000,
      bytesSeen: 2000,
      chunks: 3,
      chunksCommitted: 2,
      parts: 2,
      rows: { parsed: 20, loaded: 18, rejected: 2, deduplicated: 0 },
    };
    const [loading] = await ledger.fileProgress([file.fileId, -1]);
    expect(loading).toMatchObject({ ...expected, state: 'loading', finishedAt: null });
    const during = await ledger.totals();
    await ledger.finishFile(file.fileId, { file: file.name } as Receipt, 'done');
    const [done] = await ledger.fileProgress([file.fileId]);
    expect(done).toMatchObject({ ...expected, state: 'done' });
    expect(Date.parse(done.finishedAt!)).toBeGreaterThanOrEqual(Date.parse(done.startedAt!));
    expect(await ledger.totals()).toEqual({ ...during, filesDone: before.filesDone + 1 });
    expect(during.rows.loaded - before.rows.loaded).toBe(18);
    expect(during.bytesCommitted - before.bytesCommitted).toBe(2000);
    expect((await ledger.file(file.fileId))?.receipt).toEqual({ file: file.name });
  });

  it('of late and the sums over the rest make the whole', async () => {
    await database.pool.query(
      `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, rows_loaded, finished_at)
       select 'trips', 'old-' || i, 'file:///old/' || i, 'pool', 'landing', 7, '1', 'done', 2, now() - interval '1 day'
       from generate_series(1, 150) i`,
    );
    const totals = await ledger.totals();
    const { files, base } = await ledger.recentProgress();
    expect(files).toEqual(await ledger.fileProgress('recent'));
    expect(files.length + base.files).toBe(totals.files);
    expect(base.files).toBeGreaterThanOrEqual(50);
    expect(base.rows.loaded).toBe(2 * base.files);
    const sum = files.reduce((bytes, file) => bytes + file.bytes, base.bytes);
    expect(sum).toBe(totals.bytes);
    const unfinished = (await ledger.unfinishedFiles('pool')).map((file) => file.fileId);
    expect(files.map((file) => file.fileId)).toEqual(expect.arrayContaining(unfinished));
  });

  it('finds files by what is known of them', async () => {
    const one = await ledger.addFile(newFile({ scope: 'ingest-1', origin: 'ingest' }));
    const two = await ledger.addFile(newFile({ scope: 'ingest-1', origin: 'ingest', name: one.name }));
    const ids = async (filter: Parameters<Ledger['files']>[0]) =>
      (await ledger.files(filter)).map((f) => f.fileId);
    expect(await ids({ scope: 'ingest-1' })).toEqual([one.fileId, two.fileId]);
    expect(await ids({ name: one.name, limit: 1 })).toEqual([two.fileId]);
    expect(await ids({ url: two.url })).toEqual([two.fileId]);
    expect(await ids({ scope: 'ingest-1', states: ['done'] })).toEqual([]);
    expect(await ids({ dataset: 'citibike' })).toEqual([]);
  });
});

describe('announcements', () => {
  it('come with the commit, and once for each change', async () => {
    const client = await database.pool.connect();
    const heard: string[] = [];
    client.on('notification', (message) => heard.push(message.payload!));
    await client.query('listen landfall_change');
    try {
      const { file, jobs } = await loadingFile(2);
      await ledger.claimChunk(jobs[1].chunkId, 'one');
      await commitAlone(commit(jobs[1], 1));
      await commitAlone(commit(jobs[1], 1));
      await inTransaction(database.pool, (other) => ledger.failFile(other, file.fileId, error));
      await client.query('select 1');
      const [{ fileId }, counts] = [file, { tookMs: expect.any(Number), rejected: 1 }];
      expect(heard.map((payload) => JSON.parse(payload))).toEqual([
        { fileId, kind: 'file' },
        { fileId, kind: 'file' },
        { fileId, kind: 'file' },
        { ...{ fileId, kind: 'chunk', chunkNumber: 1, worker: 'one', rows: 10 }, ...counts },
        { fileId, kind: 'chunk' },
        { fileId, kind: 'file' },
      ]);
    } finally {
      client.release(true);
    }
  });
});
