/** Treats the sinks of a dataset as one. Each step of a chunk is done in each of them, in their order. */
import type pg from 'pg';
import type { ChunkTransaction } from '../ledger/chunk-transaction.ts';
import type { StoredDefinition } from '../ledger/definition.ts';
import type { ChunkCommit, LedgerChunk, LedgerReject } from '../ledger/ledger.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import type { Batch } from '../model/enrich/batch.ts';
import { allSettled } from '../platform/all-settled.ts';
import type {
  ChunkToWrite,
  EndedNote,
  EndedNotes,
  EndingFile,
  Sink,
  SinkChunk,
  SinkGroup,
  SinkKind,
  WrittenFile,
} from './contract.ts';

/** The sinks that the dataset's definition writes to. */
export function sinksOf<S extends SinkKind>(sinks: readonly S[], definition: StoredDefinition): S[] {
  return sinks.filter((sink) => sink.takes(definition));
}

/** The number of rows that a sink counted while it wrote these chunks. */
export function rowsWritten(sink: string, chunks: readonly Pick<LedgerChunk, 'accounts'>[]): number {
  return chunks.reduce((sum, { accounts }) => sum + (accounts[sink]?.rows ?? 0), 0);
}

/** Whether files of the dataset end one after another in one of its sinks. */
export function endInTurn(sinks: readonly Sink[], definition: StoredDefinition): boolean {
  return sinksOf(sinks, definition).some((sink) => sink.inTurn?.(definition) ?? false);
}

/** Ends files of one definition in every sink that they were loaded into, in the caller's transaction. */
export async function endInSinks(
  sinks: readonly Sink[],
  client: pg.ClientBase,
  definition: StoredDefinition,
  files: readonly EndingFile[],
  snapshotId: number,
): Promise<EndedNotes> {
  const notes = new Map<number, EndedNote>();
  for (const sink of sinksOf(sinks, definition)) {
    for (const [fileId, note] of (await sink.end?.(client, definition, files, snapshotId)) ?? [])
      notes.set(fileId, { ...notes.get(fileId), ...note });
  }
  return notes;
}

/** Tells every sink of a definition that files of it are done. */
export async function endedInSinks(sinks: readonly Sink[], definition: StoredDefinition): Promise<void> {
  for (const sink of sinksOf(sinks, definition)) await sink.ended?.(definition);
}

/**
 * Takes a file's rows out of every sink that it was loaded into, in the caller's transaction. `onGone` is told of what
 * a person has dropped, with all rows that were in it.
 */
export async function removeFromSinks(
  sinks: readonly Sink[],
  client: pg.ClientBase,
  file: WrittenFile,
  onGone: (what: string) => void,
): Promise<void> {
  for (const sink of sinksOf(sinks, file.definition)) {
    const gone = await sink.remove(client, file);
    if (gone !== null) onGone(gone);
  }
}

/** Opens the chunk in each sink of its dataset. */
export function openSinkChunks(
  sinks: readonly Sink[],
  chunk: ChunkToWrite & { readonly transaction: ChunkTransaction },
): Promise<SinkChunks> {
  return SinkChunks.open(sinksOf(sinks, chunk.dataset), (sink) => sink.open(chunk));
}

/** A chunk that is being written to all of its sinks. */
export class SinkChunks {
  private readonly names: readonly string[];
  private readonly chunks: readonly SinkChunk[];

  private constructor(names: readonly string[], chunks: readonly SinkChunk[]) {
    this.names = names;
    this.chunks = chunks;
  }

  static async open<S extends { readonly name: string }>(
    sinks: readonly S[],
    open: (sink: S) => Promise<SinkChunk>,
  ): Promise<SinkChunks> {
    const chunks: SinkChunk[] = [];
    try {
      for (const sink of sinks) chunks.push(await open(sink));
    } catch (error) {
      await Promise.all(chunks.map((chunk) => chunk.abort()));
      throw error;
    }
    return new SinkChunks(
      sinks.map(({ name }) => name),
      chunks,
    );
  }

  async write(batch: Batch): Promise<void> {
    for (const chunk of this.chunks) await chunk.write(batch);
  }

  async writeRejects(rejects: readonly LedgerReject[]): Promise<void> {
    for (const chunk of this.chunks) await chunk.writeRejects?.(rejects);
  }

  /** Returns the account of every sink. If one fails, throws its error after the others have ended. */
  async prepare(): Promise<ChunkCommit['accounts']> {
    const accounts = await allSettled(this.chunks.map((chunk) => chunk.prepare()));
    return Object.fromEntries(this.names.map((name, i) => [name, accounts[i]]));
  }

  async publish(): Promise<void> {
    for (const chunk of this.chunks) await chunk.publish();
  }

  async abort(): Promise<void> {
    await Promise.all(this.chunks.map((chunk) => chunk.abort()));
  }
}

/** A group that is being written to all sinks of its dataset. */
export class SinkGroups {
  private readonly groups: readonly { readonly name: string; readonly group: SinkGroup }[];

  constructor(sinks: readonly Sink[], dataset: CompiledDataset) {
    this.groups = sinksOf(sinks, dataset).map((sink) => ({
      name: sink.name,
      group: sink.openGroup(dataset),
    }));
  }

  open(chunk: ChunkToWrite): Promise<SinkChunks> {
    return SinkChunks.open(this.groups, ({ group }) => group.open(chunk));
  }

  /** Returns those accounts of each chunk, by the names of their sinks, that were not complete before. */
  async prepare(transaction: ChunkTransaction): Promise<Map<number, ChunkCommit['accounts']>> {
    const found = await allSettled(this.groups.map(({ group }) => group.prepare(transaction)));
    const accounts = new Map<number, ChunkCommit['accounts']>();
    for (const [i, { name }] of this.groups.entries())
      for (const [chunkId, account] of found[i])
        accounts.set(chunkId, { ...accounts.get(chunkId), [name]: account });
    return accounts;
  }

  async publish(): Promise<void> {
    for (const { group } of this.groups) await group.publish();
  }

  async abort(): Promise<void> {
    await Promise.all(this.groups.map(({ group }) => group.abort()));
  }
}

/**
 * A group for a sink that gains nothing by grouping: each chunk is written and prepared as it would be alone. Not
 * suitable for a transactional sink, whose chunks need the transaction while they are written.
 */
export function groupOfSingles(open: (chunk: ChunkToWrite) => Promise<SinkChunk>): SinkGroup {
  const chunks = new Set<SinkChunk>();
  return {
    async open(chunk) {
      const one = await open(chunk);
      chunks.add(one);
      const abort = async () => {
        chunks.delete(one);
        await one.abort();
      };
      const writeRejects = one.writeRejects?.bind(one);
      return {
        write: (batch) => one.write(batch),
        ...(writeRejects && { writeRejects }),
        prepare: () => one.prepare(),
        publish: async () => {},
        abort,
      };
    },
    prepare: async () => new Map(),
    async publish() {
      for (const one of chunks) await one.publish();
    },
    async abort() {
      await Promise.all([...chunks].map((one) => one.abort()));
    },
  };
}
