/** Fills the columns that describe the events of a batch (model/compile/modes/event-columns.ts). */
import { type BooleanVector, isValid, type UuidVector, type Vector } from '../../kernel/columns/vectors.ts';
import type { CompiledDataset, KeyedMode } from '../compiled.ts';
import type { Batch } from '../enrich/batch.ts';
import { type HashedColumn, type HashOf, RowHashes } from './row-hashes.ts';

const uuidBytes = 16;
const allOnes = 0xffff_ffff_ffff_ffffn;

/** For the batches of one chunk, in their order. */
export class EventVectors {
  private readonly mode: KeyedMode;
  private readonly names: readonly string[];
  private readonly hashes: RowHashes;
  private readonly extra: readonly string[];
  private readonly chunkId: number;
  private rowNumbers = new Int32Array(0);
  private rows = 0;

  /** `extra`: names of the file's unknown columns that are kept, in the order of their vectors. */
  constructor(dataset: CompiledDataset, mode: KeyedMode, extra: readonly string[], chunkId: number) {
    this.mode = mode;
    this.chunkId = chunkId;
    this.extra = extra.map((name) => `${dataset.drift.keep}.${name}`);
    const hashes = hashesOf(dataset, mode, this.extra);
    this.names = Object.keys(hashes);
    this.hashes = new RowHashes(Object.values(hashes));
  }

  /**
   * The batch with the columns of its events. They are valid until the next call. `kept`: vectors of the unknown
   * columns. No row may have a null in a column that rejects it.
   */
  add({ rows, vectors: given }: Batch, kept: readonly Vector[]): Batch {
    const { mode, extra } = this;
    const vectors = new Map(given);
    const unknown = new Map(kept.map((vector, i) => [extra[i], vector]));
    const hashes = this.hashes.of((name) => unknown.get(name) ?? given.get(name)!, rows);
    for (const [h, name] of this.names.entries()) vectors.set(name, hashes[h]);
    if (mode.nullKeys === 'distinct') this.tellApart(given, vectors.get('_key') as UuidVector);
    if (mode.orderBy !== null) vectors.set('_order', given.get(mode.orderBy.vector)!);
    if (mode.deleted !== null) vectors.set('_deleted', deletions(given.get(mode.deleted)!, rows));
    vectors.set('_row', this.numbers(rows));
    return { rows, vectors };
  }

  /** Gives each row whose key contains a null a key that no other row has: its place, and bytes that are all ones. */
  private tellApart(given: ReadonlyMap<string, Vector>, { values, length }: UuidVector): void {
    const columns = this.mode.key.map((name) => given.get(name)!).filter(({ nullCount }) => nullCount > 0);
    if (columns.length === 0) return;
    const keys = new DataView(values.buffer, values.byteOffset);
    for (let row = 0; row < length; row++) {
      if (columns.every((column) => isValid(column, row))) continue;
      const at = row * uuidBytes;
      keys.setUint32(at, this.chunkId);
      keys.setUint32(at + 4, this.rows + row);
      keys.setBigUint64(at + 8, allOnes);
    }
  }

  private numbers(rows: number): Vector {
    if (this.rowNumbers.length < rows) this.rowNumbers = new Int32Array(rows);
    const values = this.rowNumbers;
    for (let i = 0; i < rows; i++) values[i] = this.rows + i;
    this.rows += rows;
    return { kind: 'int32', length: rows, values, validity: null, nullCount: 0 };
  }
}

/** The hashes by the name of their column. */
function hashesOf(dataset: CompiledDataset, mode: KeyedMode, extra: readonly string[]) {
  const named = (names: readonly string[]) => names.map((name) => columnNamed(dataset, name));
  const kept = extra.map((name): HashedColumn => ({ name, logical: { type: 'text' } }));
  const content = [...dataset.columns, ...kept];
  const key = mode.kind === 'dedupe' && mode.key.length === 0 ? content : named([...mode.scope, ...mode.key]);
  return {
    _key: { columns: key, values: 'equal' },
    _hash: { columns: content, values: 'identical' },
    ...(mode.kind === 'history' && { _tracked: { columns: named(mode.track), values: 'equal' } }),
    ...(mode.scope.length > 0 && { _scope: { columns: named(mode.scope), values: 'equal' } }),
  } satisfies Readonly<Record<string, HashOf>>;
}

function columnNamed({ columns, enrichments }: CompiledDataset, name: string): HashedColumn {
  return [...columns, ...enrichments].find((column) => column.name === name)!;
}

/** True where the row is a deletion: null is not. */
function deletions(vector: Vector, rows: number): Vector {
  const said = vector as BooleanVector;
  if (said.nullCount === 0) return said;
  const values = Uint8Array.from({ length: rows }, (_, i) => (isValid(said, i) ? said.values[i] : 0));
  return { kind: 'boolean', length: rows, values, validity: null, nullCount: 0 };
}
