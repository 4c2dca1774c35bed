/**
 * Builds the star of a dataset again, with its current definition, beside the one that people read, and puts it in its
 * place.
 *
 *   tables beside ─▶ each file that is done: read again, ended ─▶ … until hardly any are left
 *     ─▶ (the dataset locked) the rest ─▶ rollups, marts ─▶ everybody sees their rows
 *     ─▶ (nobody writes to the old star, no file is in flight) names swapped
 *
 * Files end and are undone meanwhile; a file that is undone after it was read makes the build begin again. If the process
 * dies, people still read the old star, and the next build drops what this one has left.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { ChunkTransaction } from '../../ledger/chunk-transaction.ts';
import { type StoredDefinition, saveDefinition, storedDefinition } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { adoptReferences } from '../../ledger/reference-versions.ts';
import { loadedChunks } from '../../ledger/tables/chunks.ts';
import { type DoneFile, doneFiles, withDatasetLocked } from '../../ledger/tables/snapshots.ts';
import { adoptDefinition } from '../../ledger/tables/stars.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { withSessionLock } from '../../platform/database/session-lock.ts';
import { andReleased, inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { isChanging } from '../../sinks/postgres/ddl/dimension-ddl.ts';
import { ifUnlocked, transactionBetweenReaders } from '../../sinks/postgres/ddl/if-unlocked.ts';
import { starLock } from '../../sinks/postgres/ddl/make-star.ts';
import { transactionId, untilSeen } from '../../sinks/postgres/ddl/until-seen.ts';
import { besideOf } from '../../sinks/postgres/rebuild/beside-names.ts';
import {
  dropBeside,
  endBeside,
  forgetObserved,
  makeBeside,
  makeMartsBeside,
  observedBefore,
  settleObserved,
} from '../../sinks/postgres/rebuild/make-beside.ts';
import { holdStar, swapStar } from '../../sinks/postgres/rebuild/swap-star.ts';
import { starOf } from '../../sinks/postgres/star-of.ts';
import { BuiltVersions, type ReferenceVersions } from './built-versions.ts';
import { type BesideTools, loadBeside } from './load-beside.ts';

/** The first key of the advisory locks of rebuilds. The second is the dataset. */
const rebuildLock = 0x1a4df41a;

/** As many files may be left when the dataset is locked. */
const filesFew = 4;

export interface RebuildOptions extends BesideTools {
  /** Reads the newest versions of the dataset's reference tables. */
  readonly references: () => Promise<ReferenceVersions>;
  /** How long to wait, once few files are left, for those of the dataset that are in flight, in ms. Default: ten minutes. */
  readonly waitMs?: number;
  /** Told of each file before it is read, and waited for. */
  readonly onFile?: (file: DoneFile['file']) => void | Promise<void>;
}

/** What was rebuilt. */
export interface Rebuilt {
  readonly files: number;
  readonly rows: number;
}

/**
 * Rebuilds the star, if no other process does. Throws LF_REBUILD_RUNNING, LF_REBUILD_ROWS,
 * LF_FILE_MISSING, LF_FILE_BUSY, LF_MART_HELD, LF_STAR_CHANGED.
 */
export async function rebuildDataset(dataset: CompiledDataset, options: RebuildOptions): Promise<Rebuilt> {
  const session = await options.pool.connect();
  return andReleased(session, async () => {
    const { rows } = await session.query('select pg_try_advisory_lock($1, hashtext($2)) as ours', [
      rebuildLock,
      dataset.name,
    ]);
    if (!rows[0].ours) throw new LandfallError('LF_REBUILD_RUNNING', { dataset: dataset.name });
    try {
      for (;;) {
        const rebuilt = await new Build(dataset, options, session).run();
        if (rebuilt !== null) return rebuilt;
      }
    } catch (error) {
      // If this fails, the next build does it.
      await inTransaction(options.pool, (client) => dropBeside(client, dataset)).catch(() => {});
      throw error;
    } finally {
      await session.query('select pg_advisory_unlock($1, hashtext($2))', [rebuildLock, dataset.name]);
    }
  });
}

class Build {
  private readonly dataset: CompiledDataset;
  private readonly options: RebuildOptions;
  /** A connection for locks. */
  private readonly session: pg.ClientBase;
  /** The dataset to load, by the dimensions that files were observed for before. */
  private readonly variants = new Map<string, CompiledDataset>();
  /** The definitions of files, by version. */
  private readonly earlier = new Map<string, StoredDefinition | null>();
  private readonly versions: BuiltVersions;
  /** Files, and their chunks. */
  private readonly built = new Map<number, readonly number[]>();
  /** Chunks that have been observed for a dimension that is new. */
  private readonly observed: number[] = [];
  private rows = 0;

  constructor(dataset: CompiledDataset, options: RebuildOptions, session: pg.ClientBase) {
    this.dataset = dataset;
    this.options = options;
    this.session = session;
    this.versions = new BuiltVersions(dataset, options.references);
  }

  /** Null: a file that had been built was undone. */
  async run(): Promise<Rebuilt | null> {
    const { pool, waitMs = 600_000 } = this.options;
    const { name, version } = this.dataset;
    await saveDefinition(pool, version, name, this.dataset);
    await withSessionLock(this.session, [starLock, name], () => makeBeside(pool, this.dataset));
    crashPoint('rebuild.tables-made');
    let until: number | null = null;
    for (let pass = 0; ; pass++) {
      const left = await this.left();
      if (left === null) return null;
      const few = pass === 0 ? 0 : filesFew;
      if (left.length > few) {
        for (const file of left) await this.load(file);
        continue;
      }
      until ??= performance.now() + waitMs;
      if (await this.isInFlight(until)) await delay(100);
      else {
        const swapped = await this.locked(() => this.swap());
        if (swapped !== 'busy') return swapped;
        if (performance.now() > until) throw this.lockedOut();
      }
    }
  }

  /** Nobody changes tables of the dataset, and no file of it ends or is undone. In the order of makeStar's locks. */
  private locked<T>(work: () => Promise<T>): Promise<T> {
    const { session, dataset } = this;
    return withSessionLock(session, [starLock, dataset.name], () =>
      withDatasetLocked(session, dataset.name, work),
    );
  }

  private lockedOut(): LandfallError {
    const what = `the star of ${this.dataset.name}`;
    return new LandfallError('LF_DATABASE_LOCKED', { what, reason: 'while it was being rebuilt' });
  }

  /** Files that are done and still to be built. Null if one that is built is not done any more. */
  private async left(): Promise<DoneFile[] | null> {
    const { pool } = this.options;
    const done = await doneFiles(pool, this.dataset.name);
    const ids = new Set(done.map(({ file }) => file.fileId));
    const gone = [...this.built].filter(([fileId]) => !ids.has(fileId));
    if (gone.length === 0) return done.filter(({ file }) => !this.built.has(file.fileId));
    // Whoever undid them knew the dimensions of their own definition.
    await forgetObserved(
      pool,
      starOf(this.dataset),
      gone.flatMap(([, chunkIds]) => chunkIds),
    );
    return null;
  }

  /** A file that is in flight is loaded into the tables that are to be replaced. */
  private async isInFlight(until = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { ledger } = this.options;
    const [file] = await ledger.files({
      dataset: this.dataset.name,
      states: ['loading', 'finalising'],
      limit: 1,
    });
    if (file === undefined) return false;
    if (performance.now() > until)
      throw new LandfallError('LF_FILE_BUSY', { file: file.name, state: file.state });
    return true;
  }

  private async load(done: DoneFile): Promise<void> {
    const { pool } = this.options;
    const transaction = new ChunkTransaction(pool, []);
    try {
      await this.loadIn(transaction, done);
      await transaction.commit();
    } catch (error) {
      transaction.giveUp(error);
      throw error;
    }
    crashPoint('rebuild.file-built');
  }

  private async loadIn(transaction: ChunkTransaction, { file, snapshotId }: DoneFile): Promise<void> {
    await this.options.onFile?.(file);
    const client = await transaction.open();
    const chunks = await loadedChunks(client, file.fileId);
    const chunkIds = chunks.map(({ chunk }) => chunk.chunkId);
    const was = await this.definitionOf(file);
    const variant = await this.variantFor(client, was, chunkIds);
    const references = await this.versions.of(file, was);
    await loadBeside(transaction, variant, { file, chunks, references }, this.options);
    await endBeside(client, this.dataset, { file, chunkIds }, snapshotId);
    this.built.set(file.fileId, chunkIds);
    this.rows += file.receipt?.rows.loaded ?? 0;
  }

  /** The definition that the file is loaded with in the star that people read. */
  private async definitionOf({ definitionVersion }: LedgerFile): Promise<StoredDefinition | null> {
    const version = definitionVersion ?? '';
    if (!this.earlier.has(version))
      this.earlier.set(version, await storedDefinition(this.options.pool, version));
    return this.earlier.get(version)!;
  }

  /** Members that chunks were observed for stay as they are: those dimensions have nothing to observe. */
  private async variantFor(
    client: pg.ClientBase,
    was: StoredDefinition | null,
    chunkIds: readonly number[],
  ): Promise<CompiledDataset> {
    const star = starOf(this.dataset);
    const before = await observedBefore(client, star, was?.star ?? null, chunkIds);
    const added = star.dimensions.filter((one) => isChanging(one) && !before.has(one.table));
    if (added.length > 0) {
      // A build that died may have observed them.
      await forgetObserved(client, { ...star, dimensions: added }, chunkIds);
      this.observed.push(...chunkIds);
    }
    return this.variant(before);
  }

  private variant(observed: ReadonlySet<string>): CompiledDataset {
    const name = [...observed].sort().join();
    let variant = this.variants.get(name);
    if (variant === undefined) {
      const beside = besideOf(this.dataset);
      const star = starOf(beside);
      const dimensions = star.dimensions.map((one) =>
        isChanging(one) && observed.has(one.table) ? { ...one, changing: undefined } : one,
      );
      // Workers add nothing up: rollups are filled from all facts.
      variant = { ...beside, star: { ...star, dimensions }, marts: [] };
      this.variants.set(name, variant);
    }
    return variant;
  }

  /**
   * 'busy': files are in flight, or are being undone, or more have ended than are built while others wait. Null: one that
   * had been built was undone.
   */
  private async swap(): Promise<Rebuilt | null | 'busy'> {
    const { pool } = this.options;
    const left = await this.left();
    if (left === null) return null;
    if (left.length > filesFew || (await this.isInFlight())) return 'busy';
    for (const file of left) await this.load(file);
    crashPoint('rebuild.caught-up');
    const marts = await inTransaction(pool, async (client) => {
      await settleObserved(client, this.dataset, this.observed);
      await makeMartsBeside(client, this.dataset);
      return transactionId(client);
    });
    crashPoint('rebuild.marts-built');
    // A file that is ending waits for the dataset, with a snapshot from before.
    if (!(await untilSeen(pool, marts, () => this.isInFlight()))) return 'busy';
    if (!(await this.takePlace())) return 'busy';
    crashPoint('rebuild.committed');
    return { files: this.built.size, rows: this.rows };
  }

  /** False, and nothing is changed: rows of a file that is in flight may be in what would be dropped. */
  private async takePlace(): Promise<boolean> {
    const { dataset } = this;
    const client = await this.options.pool.connect();
    return andReleased(client, () =>
      transactionBetweenReaders(client, `the star of ${dataset.name}`, async () => {
        if (!(await holdStar(client, dataset)) || (await this.isInFlight())) return null;
        // Whoever has a file may wait for the dataset, to undo it.
        const adopt = async () => {
          await adoptDefinition(client, dataset.name, dataset.version);
          await adoptReferences(client, this.versions.changed);
        };
        if (!(await ifUnlocked(client, '100ms', adopt))) return null;
        const swap = await swapStar(client, dataset);
        crashPoint('rebuild.adopted');
        return swap;
      }),
    );
  }
}
