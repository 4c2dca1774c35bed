/**
 * Keys of a look-up dimension whose keys are hashes of the natural key: the facts have them at once, and the members
 * that the process does not know are made when the chunk's rows have all passed, before its facts are committed.
 *
 * The hash is xxHash64 of the natural key's text: UTF-8, values of other types as PostgreSQL prints them, several
 * columns each followed by NUL (two for null). docs/dimensions.md says it to those who join by it.
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

/** Bytes of members' rows that wait in a chunk at most, of all its dimensions: with a batch's more they fit in 16 MiB. */
const WAITING_BYTES = 14 << 20;
/** Keys that a process knows, of all tables (key-set.ts says what they take). */
const KNOWN_KEYS = 6_000_000;

/** Rows of which the keys are brought near at a time. */
const WARM_ROWS = 2048;

type Lookup = Extract<CompiledDimension, { kind: 'lookup' }>;

/** What a process knows of one table. One of its chunks at a time makes members. */
export class HashedTable {
  readonly known: KeySet;
  /** Of the chunk, in this table. */
  readonly waitingBytes: number;
  private readonly members: HashedMembers;
  private turn: Promise<unknown> = Promise.resolve();

  /** `share`: of the memory for hashed keys. */
  constructor(pool: Pool, schema: string, lookup: Lookup, share = 1) {
    this.known = new KeySet(KNOWN_KEYS * share);
    this.waitingBytes = WAITING_BYTES * share;
    this.members = new HashedMembers(pool, schema, lookup);
  }

  /** Makes what the table lacks of the members, and gives their memory back. */
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

/** One role of the table in one chunk. */
export class HashedRole {
  private readonly lookup: Lookup;
  private readonly table: HashedTable;
  private readonly kernel: Kernel;
  private waiting = new NewMembers();
  /** Keys that wait: as many as may, and some. */
  private met = new KeySet(Number.POSITIVE_INFINITY);
  /** A row's key, its two words, and its check; all 0 without a natural key. */
  private keys = new BigInt64Array(0);
  private words = new Int32Array(0);
  private checks = new Int32Array(0);
  /** The same of the codes of the chunk's dictionary, as far as they are hashed. */
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

  /** Fills in keys and checks of the batch's rows. */
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

  /** Texts of a dictionary are hashed once a chunk. */
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

  /** Natural keys of several columns, and of other types than text. */
  private hashRows(vectors: readonly Vector[], rows: number): void {
    const columns = vectors.map((vector, c) => textColumn(vector, this.lookup.natural[c].logical));
    const texts = Array.from({ length: rows }, (_, row) => naturalText(columns, row));
    const bytes = texts.map((text) => Buffer.from(text ?? ''));
    this.hashTexts(offsetsOf(bytes), Buffer.concat(bytes));
    texts.forEach((text, row) => {
      if (text === null) this.words[row * 2] = this.words[row * 2 + 1] = 0;
    });
  }

  /** The first row of each member that neither the process knows nor the chunk has met. */
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

  /** The members' rows of binary COPY. */
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

/** Where each of the texts, one after the other, begins and ends. */
function offsetsOf(texts: readonly Uint8Array[]): Int32Array {
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    offsets[i + 1] = offsets[i] + text.length;
  });
  return offsets;
}
