import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../ledger/ledger.ts';
import {
  type ChunkEvent,
  type ChunkState,
  chunkTransitions,
  drawing,
  type FileEvent,
  type FileState,
  fileTransitions,
  runTransitions,
  stateOf,
} from '../../ledger/states.ts';
import { finishGroup, planGroup } from '../../ledger/tables/groups.ts';
import { planAgain } from '../../ledger/tables/plan-again.ts';
import { undoFiles } from '../../ledger/tables/undo.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { isFinished } from '../../platform/progress/progress.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';
import { plays } from '../support/long.ts';

const version = '00000000000000aa';
const layout = { delimiter: ',', header: [], fieldOfColumn: [] } as unknown as FileLayout;
const error = { code: 'LF_INTERNAL', message: 'it was wrong', fix: 'fix it' };

let database: TestDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await testDatabase();
  ledger = new Ledger(database.pool);
  await ledger.saveDefinition(version, 'trips', {});
});
afterAll(async () => {
  await database.drop();
});

describe('the tables', () => {
  it('are drawn as they are', () => {
    const indented = (table: string, by: string) => table.replaceAll(/^/gm, by).replaceAll(/ +$/gm, '');
    const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    for (const table of [drawing(fileTransitions), drawing(chunkTransitions), drawing(runTransitions)]) {
      expect(read('ledger/states.ts')).toContain(indented(table, ' *   '));
      expect(read('ARCHITECTURE.md')).toContain(table);
    }
  });

  it('end where the rest of Landfall takes a file to be finished', () => {
    for (const state of Object.keys(fileTransitions) as FileState[]) {
      if (state === 'failing') continue;
      expect(fileTransitions[state].fail === 'failing', state).toBe(!isFinished(state));
    }
  });
});

/**
 * What may be asked of a file and its chunks. `together`: by the statements for groups, where there are any; a file is
 * renewed even if chunks are committed.
 */
type Action = FileAction | ChunkAction;

const fileActions = [
  'scan',
  'plan',
  'finalise',
  'finish',
  'fail',
  'fail and unload',
  'duplicate',
  'undo',
  'renew',
] as const;
const chunkActions = ['claim', 'release', 'commit', 'fail'] as const;

interface FileAction {
  readonly file: (typeof fileActions)[number];
  readonly together: boolean;
}

interface ChunkAction {
  readonly chunk: (typeof chunkActions)[number];
  readonly number: number;
  readonly together: boolean;
}

/** What the tables say becomes of it. */
interface Model {
  file: FileState;
  readonly chunks: ChunkState[];
  /** Claims of each chunk that were granted. */
  readonly claims: number[];
}

/** A file on the real ledger, and what the tables say of it. */
class Walk {
  readonly model: Model = { file: 'discovered', chunks: [], claims: [] };
  /** Chunks that a worker has. */
  private readonly held = new Set<number>();
  private fileId: number;
  private readonly chunkCount: number;
  /** Numbers that it has had. */
  private readonly retired: number[] = [];
  private jobs: ChunkJob[] = [];

  private constructor(fileId: number, chunkCount: number) {
    this.fileId = fileId;
    this.chunkCount = chunkCount;
  }

  static async begin(chunkCount: number): Promise<Walk> {
    const name = `walk-${walks++}.csv`;
    const about = { dataset: 'trips', name, url: `file:///${name}`, fingerprint: '1', bytes: 10 };
    const file = await ledger.addFile({ ...about, scope: 'pool', origin: 'landing' });
    return new Walk(file.fileId, chunkCount);
  }

  async seen(): Promise<Model> {
    const [file, chunks] = await Promise.all([ledger.file(this.fileId), ledger.chunks(this.fileId)]);
    for (const fileId of this.retired) expect(await ledger.file(fileId)).toBeNull();
    const claims = chunks.map(({ fencingToken }) => fencingToken);
    return { file: stateOf(file!), chunks: chunks.map(({ state }) => state), claims };
  }

  async take(action: Action): Promise<void> {
    await ('file' in action ? this.askFile(action) : this.askChunk(action));
    this.expectOf(action);
  }

  private async askFile({ file: event, together }: FileAction): Promise<void> {
    const { fileId } = this;
    const receipt = { fileId } as Receipt;
    const file = (await ledger.file(fileId))!;
    const { pool } = database;
    const within = <T>(work: (client: pg.ClientBase) => Promise<T>) => inTransaction(pool, work);
    const asked: Record<FileAction['file'], () => Promise<unknown>> = {
      scan: () => ledger.startScan(fileId, version, layout),
      plan: () => (together && this.chunkCount === 1 ? this.planTogether() : this.plan()),
      finalise: () => ledger.moveFile(fileId, 'finalise'),
      finish: () =>
        together
          ? within((client) => finishGroup(client, [{ file, receipt }]))
          : within((client) => ledger.finishDone(client, { file, receipt })),
      fail: () => ledger.noteFailure(pool, fileId, error),
      'fail and unload': () => within((client) => ledger.failFile(client, fileId, error)),
      duplicate: () => ledger.moveFile(fileId, 'duplicate', { error }),
      undo: () => within((client) => undoFiles(client, fileId, { at: '', reason: 'a test' })),
      renew: () => within((client) => this.renew(client, together)),
    };
    await asked[event]().catch(refused);
  }

  /** With a definition that has not changed nothing happens. */
  private async renew(client: pg.ClientBase, evenCommitted: boolean): Promise<void> {
    const before = this.fileId;
    expect(await planAgain(client, before, { isCurrent: () => true, evenCommitted })).toBeNull();
    const again = await planAgain(client, before, { isCurrent: () => false, evenCommitted });
    if (again === null) return;
    const [{ file, committed }] = again.before;
    expect(file.fileId).toBe(before);
    expect(again.file.seenAt).toEqual(file.seenAt);
    expect(committed).toHaveLength(this.model.chunks.filter((state) => state === 'committed').length);
    this.retired.push(before);
    this.fileId = again.file.fileId;
    this.jobs = [];
  }

  private async plan(): Promise<void> {
    const chunks = Array.from({ length: this.chunkCount }, (_, number) => {
      return { number, byteStart: number * 5, byteEnd: number * 5 + 5, lineStart: 1 };
    });
    const contentHash = `sha256:${this.fileId}`;
    this.jobs = await ledger.planFile(this.fileId, {
      contentHash,
      definitionVersion: version,
      layout,
      chunks,
    });
  }

  /** The statement for groups leaves alone what was scanned. */
  private async planTogether(): Promise<void> {
    const about = { dataset: 'trips', definitionVersion: version };
    const contentHash = `sha256:${this.fileId}`;
    const jobs = await planGroup(database.pool, about, [{ fileId: this.fileId, contentHash, layout }]);
    if (jobs.length > 0) this.jobs = jobs;
    else if (this.model.file === 'scanning') await this.plan();
  }

  private async askChunk({ chunk: event, number, together }: ChunkAction): Promise<void> {
    const job = this.jobs[number];
    if (job === undefined) return;
    const { chunkId } = job;
    const asked: Record<ChunkAction['chunk'], () => Promise<unknown>> = {
      claim: () =>
        together ? ledger.claimChunks([chunkId], 'us') : ledger.claimChunk(chunkId, 'us', { again: false }),
      release: () =>
        together
          ? ledger.releaseChunks([chunkId], 'us')
          : ledger.releaseChunk(chunkId, 'us', { error, keeps: false }),
      commit: () => this.commit(job, together),
      fail: () => ledger.failChunk(chunkId, error),
    };
    await asked[event]();
  }

  /** With the latest fencing token. */
  private async commit(job: ChunkJob, together: boolean): Promise<void> {
    const { chunkId, fileId, number } = job;
    const { fencingToken } = (await ledger.chunks(fileId))[number];
    const rows = { parsed: 1, loaded: 1, rejected: 0, deduplicated: 0 };
    const about = { chunkId, fileId, fencingToken, definitionVersion: version, rows, starRows: 1 };
    const commit = { ...about, accounts: {}, parts: [], rejects: [] };
    await inTransaction(database.pool, (client) =>
      together ? ledger.commitChunks(client, [commit]) : ledger.commitChunk(client, commit),
    );
  }

  /** Moves the model. */
  private expectOf(action: Action): void {
    const { model } = this;
    if ('chunk' in action) {
      const needsFile = action.chunk === 'claim' || action.chunk === 'commit';
      if (needsFile && model.file !== 'loading') return;
      this.noteHolder(action);
      this.moveChunks(action.chunk, action.number);
    } else if (action.file === 'fail and unload') {
      this.moveFile('fail');
      this.moveFile('unload');
    } else if (this.mayBe(action)) {
      this.moveFile(action.file);
    }
  }

  /** What the tables leave to the statements. */
  private mayBe({ file: event, together }: FileAction): boolean {
    if (event === 'finish') return !together || this.mayFinishTogether();
    return event !== 'renew' || together || !this.model.chunks.includes('committed');
  }

  /** A group claims chunks of files of one chunk, and only those that nobody has. */
  private noteHolder({ chunk: event, number, together }: ChunkAction): void {
    const { chunks, claims } = this.model;
    if (chunks[number] !== 'planned') return;
    if (event === 'release') this.held.delete(number);
    if (event !== 'claim' || (together && (this.held.has(number) || this.chunkCount > 1))) return;
    this.held.add(number);
    claims[number] += 1;
  }

  /** A group finishes files of one committed chunk that are loading. */
  private mayFinishTogether(): boolean {
    return this.model.file === 'loading' && this.chunkCount === 1 && this.model.chunks[0] === 'committed';
  }

  private moveFile(event: FileEvent): void {
    const { model } = this;
    const next = fileTransitions[model.file][event];
    if (next === null) return;
    if (event === 'plan') {
      model.chunks.push(...Array<ChunkState>(this.chunkCount).fill('planned'));
      model.claims.push(...Array<number>(this.chunkCount).fill(0));
    }
    if (event === 'renew') {
      model.chunks.length = 0;
      model.claims.length = 0;
      this.held.clear();
    }
    if (event === 'unload' || (event === 'undo' && model.file === 'done')) this.moveChunks(event);
    model.file = next;
  }

  private moveChunks(event: ChunkEvent, only?: number): void {
    const { chunks } = this.model;
    for (const [number, state] of chunks.entries()) {
      if (only === undefined || number === only) chunks[number] = chunkTransitions[state][event] ?? state;
    }
  }
}

let walks = 0;

/** What the ledger throws where the tables refuse. */
function refused(thrown: { code?: string }): void {
  const codes = ['LF_FILE_BUSY', 'LF_FILE_NOT_LOADED', error.code];
  if (!codes.includes(thrown.code ?? '')) throw thrown;
}

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    file: fc.constantFrom(...fileActions),
    together: fc.boolean(),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      chunk: fc.constantFrom(...chunkActions),
      number: fc.nat(1),
      together: fc.boolean(),
    }),
  },
);

describe('the ledger', () => {
  it('moves files and chunks as the tables say, whatever comes in whatever order', async () => {
    const reached = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 }),
        fc.array(action, { minLength: 12, maxLength: 24 }),
        async (chunkCount, actions) => {
          const walk = await Walk.begin(chunkCount);
          for (const one of actions) {
            await walk.take(one);
            expect(await walk.seen(), JSON.stringify(one)).toEqual(walk.model);
            reached.add(walk.model.file);
          }
        },
      ),
      { numRuns: plays(50, 1_000), seed: 7 },
    );
    expect([...reached].sort()).toEqual(Object.keys(fileTransitions).sort());
  });

  const file = (event: FileAction['file']): Action => ({ file: event, together: false });
  const eitherWay = (event: FileAction['file']): Action[] => [
    file(event),
    { ...file(event), together: true },
  ];
  const chunk = (event: ChunkAction['chunk']): Action => ({ chunk: event, number: 0, together: false });

  /** Ways to each state. From there every event is asked: the walk above may never come to one of them. */
  const waysOfFiles: Readonly<Record<FileState, readonly Action[]>> = {
    discovered: [],
    scanning: [file('scan')],
    loading: [file('plan')],
    finalising: [file('plan'), file('finalise')],
    failing: [file('plan'), chunk('claim'), chunk('commit'), file('fail')],
    done: [file('plan'), file('finish')],
    failed: [file('plan'), file('fail and unload')],
    duplicate: [file('duplicate')],
    undone: [file('plan'), file('finish'), file('undo')],
  };
  const waysOfChunks: Readonly<Record<ChunkState, readonly Action[]>> = {
    planned: [file('plan')],
    committed: [file('plan'), chunk('claim'), chunk('commit')],
    failed: [file('plan'), chunk('fail')],
    undone: [file('plan'), chunk('claim'), chunk('commit'), file('finish'), file('undo')],
  };

  it.each(Object.keys(waysOfFiles) as FileState[])(
    'answers every event to a file that is %s',
    async (state) => {
      for (const event of fileActions.flatMap(eitherWay)) {
        const walk = await Walk.begin(1);
        for (const step of waysOfFiles[state]) await walk.take(step);
        expect((await walk.seen()).file).toBe(state);
        await walk.take(event);
        expect(await walk.seen(), JSON.stringify(event)).toEqual(walk.model);
      }
    },
  );

  it.each(Object.keys(waysOfChunks) as ChunkState[])(
    'answers every event to a chunk that is %s',
    async (state) => {
      const events = [
        ...chunkActions.map(chunk),
        file('fail and unload'),
        file('undo'),
        ...eitherWay('renew'),
      ];
      for (const event of events) {
        const walk = await Walk.begin(1);
        for (const step of waysOfChunks[state]) await walk.take(step);
        expect((await walk.seen()).chunks).toEqual([state]);
        await walk.take(event);
        expect(await walk.seen(), JSON.stringify(event)).toEqual(walk.model);
      }
    },
  );
});
