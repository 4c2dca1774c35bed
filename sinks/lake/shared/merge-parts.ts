/**
 * Writes the rows of many parts to one. Large row groups are copied byte for byte: pages and dictionaries do not depend on
 * where they lie, only the footer's offsets change. Small ones are decoded and encoded again together, because a row group
 * of five rows takes more bytes, and more time to read, than its values.
 *
 * Memory holds one row group and the rows that wait for the next one, however large the parts are.
 */
import type { Int32Vector } from '../../../kernel/columns/vectors.ts';
import type { Part } from '../../../ledger/rows.ts';
import type { PlacedPart } from '../../../ledger/tables/lake/compaction.ts';
import { retryOf } from '../../../platform/errors/retry.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { zstdCompress } from '../../../platform/storage/node-zstd.ts';
import { decodeChunkIds, decodeGroup } from './decode-group.ts';
import { PendingRows } from './pending-rows.ts';
import { schemaKey } from './read-schema.ts';
import { SharedPartWriter } from './shared-writer.ts';
import { chunkVector, onlyChunkOf, type StoredPart, type StoredRowGroup } from './stored-part.ts';

/** A row group of so many rows, or bytes, is copied. */
const copiedRows = 16 * 1024;
const copiedBytes = 1 << 20;

/** The most rows of a row group, and what its rows may take in memory. */
const rowGroupRows = 128 * 1024;
const pendingBytes = 32 << 20;

/** A part that is open, and the chunks whose rows in it count. */
export interface PartToMerge {
  readonly stored: StoredPart;
  readonly placed: PlacedPart;
}

/** A part that cannot be merged, and why. */
export class PartUnreadable extends Error {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.path = path;
  }
}

export interface MergeOptions {
  readonly lake: Storage;
  /** Where the part is staged. */
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** What compresses rows that are encoded again; Snappy where this Node has no zstd. Default: 'snappy'. */
  readonly compression?: 'snappy' | 'zstd';
  /** The most rows of a row group. */
  readonly rowGroupRows?: number;
  /** A row group of so many rows, or bytes, is copied. */
  readonly copiedRows?: number;
  readonly copiedBytes?: number;
}

/**
 * Writes the rows that count of parts to one part, in staging. `parts`: at least one. Throws PartUnreadable where a part
 * has other columns than the first, or other rows than the manifest says.
 */
export async function mergeParts(
  parts: AsyncIterable<PartToMerge>,
  { lake, key, metadata, compression = 'snappy', ...limits }: MergeOptions,
): Promise<Pick<Part, 'rows' | 'bytes'>> {
  const codec = zstdCompress === null ? 'snappy' : compression;
  let merge: Merge | null = null;
  try {
    for await (const part of parts) {
      merge ??= new Merge(new SharedPartWriter(lake, key, part.stored.columns, codec), limits);
      await merge.add(part);
    }
    await merge!.flush();
    return await merge!.writer.finish(metadata);
  } catch (error) {
    await merge?.writer.abort();
    throw error;
  } finally {
    merge?.pending.clear();
  }
}

class Merge {
  readonly pending: PendingRows;
  readonly writer: SharedPartWriter;
  readonly #schema: string;
  readonly #rowGroupRows: number;
  readonly #copiedRows: number;
  readonly #copiedBytes: number;

  constructor(
    writer: SharedPartWriter,
    limits: Pick<MergeOptions, 'rowGroupRows' | 'copiedRows' | 'copiedBytes'>,
  ) {
    this.writer = writer;
    this.#schema = schemaKey(writer.columns.slice(0, -1));
    this.pending = new PendingRows(writer.columns);
    this.#rowGroupRows = limits.rowGroupRows ?? rowGroupRows;
    this.#copiedRows = limits.copiedRows ?? copiedRows;
    this.#copiedBytes = limits.copiedBytes ?? copiedBytes;
  }

  async add({ stored, placed }: PartToMerge): Promise<void> {
    if (schemaKey(stored.columns) !== this.#schema)
      throw new PartUnreadable(stored.path, new Error('its columns are not those of the other parts'));
    const counts = new Map(placed.chunks.map(({ chunkId }) => [chunkId, 0]));
    for (const group of stored.rowGroups) {
      const only = stored.isShared ? onlyChunkOf(group) : placed.chunks[0].chunkId;
      if (only !== null && !counts.has(only)) continue;
      if (!(await this.#copied(stored, group, only, counts))) await this.#decode(stored, group, counts);
    }
    for (const { chunkId, rows } of placed.chunks) {
      const found = counts.get(chunkId)!;
      if (found === rows) continue;
      throw new PartUnreadable(stored.path, `it has ${found} rows of chunk ${chunkId} instead of ${rows}`);
    }
  }

  /** Copies a large row group whose rows all count. Returns whether it did. `only`: the chunk of all its rows. */
  async #copied(
    stored: StoredPart,
    group: StoredRowGroup,
    only: number | null,
    counts: Map<number, number>,
  ): Promise<boolean> {
    const { rows, start, end } = group;
    if (rows < this.#copiedRows && end - start < this.#copiedBytes) return false;
    const ids = only === null ? await readFrom(stored, decodeChunkIds(stored, group)) : null;
    if (ids?.some((id) => !counts.has(id))) return false;
    await readFrom(stored, this.writer.copy(stored, group, stored.isShared ? null : only));
    if (only !== null) counts.set(only, counts.get(only)! + rows);
    for (const id of ids ?? []) counts.set(id, counts.get(id)! + 1);
    return true;
  }

  /** Adds the rows that count to those that wait. */
  async #decode(stored: StoredPart, group: StoredRowGroup, counts: Map<number, number>): Promise<void> {
    if (this.pending.rows + group.rows > this.#rowGroupRows || this.pending.memory > pendingBytes)
      await this.flush();
    const vectors = await readFrom(stored, decodeGroup(stored, group, this.pending.texts));
    if (!stored.isShared) vectors.push(chunkVector([...counts.keys()][0], group.rows));
    const { values: ids } = vectors[vectors.length - 1] as Int32Vector;
    const order = new Int32Array(group.rows);
    let kept = 0;
    for (let row = 0; row < group.rows; row++) {
      const count = counts.get(ids[row]);
      if (count === undefined) continue;
      counts.set(ids[row], count + 1);
      order[kept++] = row;
    }
    if (kept > 0) this.pending.add(vectors, { order, from: 0, to: kept, contiguous: kept === group.rows });
  }

  /** Writes the rows that wait as a row group. */
  async flush(): Promise<void> {
    if (this.pending.rows === 0) return;
    await this.writer.encode(this.pending.values());
    this.pending.clear();
  }
}

/** What is wrong with a part is said with its path. An outage is not its fault. */
async function readFrom<T>({ path }: Pick<StoredPart, 'path'>, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw retryOf(error) === 'outage' ? error : new PartUnreadable(path, error);
  }
}
