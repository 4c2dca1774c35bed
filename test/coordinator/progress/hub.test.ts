import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGate } from '../../../coordinator/http/security.ts';
import { createSocketServer } from '../../../coordinator/http/socket.ts';
import { createHub, type Hub } from '../../../coordinator/progress/hub.ts';
import type { ProgressLedger } from '../../../coordinator/progress/source.ts';
import { dismiss } from '../../../ledger/actions.ts';
import { noteFailure } from '../../../ledger/tables/marts.ts';
import { openTicks, type Ticks } from '../../../ledger/ticks.ts';
import type { Receipt } from '../../../platform/file-receipt.ts';
import type { FileProgress, SourceRun } from '../../../platform/progress/progress.ts';
import { redisUrl, type TestDatabase, testDatabase } from '../../support/index.ts';
import { chunkBytes, tickOf, Watcher, Yard } from './support.ts';

let database: TestDatabase;
let yard: Yard;
let ticks: Ticks;
let hub: Hub;
let http: Server;
let sockets: ReturnType<typeof createSocketServer>;
let url: string;
const watchers: Watcher[] = [];
const warnings: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  yard = new Yard(database);
  ticks = await openTicks({ redisUrl: redisUrl() }, database);
});
afterAll(async () => {
  await ticks.close();
  await database.drop();
});

beforeEach(async () => {
  hub = await createHub({
    ledger: yard.ledger,
    databaseUrl: database.url,
    ticks,
    log: { warn: (_details, message) => warnings.push(message) },
  });
  sockets = createSocketServer({ hub, gate: createGate({ host: '127.0.0.1', port: 0, token: null }) });
  http = createServer().on('upgrade', sockets.upgrade);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `ws://127.0.0.1:${(http.address() as { port: number }).port}/progress`;
});
afterEach(async () => {
  for (const watcher of watchers.splice(0)) await watcher.close();
  await hub.close();
  sockets.close();
  await new Promise((resolve) => http.close(resolve));
  expect(warnings).toEqual([]);
});

/** A client of the running hub, from the start or from where another stopped. */
function watch(from?: Watcher): Watcher {
  const view = from?.view ?? null;
  const watcher = new Watcher(view ? `${url}?epoch=${view.epoch}&seq=${view.seq}` : url, view);
  watchers.push(watcher);
  return watcher;
}

function fileIn(
  view: { state: { files: readonly FileProgress[] } },
  fileId: number,
): FileProgress | undefined {
  return view.state.files.find((file) => file.fileId === fileId);
}

it('says that nothing is new, again and again, without counting it', async () => {
  const watcher = watch();
  await expect.poll(() => watcher.beats.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
  expect(watcher.view).toMatchObject({ seq: hub.snapshot().seq });
});

describe('the stream', () => {
  it('begins with a snapshot of the ledger and goes on with changes numbered without a gap', async () => {
    const before = await yard.plan(2);
    const watcher = watch();
    await watcher.until((view) => fileIn(view, before.file.fileId)?.state === 'loading');
    await yard.commit(before.jobs[0]);
    await watcher.until((view) => fileIn(view, before.file.fileId)?.chunksCommitted === 1);
    await yard.commit(before.jobs[1], 3);
    await yard.ledger.moveFile(before.file.fileId, 'finish');
    const view = await watcher.until((view) => fileIn(view, before.file.fileId)?.state === 'done');

    expect(watcher.messages[0].type).toBe('snapshot');
    expect(watcher.changes.length).toBeGreaterThanOrEqual(2);
    let { seq } = watcher.messages[0];
    for (const change of watcher.changes) {
      expect(change).toMatchObject({ from: seq, seq: seq + 1, epoch: watcher.messages[0].epoch });
      seq = change.seq;
    }
    expect(fileIn(view, before.file.fileId)).toMatchObject({
      bytes: 2 * chunkBytes,
      bytesCommitted: 2 * chunkBytes,
      bytesSeen: 2 * chunkBytes,
      rows: { parsed: 20, loaded: 17, rejected: 3, deduplicated: 0 },
      parts: 2,
    });
    expect(view.state.rejects.filter((reject) => reject.fileId === before.file.fileId)).toHaveLength(3);
  });

  it('ends in the same state whether it was followed or begun late', async () => {
    const early = watch();
    await early.until(() => true);
    const { file, jobs } = await yard.plan(3);
    for (const job of jobs) await yard.commit(job, 1);
    await ticks.publish(tickOf({ workerId: 'w-late' }));
    await early.until(
      (view) => view.state.workers.length === 1 && fileIn(view, file.fileId)?.chunksCommitted === 3,
    );
    const late = watch();
    await late.until(() => true);
    await early.until((view) => view.seq >= late.view!.seq);
    await late.until((view) => view.seq >= early.view!.seq);
    const sorted = (watcher: Watcher) => ({
      ...watcher.view!.state,
      files: [...watcher.view!.state.files].sort((a, b) => a.fileId - b.fileId),
    });
    expect(sorted(late)).toEqual(sorted(early));
  });

  it('counts all files in the totals, as the ledger does', async () => {
    const { jobs } = await yard.plan(2);
    await yard.commit(jobs[0], 2);
    const watcher = watch();
    const expected = await yard.ledger.totals();
    const view = await watcher.until(({ state }) => state.totals.rows.parsed === expected.rows.parsed);
    const { rowsPerSecond, bytesPerSecond, ...totals } = view.state.totals;
    expect({ rowsPerSecond: 0, bytesPerSecond: 0, ...totals }).toEqual(expected);
  });

  it('drops a file that is taken out of the ledger, and its sums', async () => {
    const { file, jobs } = await yard.plan(1);
    await yard.commit(jobs[0]);
    const watcher = watch();
    await watcher.until((view) => fileIn(view, file.fileId) !== undefined);
    await database.pool.query('delete from landfall.file where file_id = $1', [file.fileId]);
    const view = await watcher.until((view) => fileIn(view, file.fileId) === undefined);
    const { rows, files } = await yard.ledger.totals();
    expect(view.state.totals).toMatchObject({ rows, files });
  });

  it('serves listeners in the same process', async () => {
    const types: string[] = [];
    const stop = hub.subscribe((message) => types.push(message.type));
    const watcher = watch();
    const { file } = await yard.plan(1);
    await watcher.until((view) => fileIn(view, file.fileId)?.state === 'loading');
    stop();
    const heard = types.length;
    await yard.plan(1);
    await watcher.until((view) => view.state.totals.files > 0 && view.seq > watcher.messages[0].seq + 1);
    expect(types[0]).toBe('snapshot');
    expect(types.slice(1).every((type) => type === 'change')).toBe(true);
    expect(types).toHaveLength(heard);
  });
});

describe('resuming', () => {
  it('gets every change that was missed, and no snapshot', async () => {
    const first = watch();
    await first.until(() => true);
    const other = watch();
    await first.close();
    const { file, jobs } = await yard.plan(3);
    for (const job of jobs) {
      await yard.commit(job);
      await other.until((view) => fileIn(view, file.fileId)?.chunksCommitted === job.number + 1);
    }
    const again = watch(first);
    const view = await again.until((view) => view.seq >= other.view!.seq);
    expect(again.messages.map(({ type }) => type)).not.toContain('snapshot');
    expect(again.changes[0].from).toBe(first.view!.seq);
    expect(again.changes.length).toBeGreaterThanOrEqual(3);
    expect(fileIn(view, file.fileId)?.chunksCommitted).toBe(3);
  });

  it('gets nothing until something happens when it missed nothing', async () => {
    const first = watch();
    await first.until(() => true);
    const again = watch(first);
    const { file } = await yard.plan(1);
    await again.until((view) => fileIn(view, file.fileId) !== undefined);
    expect(again.messages.map(({ type }) => type)).not.toContain('snapshot');
  });

  it('gets a snapshot for an epoch or a number that this hub does not know', async () => {
    const { epoch } = hub.snapshot();
    for (const query of [`?epoch=gone&seq=1`, `?epoch=${epoch}&seq=999999`]) {
      const watcher = new Watcher(url + query);
      watchers.push(watcher);
      await watcher.until(() => true);
      expect(watcher.messages[0]).toMatchObject({ type: 'snapshot', epoch });
    }
  });
});

describe('ticks', () => {
  it('move a file between commits, and its commit does not count them twice', async () => {
    const watcher = watch();
    const { file, jobs } = await yard.plan(4);
    await watcher.until((view) => fileIn(view, file.fileId)?.chunks === 4);
    const slot = (chunkNumber: number, bytesRead: number) =>
      ({ fileId: file.fileId, chunkNumber, step: 'loading', bytesRead, bytes: chunkBytes, rows: 7 }) as const;
    await ticks.publish(tickOf({ workerId: 'w1', slots: [slot(0, 600), slot(1, 250)] }));
    await watcher.until((view) => fileIn(view, file.fileId)?.bytesSeen === 850);
    expect(fileIn(watcher.view!, file.fileId)?.bytesCommitted).toBe(0);

    await yard.commit(jobs[0]);
    await watcher.until((view) => fileIn(view, file.fileId)?.bytesSeen === chunkBytes + 250);
    // Sent before the worker knew of the commit, heard after it.
    await ticks.publish(tickOf({ workerId: 'w1', slots: [slot(0, 1000), slot(1, 300)] }));
    await watcher.until((view) => fileIn(view, file.fileId)?.bytesSeen === chunkBytes + 300);
  });

  it('show workers, and take those off that leave', async () => {
    const watcher = watch();
    await watcher.until(() => true);
    await ticks.publish(tickOf({ workerId: 'w-stays' }));
    await ticks.publish(tickOf({ workerId: 'w-leaves' }));
    await watcher.until((view) => view.state.workers.length === 2);
    await ticks.publish(tickOf({ workerId: 'w-leaves', left: true }));
    const view = await watcher.until((view) => view.state.workers.length === 1);
    expect(view.state.workers[0]).toEqual(tickOf({ workerId: 'w-stays' }));
    expect(watcher.changes.at(-1)?.gone).toEqual({ workers: ['w-leaves'] });
  });

  it('that stop coming make the worker a silent one, until it reports again', async () => {
    const watcher = watch();
    const sentAt = Date.now();
    await ticks.publish(tickOf({ workerId: 'w-dies' }));
    await watcher.until((view) => view.state.workers.length === 1);
    const { state } = await watcher.until((view) => view.state.workers.length === 0);
    expect(state.silent).toEqual([{ ...tickOf({ workerId: 'w-dies' }), heardAt: expect.any(String) }]);
    expect(Math.abs(Date.parse(state.silent[0].heardAt) - sentAt)).toBeLessThan(2000);
    await ticks.publish(tickOf({ workerId: 'w-dies' }));
    await watcher.until((view) => view.state.workers.length === 1 && view.state.silent.length === 0);
    await ticks.publish(tickOf({ workerId: 'w-dies', left: true }));
    await watcher.until((view) => view.state.workers.length === 0 && view.state.silent.length === 0);
  });
});

describe('outage', () => {
  const full = { with: 'lake', code: 'LF_STORAGE', message: 'it is full', fix: 'make room' } as const;

  it('is shown once, however many have it, with the time since when, until nobody has it any more', async () => {
    const watcher = watch();
    const told = (since: string) => [{ ...full, since }];
    await ticks.publish(tickOf({ workerId: 'one', outages: told('2018-05-01T10:00:01Z') }));
    await ticks.publish(tickOf({ workerId: 'two', outages: told('2018-05-01T10:00:00Z') }));
    await watcher.until((view) => view.state.outages.length === 1);
    hub.setOutage('finalising', full);
    hub.setOutage('queue', { ...full, with: 'queue', code: 'LF_QUEUE_LOST', message: 'it is gone' });
    await watcher.until((view) => view.state.outages.length === 2);
    await ticks.publish(tickOf({ workerId: 'one' }));
    await ticks.publish(tickOf({ workerId: 'two', left: true }));
    hub.setOutage('queue', null);
    const view = await watcher.until((view) => view.state.outages.length === 1);
    expect(view.state.outages[0]).toMatchObject(full);
    hub.setOutage('finalising', null);
    await watcher.until((view) => view.state.outages.length === 0);
  });
});

describe('files of unknown datasets', () => {
  const lost = {
    dataset: 'taxi',
    name: 'may.csv',
    bytes: 12,
    error: {
      code: 'LF_DATASET_UNKNOWN',
      message: 'There is no dataset taxi.',
      fix: 'Run `landfall init may.csv`.',
    },
  };

  it('are shown with the command that would help, under one id, until they are gone', async () => {
    const watcher = watch();
    await watcher.until(() => true);
    const { files } = hub.snapshot().state.totals;
    hub.setUnknown([lost]);
    const first = (
      await watcher.until((view) => view.state.files.some((file) => file.state === 'unknown'))
    ).state.files.find((file) => file.state === 'unknown')!;
    expect(first).toMatchObject({ ...lost, state: 'unknown', bytesCommitted: 0 });
    expect(first.fileId).toBeLessThan(0);
    hub.setUnknown([{ ...lost, name: 'june.csv' }, lost]);
    const view = await watcher.until(
      (view) => view.state.files.filter((file) => file.state === 'unknown').length === 2,
    );
    expect(fileIn(view, first.fileId)?.name).toBe('may.csv');
    expect(view.state.totals.files).toBe(files);
    hub.setUnknown([]);
    await watcher.until((view) => view.state.files.every((file) => file.state !== 'unknown'));
  });
});

describe('docs/progress.md', () => {
  it('lists the members of every message as they are', async () => {
    const { file, jobs } = await yard.plan(2);
    const watcher = watch();
    await yard.commit(jobs[0], 1);
    const slot = {
      fileId: file.fileId,
      chunkNumber: 1,
      step: 'reading',
      bytesRead: 1,
      bytes: chunkBytes,
      rows: 1,
    } as const;
    const outage = {
      with: 'lake',
      code: 'LF_STORAGE',
      message: 'it is full',
      fix: 'make room',
      since: '2018-05-01T00:00:00.000Z',
    } as const;
    await ticks.publish(tickOf({ workerId: 'w-doc', slots: [slot], outages: [outage] }));
    await watcher.until((view) => view.state.outages.length > 0);
    await ticks.publish(tickOf({ workerId: 'w-gone' }));
    await watcher.until((view) => view.state.workers.some((worker) => worker.workerId === 'w-gone'));
    await ticks.publish(tickOf({ workerId: 'w-gone', left: true }));
    await watcher.until((view) => view.state.workers.every((worker) => worker.workerId !== 'w-gone'));
    const fault = { code: 'LF_MART_REFRESH', message: 'division by zero', fix: 'fix it' };
    const broken = { dataset: 'sales', file: 'sales.ts', error: fault };
    await noteFailure(database.pool, { dataset: 'sales', name: 'ratios' }, fault);
    await watcher.until((view) => view.state.marts.length > 0);
    await dismiss(database.pool, { kind: 'mart', key: 'sales.ratios', occurrence: '' }, null);
    await watcher.until((view) => view.state.attention.endsWith('-2'));
    const at = '2026-11-28T08:30:00.000Z';
    hub.setFreshness([{ dataset: 'trips', state: 'late', window: at, due: at, since: at, missed: 1 }]);
    const run: SourceRun = {
      ...{ kind: 'live', window: null, state: 'done', pages: 1, bytes: 2, dueAt: at, error: null },
      ...{ startedAt: at, endedAt: at },
    };
    const source = { dataset: 'trips', source: 'api', kind: 'http', schedule: null, cursor: null };
    const standing = {
      missing: [],
      last: run,
      next: null,
      waiting: 0,
      scheduled: null,
      lateSince: null,
      queueFault: null,
    };
    hub.setSources([{ ...source, ...standing }]);
    hub.setDefinitions({ names: () => ['trips'], broken: () => [broken] });
    await watcher.until((view) => view.state.definitions.broken.length === 1);
    const checks = [{ name: 'cheap', ok: false, severity: 'warn', detail: '{"id":1}' }];
    await database.pool.query(
      `insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, state, finished_at, receipt)
       values ('trips', 'told.csv', 'file:///told.csv', 'pool', 'landing', 1, 'x', 'done', now(), $1)`,
      [JSON.stringify({ checks })],
    );
    await watcher.until((view) => view.state.files.some(({ findings }) => findings.length > 0));
    await ticks.publish(tickOf({ workerId: 'w-silent' }));
    await watcher.until((view) => view.state.silent.some(({ workerId }) => workerId === 'w-silent'));
    await ticks.publish(tickOf({ workerId: 'w-doc', slots: [slot] }));
    await watcher.until((view) => view.state.workers.some(({ workerId }) => workerId === 'w-doc'));
    const snapshot = hub.snapshot();
    const { state } = snapshot;
    const changeMembers = watcher.changes.flatMap((change) => Object.keys(change));
    const samples: Record<string, object> = {
      snapshot,
      change: Object.fromEntries(changeMembers.map((name) => [name, null])),
      state,
      file: state.files.find((one) => one.fileId === file.fileId)!,
      rows: state.totals.rows,
      worker: state.workers.find((worker) => worker.workerId === 'w-doc')!,
      silent: state.silent[0],
      slot: state.workers.find((worker) => worker.workerId === 'w-doc')!.slots[0],
      commit: watcher.changes.flatMap((change) => change.commits ?? [])[0],
      totals: state.totals,
      reject: state.rejects[0],
      throughput: snapshot.history![0],
      outage: state.outages[0],
      mart: state.marts[0],
      freshness: state.freshness[0],
      source: state.sources[0],
      run: state.sources[0].last!,
      finding: state.files.find((one) => one.findings.length > 0)!.findings[0],
      definitions: state.definitions,
      broken: state.definitions.broken[0],
    };
    const documented = documentedMembers();
    expect(Object.keys(documented).sort()).toEqual(Object.keys(samples).sort());
    for (const [name, sample] of Object.entries(samples)) {
      expect(documented[name], name).toEqual(Object.keys(sample).sort());
    }
  });
});

/** Members that docs/progress.md lists under each heading of its chapter on messages, sorted. */
function documentedMembers(): Record<string, string[]> {
  const text = readFileSync(new URL('../../../docs/progress.md', import.meta.url), 'utf8');
  const chapter = text.split('\n## Messages\n')[1].split('\n## ')[0];
  return Object.fromEntries(
    chapter
      .split('\n### ')
      .slice(1)
      .map((section) => [
        section.split('\n')[0],
        [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name).sort(),
      ]),
  );
}

it('asks how long a large file took, when it starts and when one is done', async () => {
  const asked: number[][] = [];
  const spans: unknown[] = [];
  const ledger: ProgressLedger = Object.create(yard.ledger, {
    loadSpans: {
      value: async (fileIds: readonly number[]) => {
        asked.push([...fileIds]);
        spans.push(...(await yard.ledger.loadSpans(fileIds)));
        return spans.slice(-1);
      },
    },
  });
  const load = async () => {
    const { file, jobs } = await yard.plan(4);
    for (const job of jobs) await yard.commit(job);
    // Claimed, committed and done 10 and 14 seconds later.
    await database.pool.query(
      `update landfall.chunk set claimed_at = now() - interval '14 s', committed_at = now() - interval '4 s' where file_id = $1`,
      [file.fileId],
    );
    await yard.ledger.finishFile(file.fileId, { file: file.name } as Receipt, 'done');
    await database.pool.query(
      `update landfall.file set finished_at = (select max(committed_at) + interval '4 s' from landfall.chunk where file_id = $1) where file_id = $1`,
      [file.fileId],
    );
    return file.fileId;
  };
  const first = await load();
  const log = { warn: (_details: object, message: string) => warnings.push(message) };
  const own = await createHub({ ledger, databaseUrl: database.url, ticks, log });
  try {
    expect(asked[0]).toEqual([first]);
    expect(spans[0]).toEqual({ fileId: first, loadMs: 10_000, endMs: 4000 });
    await expect.poll(() => asked.flat()).toContain(await load());
  } finally {
    await own.close();
  }
});
