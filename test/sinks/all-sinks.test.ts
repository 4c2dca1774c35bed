import type pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { undoFile } from '../../coordinator/commands/undo.ts';
import { verifyRecorded } from '../../coordinator/commands/verify.ts';
import { finaliseFile } from '../../coordinator/finalise/finalise.ts';
import { countSinks, reconcile } from '../../coordinator/finalise/reconcile.ts';
import { failFile } from '../../coordinator/finalise/unload.ts';
import { planFileAgain } from '../../coordinator/plan/plan-again.ts';
import type { LedgerChunk, LedgerFile } from '../../ledger/ledger.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import { loadRegistry } from '../../model/registry.ts';
import { removeFromSinks, SinkChunks, SinkGroups } from '../../sinks/all-sinks.ts';
import type { Sink, SinkChunk, SinkGroup } from '../../sinks/contract.ts';
import { contextOf, openRig, type Rig, sales, salesCsv, salesWith } from '../coordinator/support.ts';

const names = ['first', 'second', 'third'] as const;
const dataset = compileDataset(sales);

/** What was asked of sinks, as `sink: what`. */
let asked: string[] = [];
afterEach(() => {
  asked = [];
});
const ofEach = (what: string) => names.map((name) => `${name}: ${what}`);

/** A sink that notes what is asked of it and counts nine rows; `change` replaces some of it. */
function recording(name: string, change: Partial<Sink> = {}): Sink {
  const note = (what: string) => void asked.push(`${name}: ${what}`);
  const chunk: SinkChunk = {
    write: async () => note('write'),
    writeRejects: async () => note('writeRejects'),
    async prepare() {
      note('prepare');
      return { rows: 9, bytes: name.length };
    },
    publish: async () => note('publish'),
    abort: async () => note('abort'),
  };
  const group: SinkGroup = {
    open: async () => chunk,
    prepare: async () => {
      note('prepare group');
      return new Map();
    },
    publish: async () => note('publish group'),
    abort: async () => note('abort group'),
  };
  return {
    ...{
      name,
      capabilities: { transactional: false },
      takes: () => true,
      ddl: () => [],
      limits: () => [],
      setUp: async () => {},
    },
    open: async () => chunk,
    openGroup: () => group,
    async count(files, { recount }) {
      note(`count ${files.length}${recount ? ' again' : ''}`);
      return files.map(() => ({ rows: 9, bytes: 0, counts: { found: 9 } }));
    },
    async remove(_, { chunkIds }) {
      note(`remove ${chunkIds}`);
      return null;
    },
    sweep: async ({ fileId }) => note(`sweep ${fileId}`),
    ...change,
  };
}

const all = names.map((name) => recording(name));
const notTaken = recording('other', { takes: () => false });

describe('a chunk', () => {
  it('is written, prepared, published and aborted in each sink, in their order', async () => {
    const chunk = await SinkChunks.open(all, (sink) => sink.open({} as never));
    await chunk.write({} as never);
    await chunk.writeRejects([]);
    expect(await chunk.prepare()).toEqual({
      first: { rows: 9, bytes: 5 },
      second: { rows: 9, bytes: 6 },
      third: { rows: 9, bytes: 5 },
    });
    await chunk.publish();
    await chunk.abort();
    const steps = ['write', 'writeRejects', 'prepare', 'publish', 'abort'];
    expect(asked).toEqual(steps.flatMap(ofEach));
  });

  it('is aborted in the sinks where it is open when another sink cannot open it', async () => {
    const broken = { ...all[2], open: async () => Promise.reject(new Error('away')) };
    const opening = SinkChunks.open([all[0], all[1], broken], (sink) => sink.open({} as never));
    await expect(opening).rejects.toThrow('away');
    expect(asked).toEqual(['first: abort', 'second: abort']);
  });

  it('of a group is prepared, published and aborted in each sink that the dataset has', async () => {
    const groups = new SinkGroups([...all, notTaken], dataset);
    await (await groups.open({} as never)).write({} as never);
    await groups.prepare({} as never);
    await groups.publish();
    await groups.abort();
    expect(asked).toEqual(['write', 'prepare group', 'publish group', 'abort group'].flatMap(ofEach));
  });
});

describe('the accounts of a file', () => {
  const chunk = {
    ...{ chunkId: 7, fileId: 1, number: 0, byteStart: 0, byteEnd: 50, state: 'committed' },
    rows: { parsed: 9, loaded: 9, rejected: 0, deduplicated: 0 },
  } as LedgerChunk;
  const file = {
    fileId: 1,
    dataset: 'sales',
    name: 'x.csv',
    bytes: 50,
    chunks: 1,
    fingerprint: 'f',
  } as LedgerFile;
  const lake = recording('lake', {
    count: async (files) => files.map(() => ({ rows: 9, bytes: 0, counts: { parts: 9 }, faults: [] })),
  });
  const short = (name: string) =>
    recording(name, {
      count: async (files) => files.map(() => ({ rows: 8, bytes: 0, counts: { found: 8 } })),
    });
  const broken = (checks: readonly { readonly name: string; readonly ok: boolean }[]) =>
    checks.filter(({ ok }) => !ok).map(({ name }) => name);

  it.each(names)('do not agree when the %s sink counts another number of rows', async (name) => {
    const sinks = [...all.map((sink) => (sink.name === name ? short(name) : sink)), notTaken];
    const known = { chunks: [chunk], parts: [] };
    const [counts] = await countSinks(sinks, dataset, [known], { recount: false });
    expect(Object.keys(counts)).toEqual(names);
    const accounts = { ...known, file, rejectsByCode: {}, fingerprint: 'f', sinks: counts };
    expect(broken(reconcile(accounts))).toEqual([`rows in the ${name}`]);
  });

  it.each(names)('are counted again by verify, also in the %s sink', async (name) => {
    const sinks = [lake, ...all.map((sink) => (sink.name === name ? short(name) : sink)), notTaken];
    const tools = { pool: null as unknown as pg.Pool, sinks };
    const recorded = {
      file: { ...file, state: 'done' as const },
      chunks: [chunk],
      parts: [],
      rejectsByCode: {},
    };
    const [verified] = await verifyRecorded(tools, dataset, [recorded]);
    expect(broken(verified.checks)).toEqual([`rows in the ${name}`]);
    expect(asked).toEqual(ofEach('count 1 again').filter((what) => !what.startsWith(name)));
  });
});

it('tells what a person has dropped, and asks the other sinks all the same', async () => {
  const gone: string[] = [];
  const dropped = recording('first', { remove: async () => 'the table' });
  const about = { fileId: 1, dataset: 'sales' };
  const file = { file: about, definition: dataset, chunkIds: [7, 8], ended: true, snapshotId: null };
  const sinks = [dropped, all[1], notTaken, all[2]];
  await removeFromSinks(sinks, null as unknown as pg.ClientBase, file, (what) => gone.push(what));
  expect(gone).toEqual(['the table']);
  expect(asked).toEqual(['second: remove 7,8', 'third: remove 7,8']);
});

describe('a file that is loaded', () => {
  let rig: Rig;
  afterEach(() => rig.close());

  /** Its chunk is committed; the coordinator and the worker have ended. */
  const loaded = async (state: 'loading' | 'done') => {
    rig = await openRig();
    await rig.start();
    await rig.drop('sales/x.csv', salesCsv(9));
    await rig.untilFirstIs('loading');
    if (state === 'loading') await rig.coordinator.close();
    const worker = await rig.startWorker();
    const committed = `select count(*) from landfall.chunk where state = 'committed'`;
    while ((await rig.column(committed))[0] !== 1) await new Promise((resolve) => setTimeout(resolve, 10));
    if (state === 'done') await rig.receipts(1);
    await worker.close();
    return { ...(await contextOf(rig)), sinks: [...all, notTaken] };
  };
  const removed = [...ofEach('remove 1'), ...ofEach('sweep 1')];

  it('is undone in each sink that it was loaded into', async () => {
    const context = await loaded('done');
    await undoFile(context, 1, 'a test');
    expect(asked.filter((what) => !what.startsWith('other'))).toEqual(removed);
    expect(asked).not.toContain('other: remove 1');
  });

  it('is unloaded from each sink when it fails', async () => {
    const context = await loaded('loading');
    await failFile(context, { fileId: 1 }, { code: 'LF_CHECK', message: 'it was wrong', fix: 'fix it' });
    expect(asked.filter((what) => !what.startsWith('other'))).toEqual(removed);
    expect(asked).not.toContain('other: remove 1');
  });

  it('is taken back from each sink when it is planned again', async () => {
    const context = await loaded('loading');
    const registry = await loadRegistry({ builtin: [salesWith({ fact: 'fact_sold' })], paths: [] });
    const file = (await context.ledger.file(1))!;
    const again = await planFileAgain({ ...context, registry }, file, { evenCommitted: true });
    expect(again).toMatchObject({ fileId: 2, state: 'discovered' });
    expect(asked.filter((what) => !what.startsWith('other'))).toEqual(removed);
    expect(asked).not.toContain('other: remove 1');
  });

  const free = `insert into star.fact_sale (shop_key, id, amount, chunk_id) values (0, 0, 0, 0)`;
  it.each([
    { inTurn: true, state: 'failed' },
    { inTurn: false, state: 'done' },
  ])('ends in each sink, before its data checks if files end in turn: $inTurn', async ({ inTurn, state }) => {
    const context = await loaded('loading');
    const sinks = names.map((name) =>
      recording(name, {
        inTurn: () => inTurn && name === 'second',
        async end(client, _, files, snapshotId) {
          asked.push(`${name}: end ${files[0].file.fileId} ${files[0].chunkIds} in ${snapshotId}`);
          // Found by a data check that runs later.
          if (name === 'third') await client.query(free);
          return new Map();
        },
      }),
    );
    const { sinks: real } = await contextOf(rig);
    const ended = await finaliseFile({ ...context, sinks: [...real, ...sinks] }, 1, true);
    expect(ended?.state).toBe(state);
    expect(asked.filter((what) => what.includes('end'))).toEqual(ofEach('end 1 1 in 1'));
    const snapshots = await rig.column('select snapshot_id from landfall.snapshot');
    expect(snapshots).toEqual(state === 'done' ? [1] : []);
  });
});
