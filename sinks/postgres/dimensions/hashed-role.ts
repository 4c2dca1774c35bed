/**
 * Keys of a lookup dimension whose keys are hashes of the natural key. Facts have them at once. Members that the
 * process does not know are inserted after all rows of the chunk have passed, before its facts are committed.
 *
 * The hash is the xxHash64 of the natural key's text in UTF-8. Values of other types are written as PostgreSQL prints
 * them, and each of several columns is followed by NUL (null is two NULs). docs/definitions/dimensions.md describes it
 * for those who join by it.
 */
import type { Pool } from 'pg';
import type { DictionaryVector, Int64Vector, Vector } from '../../../kernel/columns/vectors.ts';
import { isValid } from '../../../kernel/columns/vectors.ts';
import type { CopyField, Kernel } from '../../../kernel/types.ts';
import type { CompiledDimension } from '../../../model/compiled.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import { selectRows } from '../../../model/enrich/select.ts';
import { vectorOf } from '../facts/batch-vector.ts';
import { valueField } from '../facts/fact-fields.ts';
import { HashedMembers } from './hashed-members.ts';
import { KeySet } from './key-set.ts';
import { naturalText, textColumn } from './natural-text.ts';
import { NewMembers } from './new-members.ts';

/**
 * The most bytes of members' rows that wait in a chunk, in all its dimensions. With one more batch they fit in 16
 * MiB.
 */
const WAITING_BYTES = 14 << 20;
/** The keys that a process knows, of all tables (key-set.ts says how much memory they take). */
const KNOWN_KEYS = 6_000_000;

/** The number of rows whose keys are prefetched at a time. */
const WARM_ROWS = 2048;

type Lookup = Extract<CompiledDimension, { kind: 'lookup' }>;

/** What a process knows about one table. Only one of its chunks inserts members at a time. */
export class HashedTable {
  readonly known: KeySet;
  /** The most bytes that may wait in a chunk for this table. */
  readonly waitingBytes: number;
  private readonly members: HashedMembers;
  private turn: Promise<unknown> = Promise.resolve();

  /** `share`: of the memory for hashed keys. */
  constructor(pool: Pool, schema: string, lookup: Lookup, share = 1) {
    this.known = new KeySet(KNOWN_KEYS * share);
    this.waitingBytes = WAITING_BYTES * share;
    this.members = new HashedMembers(pool, schema, lookup);
  }

  /** Inserts the members that the table lacks, and releases their memory. */
  add(members: NewMembers, signal?: AbortSignal): Promise<void> {
    const turn = this.turn.then(async () => {
      await this.members.add(members, members.inOrder(), signal);
      members.tell(this.known);
      members.release();
    });
    this.turn = turn.catch(() => undefined);
    return turn;
  }
}

/** One role of the table, for one chunk. */
export class HashedRole {
  private readonly lookup: Lookup;
  private readonly table: HashedTable;
  private readonly kernel: Kernel;
  private waiting = new NewMembers();
  /** The keys that wait. Bounded by their bytes, not by their number. */
  private met = new KeySet(Number.POSITIVE_INFINITY);
  /** The key of each row, as two words, and its check. All are 0 for a row without a natural key. */
  private keys = new BigInt64Array(0);
  private words = new Int32Array(0);
  private checks = new Int32Array(0);
  /** The same for the codes of the chunk's dictionary that have been hashed so far. */
  private codeWords: number[] = [];
  private codeChecks: number[] = [];

  constructor(lookup: Lookup, table: HashedTable, kernel: Kernel) {
    this.lookup = lookup;
    this.table = table;
    this.kernel = kernel;
  }

  async resolve(batch: Batch): Promise<Int64Vector> {
    this.makeRoom(batch.rows);
    this.hash(batch);
    const fresh = this.freshRows(batch.rows);
    if (fresh.length > 0) this.waiting.addRows(this.encode(batch, fresh));
    if (this.waiting.bytes > this.table.waitingBytes) await this.finish();
    return { kind: 'int64', length: batch.rows, validity: null, nullCount: 0, values: this.keys };
  }

  async finish(signal?: AbortSignal): Promise<void> {
    const { waiting } = this;
    if (waiting.size === 0) return;
    this.waiting = new NewMembers();
    this.met = new KeySet(Number.POSITIVE_INFINITY);
    await this.table.add(waiting, signal);
  }

  private makeRoom(rows: number): void {
    if (this.checks.length >= rows) return;
    this.keys = new BigInt64Array(rows);
    this.words = new Int32Array(this.keys.buffer);
    this.checks = new Int32Array(rows);
  }

  /** Fills in the keys and checks of the batch's rows. */
  private hash(batch: Batch): void {
    const { natural } = this.lookup;
    const vectors = natural.map(({ vector }) => vectorOf(batch, vector));
    const [first] = vectors;
    const isOne = vectors.length === 1;
    if (isOne && first.kind === 'dictionary') this.hashCodes(first, batch.rows);
    else if (isOne && first.kind === 'utf8') {
      this.hashTexts(first.offsets.subarray(0, batch.rows + 1), first.bytes);
      this.forgetNulls(first, batch.rows);
    } else this.hashRows(vectors, batch.rows);
  }

  private hashTexts(offsets: Int32Array, bytes: Uint8Array): void {
    const { words, checks } = this.kernel.hashTexts(offsets, bytes);
    this.words.set(words);
    this.checks.set(checks);
  }

  private forgetNulls(vector: Vector, rows: number): void {
    if (vector.validity === null) return;
    for (let row = 0; row < rows; row++) {
      if (isValid(vector, row)) continue;
      this.words[row * 2] = this.words[row * 2 + 1] = 0;
    }
  }

  /** Hashes each text of a dictionary once per chunk. */
  private hashCodes(vector: DictionaryVector, rows: number): void {
    const { values, dictionary } = vector;
    const hashed = this.codeChecks.length;
    if (dictionary.size > hashed) {
      const count = dictionary.size - hashed;
      const texts = Array.from({ length: count }, (_, i) => dictionary.bytes(hashed + i));
      const { words, checks } = this.kernel.hashTexts(offsetsOf(texts), Buffer.concat(texts));
      for (let i = 0; i < count; i++) {
        this.codeWords.push(words[i * 2], words[i * 2 + 1]);
        this.codeChecks.push(checks[i]);
      }
    }
    for (let row = 0; row < rows; row++) {
      const code = isValid(vector, row) ? values[row] : -1;
      this.words[row * 2] = code === -1 ? 0 : this.codeWords[code * 2];
      this.words[row * 2 + 1] = code === -1 ? 0 : this.codeWords[code * 2 + 1];
      this.checks[row] = code === -1 ? 0 : this.codeChecks[code];
    }
  }

  /** Natural keys of several columns, and of types other than text. */
  private hashRows(vectors: readonly Vector[], rows: number): void {
    const columns = vectors.map((vector, c) => textColumn(vector, this.lookup.natural[c].logical));
    const texts = Array.from({ length: rows }, (_, row) => naturalText(columns, row));
    const bytes = texts.map((text) => Buffer.from(text ?? ''));
    this.hashTexts(offsetsOf(bytes), Buffer.concat(bytes));
    texts.forEach((text, row) => {
      if (text === null) this.words[row * 2] = this.words[row * 2 + 1] = 0;
    });
  }

  /** The first row of each member that neither the process nor the chunk has seen. */
  private freshRows(rows: number): Int32Array {
    const { words, checks, met, waiting } = this;
    const { known } = this.table;
    const fresh = new Int32Array(rows);
    let count = 0;
    for (let row = 0; row < rows; row++) {
      if (row % WARM_ROWS === 0) {
        const end = Math.min(rows, row + WARM_ROWS) * 2;
        known.warm(words, row * 2, end, 2);
        met.warm(words, row * 2, end, 2);
      }
      const low = words[row * 2];
      const high = words[row * 2 + 1];
      if ((low | high) === 0) continue;
      const check = checks[row];
      if (known.has(low, high, check) || met.has(low, high, check)) continue;
      met.add(low, high, check);
      waiting.note(low, high, check);
      fresh[count++] = row;
    }
    return fresh.subarray(0, count);
  }

  /** Encodes the members' rows for binary COPY. */
  private encode(batch: Batch, rows: Int32Array): Uint8Array {
    const { natural, attributes } = this.lookup;
    const isAll = rows.length === batch.rows;
    const keys = isAll ? this.keys : BigInt64Array.from(rows, (row) => this.keys[row]);
    const key: CopyField = {
      kind: 'int8',
      vector: { kind: 'int64', length: rows.length, validity: null, nullCount: 0, values: keys },
    };
    const values = [...natural, ...attributes].map(({ name, vector, logical }) => {
      const all = vectorOf(batch, vector);
      return valueField(name, isAll ? all : selectRows(all, rows), logical);
    });
    return this.kernel.encodeCopyRows([key, ...values], rows.length);
  }
}

/** The offsets at which each of the concatenated texts begins and ends. */
function offsetsOf(texts: readonly Uint8Array[]): Int32Array {
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    offsets[i + 1] = offsets[i] + text.length;
  });
  return offsets;
}
