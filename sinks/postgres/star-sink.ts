/**
 * The Postgres star as a sink: looks up the dimension keys of rows, and copies facts in the chunk's transaction.
 *
 * Members are inserted in separate transactions, so that no chunk holds locks that another one waits for. Members
 * with hashed keys may be inserted late, but all exist before `prepare` settles. So no fact commits without its
 * members.
 */
import type { ClientBase, Pool } from 'pg';
import type { Kernel } from '../../kernel/types.ts';
import type { ChunkTransaction } from '../../ledger/chunk-transaction.ts';
import type { StoredDefinition } from '../../ledger/definition.ts';
import type { LedgerChunk } from '../../ledger/ledger.ts';
import type { CompiledDataset, CompiledStar } from '../../model/compiled.ts';
import type { Batch } from '../../model/enrich/batch.ts';
import { rowsWritten } from '../all-sinks.ts';
import type {
  Account,
  ChunkToWrite,
  EndedNotes,
  FileToCount,
  GroupAccounts,
  Sink,
  SinkChunk,
  SinkCount,
  SinkGroup,
  SinkKind,
  SinkVersions,
  WrittenFile,
} from '../contract.ts';
import type { RowLimit } from '../row-limits.ts';
import { starDdl } from './ddl/ddl.ts';
import { isChanging } from './ddl/dimension-ddl.ts';
import { indexLimits } from './ddl/index-limits.ts';
import { factsByChunk, makeStar } from './ddl/make-star.ts';
import { martDdl } from './ddl/mart-ddl.ts';
import { copyObserved, type ObservedRows } from './dimensions/attributes/copy-observed.ts';
import { type ChunkKeys, Dimensions } from './dimensions/dimensions.ts';
import { endFiles } from './ending/end-files.ts';
import { takeBack } from './ending/take-back.ts';
import { eventsByChunk } from './events/index.ts';
import { confirmRows, type SentChunk } from './facts/confirm-rows.ts';
import { factFields, type KeyVector, packedFields } from './facts/fact-fields.ts';
import { FactWriter } from './facts/fact-writer.ts';
import { makeStagingTable, moveStagedFacts, sweepStagingTables } from './facts/make-staging.ts';
import { loadingEvents, loadingStar } from './facts/staging.ts';
import { summariseBlocks } from './facts/summarise-blocks.ts';
import { refuseOldServer, samplePacked } from './packed/packed-rows.ts';
import {
  ChunkPartials,
  type PartialRows,
  type WorkableRollup,
  workableRollups,
  writePartials,
} from './partials/chunk-partials.ts';
import { starOf } from './star-of.ts';

export class StarKind implements SinkKind {
  readonly name = 'star';
  readonly capabilities = { transactional: true };

  takes({ star }: StoredDefinition): boolean {
    return star !== null;
  }

  ddl(dataset: CompiledDataset): readonly string[] {
    return [...starDdl(dataset), ...martDdl(dataset)];
  }

  limits(dataset: CompiledDataset): readonly RowLimit[] {
    return indexLimits(dataset);
  }
}

export class StarSink extends StarKind implements Sink {
  readonly versions: SinkVersions;
  private readonly pool: Pool;
  /** What this process knows about each dataset's dimension tables. */
  private readonly dimensions = new WeakMap<CompiledDataset, Dimensions>();

  constructor(pool: Pool) {
    super();
    this.pool = pool;
    this.versions = {
      waits: (definition, link) => link === 'replaces' || starOf(definition).keyed !== null,
      makeStaging: (definition, file, client) => makeStagingTable(client ?? pool, starOf(definition), file),
      // Events are moved by `end`.
      moveStaged: async (client, definition, file) => {
        if (starOf(definition).keyed === null) await moveStagedFacts(client, starOf(definition), file);
      },
      dropStaging: () => sweepStagingTables(pool),
    };
  }

  async setUp(dataset: CompiledDataset): Promise<void> {
    if (dataset.star?.layout === 'packed') await refuseOldServer(this.pool, dataset.name);
    await makeStar(this.pool, dataset, starDdl(dataset));
  }

  async open(chunk: ChunkToWrite & { readonly transaction: ChunkTransaction }): Promise<SinkChunk> {
    const { dataset, file, transaction } = chunk;
    const client = await transaction.open();
    const star = starOf(dataset);
    const loading = star.keyed === null ? loadingStar(star, file) : await loadingEvents(client, star, file);
    const rollups = await workableRollups(this.pool, dataset);
    const rows = new FactRows(chunk, this.dimensionsOf(dataset), rollups);
    return new StarChunk(rows, loading, transaction);
  }

  openGroup(dataset: CompiledDataset): SinkGroup {
    const rollups = workableRollups(this.pool, dataset);
    // Whoever opens a chunk gets the error.
    rollups.catch(() => {});
    const rowsOf = async (chunk: ChunkToWrite) =>
      new FactRows(chunk, this.dimensionsOf(dataset), await rollups);
    return new StarGroup(starOf(dataset), rowsOf);
  }

  private dimensionsOf(dataset: CompiledDataset): Dimensions {
    let known = this.dimensions.get(dataset);
    if (known === undefined) {
      known = new Dimensions(this.pool, starOf(dataset));
      this.dimensions.set(dataset, known);
    }
    return known;
  }

  /** What the star shows of keyed events, of a rollup and of members depends on the rows of other files. */
  inTurn({ star, marts }: StoredDefinition): boolean {
    if (star === null) return false;
    return (
      star.keyed !== null || marts.some(({ kind }) => kind === 'rollup') || star.dimensions.some(isChanging)
    );
  }

  async ended(definition: StoredDefinition): Promise<void> {
    // Readers of a table that is not summarised read more blocks, and the next file that ends tries it again.
    const star = starOf(definition);
    if (star.layout === 'packed') await samplePacked(this.pool, star).catch(() => {});
    await summariseBlocks(this.pool, star).catch(() => {});
  }

  /** Reads the tables of each definition once, however many files there are. */
  async count(
    files: readonly FileToCount[],
    { recount }: { readonly recount: boolean },
  ): Promise<SinkCount[]> {
    const stored = recount ? await this.rowsStored(files) : null;
    return files.map(({ definition, chunks }) => {
      const where = starOf(definition).keyed === null ? 'star' : 'current + superseded';
      if (stored === null) {
        const rows = rowsWritten(this.name, chunks);
        return { rows, bytes: 0, counts: { [where]: rows } };
      }
      const ofChunk = ({ chunkId }: Pick<LedgerChunk, 'chunkId'>) => stored.get(chunkId) ?? 0;
      const rows = chunks.reduce((sum, chunk) => sum + ofChunk(chunk), 0);
      // What one chunk lacks may be too many in another one.
      const wrong = chunks.filter((chunk) => ofChunk(chunk) !== rowsWritten(this.name, [chunk]));
      const wrongChunks = wrong.map(({ number }) => number);
      return { rows, bytes: 0, counts: { [where]: rows }, wrongChunks };
    });
  }

  /** How many rows each chunk of the files has in the star. */
  private async rowsStored(files: readonly FileToCount[]): Promise<ReadonlyMap<number, number>> {
    const chunksOf = new Map<CompiledStar, number[]>();
    for (const { definition, chunks } of files) {
      const star = starOf(definition);
      const chunkIds = chunksOf.get(star) ?? [];
      chunksOf.set(star, chunkIds);
      for (const { chunkId } of chunks) chunkIds.push(chunkId);
    }
    const rows = new Map<number, number>();
    for (const [star, chunkIds] of chunksOf)
      for (const [chunkId, found] of await this.countByChunk(star, chunkIds)) rows.set(chunkId, found);
    return rows;
  }

  private async countByChunk(star: CompiledStar, chunkIds: readonly number[]) {
    if (star.keyed === null) return factsByChunk(this.pool, star, chunkIds);
    const events = await eventsByChunk(this.pool, star, chunkIds);
    return new Map([...events].map(([chunkId, found]) => [chunkId, found.current + found.superseded]));
  }

  end(...ending: Parameters<typeof endFiles>): Promise<EndedNotes> {
    return endFiles(...ending);
  }

  remove(client: ClientBase, file: WrittenFile): Promise<string | null> {
    return takeBack(client, file);
  }

  /** Nothing to do: the transaction has removed everything. */
  async sweep(): Promise<void> {}
}

/** Encodes a chunk's batches as binary COPY rows of the fact table. */
class FactRows implements SentChunk {
  readonly stopwatch: ChunkToWrite['stopwatch'];
  readonly schema: string;
  readonly chunkId: number;
  /** Rows that were encoded, and the tuples that hold them. */
  rows = 0;
  tuples = 0;
  private readonly star: CompiledStar;
  private readonly kernel: Kernel;
  private readonly keys: ChunkKeys;
  private readonly signal: AbortSignal;
  private readonly partials: ChunkPartials;

  constructor(
    { dataset, chunkId, kernel, stopwatch, signal }: ChunkToWrite,
    dimensions: Dimensions,
    rollups: readonly WorkableRollup[],
  ) {
    this.star = starOf(dataset);
    this.schema = this.star.schema;
    this.chunkId = chunkId;
    this.kernel = kernel;
    this.keys = dimensions.openChunk(kernel);
    this.stopwatch = stopwatch;
    this.signal = signal;
    this.partials = new ChunkPartials(chunkId, rollups);
  }

  /** The rows are in the kernel's memory. The next call overwrites them. */
  async encode(batch: Batch): Promise<Uint8Array> {
    const members = await this.keys.resolve(batch);
    this.stopwatch.lap('dimensions');
    this.partials.add(batch, members);
    this.stopwatch.lap('rollups');
    const bytes = this.star.layout === 'packed' ? this.pack(batch, members) : this.rowByRow(batch, members);
    this.rows += batch.rows;
    this.stopwatch.lap('encode');
    return bytes;
  }

  private rowByRow(batch: Batch, members: readonly KeyVector[]): Uint8Array {
    this.tuples += batch.rows;
    return this.kernel.encodeCopyRows(factFields(this.star, batch, members, this.chunkId), batch.rows);
  }

  private pack(batch: Batch, members: readonly KeyVector[]): Uint8Array {
    const { fields, packing } = packedFields(this.star, batch, members, this.chunkId);
    const { bytes, tuples } = this.kernel.packCopyRows(fields, batch.rows, packing);
    this.tuples += tuples;
    return bytes;
  }

  /** Whether what was observed of members must be taken before more rows come. */
  get isFull(): boolean {
    return this.keys.isFull;
  }

  /** What was observed of members since the last call. */
  takeObserved(): ObservedRows[] {
    return this.keys.takeObserved(this.chunkId);
  }

  /**
   * Resolves when every member that the rows refer to is in its table. Returns what the chunk adds to rollups, and what
   * its account says of members. To be called once.
   */
  async finish(): Promise<{ partials: PartialRows; members: Pick<Account, 'members'> }> {
    await this.keys.finish(this.signal);
    const members = await this.keys.differing();
    this.stopwatch.lap('dimensions');
    const partials = this.partials.finish();
    this.stopwatch.lap('rollups');
    return { partials, members: members === null ? {} : { members } };
  }
}

class StarChunk implements SinkChunk {
  private readonly rows: FactRows;
  private readonly loading: CompiledStar;
  private readonly writer: FactWriter;
  private readonly transaction: ChunkTransaction;

  /** `loading`: its fact table takes the rows. */
  constructor(rows: FactRows, loading: CompiledStar, transaction: ChunkTransaction) {
    this.rows = rows;
    this.loading = loading;
    this.writer = new FactWriter(transaction, loading);
    this.transaction = transaction;
  }

  async write(batch: Batch): Promise<void> {
    await this.writer.write(await this.rows.encode(batch));
    if (this.rows.isFull) await this.copyObserved();
    this.rows.stopwatch.lap('copy');
  }

  async prepare(): Promise<Account> {
    const { partials, members } = await this.rows.finish();
    await this.writer.pause();
    await this.copyObserved();
    await writePartials(this.transaction, [partials]);
    this.rows.stopwatch.lap('rollups');
    const { rows: confirmed, bytes } = this.writer;
    const rows = await this.transaction.run((client) =>
      confirmRows(client, this.loading, [this.rows], confirmed),
    );
    return { rows, bytes, ...members };
  }

  private async copyObserved(): Promise<void> {
    const observed = this.rows.takeObserved();
    if (observed.length === 0) return;
    await this.transaction.run((client) => copyObserved(client, this.rows.schema, observed));
  }

  /** Nothing to do: the rows appear with the commit. */
  async publish(): Promise<void> {}

  async abort(): Promise<void> {
    this.writer.abort();
  }
}

/** The rows of many chunks wait in memory and are copied together. */
class StarGroup implements SinkGroup {
  private readonly star: CompiledStar;
  private readonly rowsOf: (chunk: ChunkToWrite) => Promise<FactRows>;
  private readonly chunks = new Set<KeptChunk>();
  private writer: FactWriter | null = null;

  constructor(star: CompiledStar, rowsOf: (chunk: ChunkToWrite) => Promise<FactRows>) {
    this.star = star;
    this.rowsOf = rowsOf;
  }

  async open(chunk: ChunkToWrite): Promise<SinkChunk> {
    return new KeptChunk(await this.rowsOf(chunk), this.chunks);
  }

  /** The server counts the rows of all chunks together. The account of each chunk counts the rows that it kept. */
  async prepare(transaction: ChunkTransaction): Promise<GroupAccounts> {
    const client = await transaction.open();
    const { star } = this;
    const loading = star.keyed === null ? loadingStar(star, null) : await loadingEvents(client, star, null);
    const writer = new FactWriter(transaction, loading);
    this.writer = writer;
    for (const { encoded } of this.chunks) for (const some of encoded) await writer.write(some);
    await writer.pause();
    const sent = [...this.chunks].map(({ factRows }) => factRows);
    await transaction.run((client) => confirmRows(client, loading, sent, writer.rows));
    await transaction.run((client) => copyObserved(client, this.star.schema, together(this.chunks)));
    await writePartials(
      transaction,
      [...this.chunks].map(({ partials }) => partials),
    );
    return new Map();
  }

  /** Nothing to do: the rows appear with the commit. */
  async publish(): Promise<void> {}

  async abort(): Promise<void> {
    this.writer?.abort();
  }
}

/** What the chunks have observed, with one entry for each role. */
function together(chunks: Iterable<KeptChunk>): ObservedRows[] {
  const all = new Map<ObservedRows['dimension'], string[]>();
  for (const { dimension, rows } of [...chunks].flatMap(({ observed }) => observed)) {
    const some = all.get(dimension);
    if (some === undefined) all.set(dimension, [rows]);
    else some.push(rows);
  }
  return [...all].map(([dimension, rows]) => ({ dimension, rows: rows.join('') }));
}

/** A chunk of a group. Keeps its rows in memory. */
class KeptChunk implements SinkChunk {
  readonly observed: ObservedRows[] = [];
  readonly encoded: Uint8Array[] = [];
  partials: PartialRows = new Map();
  readonly factRows: FactRows;
  private readonly group: Set<KeptChunk>;

  constructor(factRows: FactRows, group: Set<KeptChunk>) {
    this.factRows = factRows;
    this.group = group;
    group.add(this);
  }

  async write(batch: Batch): Promise<void> {
    const rows = await this.factRows.encode(batch);
    if (rows.length > 0) this.encoded.push(rows.slice());
    if (this.factRows.isFull) this.observed.push(...this.factRows.takeObserved());
    this.factRows.stopwatch.lap('copy');
  }

  async prepare(): Promise<Account> {
    const { partials, members } = await this.factRows.finish();
    this.partials = partials;
    this.observed.push(...this.factRows.takeObserved());
    const bytes = this.encoded.reduce((sum, { length }) => sum + length, 0);
    return { rows: this.factRows.rows, bytes, ...members };
  }

  async publish(): Promise<void> {}

  async abort(): Promise<void> {
    this.group.delete(this);
  }
}
