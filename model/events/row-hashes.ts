/**
 * Hashes of rows over some of their columns. A row is hashed as the blocks of its columns that are not null, in the
 * order of their names. A block is the value (value-words.ts) XOR the hash of the column's name and family. So the
 * hash does not depend on the order of the columns in the file or in the definition, and a column that is null is the
 * same as one that does not exist.
 *
 * The work is done in tiles that stay in the processor's cache. A column's words are computed once for all hashes
 * that contain it.
 */
import type { UuidVector, Vector } from '../../kernel/columns/vectors.ts';
import type { LogicalType } from '../compiled.ts';
import { blockBytes, blockWords, endHashes, hashBytes, takeBlocks } from './murmur3.ts';
import { familyOf, forgetSigns, ValueWords } from './value-words.ts';

/** Rows whose words, states and lengths are worked on at a time: 36 KiB for one hash. */
const TILE_ROWS = 1024;

/** A column that is hashed. */
export interface HashedColumn {
  readonly name: string;
  readonly logical: LogicalType;
}

/** One hash of each row. */
export interface HashOf {
  readonly columns: readonly HashedColumn[];
  /** 'identical': values that look different differ. 'equal': -0 and 0 are the same, as for PostgreSQL. */
  readonly values: 'identical' | 'equal';
}

/** A column's part in one or more hashes. */
interface Term {
  readonly name: string;
  readonly signless: boolean;
  readonly seed: Int32Array;
  readonly words: ValueWords;
  /** Indexes of the hashes. */
  readonly hashes: number[];
}

/** Several hashes of the rows of a chunk, batch by batch. */
export class RowHashes {
  private readonly terms: readonly Term[];
  private readonly states: readonly Int32Array[];
  private readonly lengths: readonly Int32Array[];
  private readonly blocks = new Int32Array(TILE_ROWS * blockWords);
  private readonly out: Int32Array[];

  constructor(hashes: readonly HashOf[]) {
    this.terms = termsOf(hashes);
    this.states = hashes.map(() => new Int32Array(TILE_ROWS * blockWords));
    this.lengths = hashes.map(() => new Int32Array(TILE_ROWS));
    this.out = hashes.map(() => new Int32Array(0));
  }

  /** One vector for each hash. They are valid until the next call. `vectorOf`: a column by its name. */
  of(vectorOf: (name: string) => Vector, rows: number): UuidVector[] {
    for (const [h, words] of this.out.entries()) {
      if (words.length < rows * blockWords) this.out[h] = new Int32Array(rows * blockWords);
    }
    const vectors = this.terms.map(({ name }) => vectorOf(name));
    for (let from = 0; from < rows; from += TILE_ROWS) {
      this.tile(vectors, from, Math.min(TILE_ROWS, rows - from));
    }
    return this.out.map((words) => ({
      ...{ kind: 'uuid', length: rows, validity: null, nullCount: 0 },
      values: new Uint8Array(words.buffer, 0, rows * blockBytes),
    }));
  }

  private tile(vectors: readonly Vector[], from: number, rows: number): void {
    for (const state of this.states) state.fill(0);
    for (const length of this.lengths) length.fill(0);
    const { blocks } = this;
    for (const [t, { words, signless, seed, hashes }] of this.terms.entries()) {
      const vector = vectors[t];
      if (vector.nullCount === vector.length && vector.length > 0) continue;
      words.write(vector, from, rows, blocks);
      if (signless) forgetSigns(rows, blocks);
      xorSeed(blocks, rows, seed);
      const validity = vector.nullCount === 0 ? null : vector.validity;
      for (const h of hashes) takeBlocks(this.states[h], this.lengths[h], blocks, validity, from, rows);
    }
    for (let h = 0; h < this.out.length; h++)
      endHashes(this.states[h], this.lengths[h], rows, this.out[h], from * blockWords);
  }
}

/** In the order of names, so that every hash takes its columns in it. */
function termsOf(hashes: readonly HashOf[]): Term[] {
  const terms = new Map<string, Term>();
  for (const [h, { columns, values }] of hashes.entries()) {
    for (const { name, logical } of columns) {
      const signless = values === 'equal' && (logical.type === 'float8' || logical.type === 'point');
      const id = JSON.stringify([name, signless]);
      const term = terms.get(id) ?? {
        name,
        signless,
        seed: seedOf(name, logical),
        words: new ValueWords(),
        hashes: [],
      };
      if (!term.hashes.includes(h)) term.hashes.push(h);
      terms.set(id, term);
    }
  }
  return [...terms.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function seedOf(name: string, logical: LogicalType): Int32Array {
  const bytes = new TextEncoder().encode(`${name}\0${familyOf(logical)}`);
  const seed = new Int32Array(blockWords);
  hashBytes(bytes, 0, bytes.length, seed, 0);
  return seed;
}

function xorSeed(blocks: Int32Array, rows: number, [s0, s1, s2, s3]: Int32Array): void {
  for (let at = 0; at < rows * blockWords; at += blockWords) {
    blocks[at] ^= s0;
    blocks[at + 1] ^= s1;
    blocks[at + 2] ^= s2;
    blocks[at + 3] ^= s3;
  }
}
