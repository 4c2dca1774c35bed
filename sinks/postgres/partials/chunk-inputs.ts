/** Inputs of all rollups of a chunk: each is read once a batch. */
import type { Vector } from '../../../kernel/columns/vectors.ts';
import type { RollupInput } from '../../../model/compiled-rollup.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import { vectorOf } from '../facts/batch-vector.ts';
import type { KeyVector } from '../facts/fact-fields.ts';
import type { WordColumn } from './array-column.ts';
import { elementForm, isLong } from './input-forms.ts';
import { InputWords, type Words } from './input-words.ts';

export class ChunkInputs {
  private readonly known = new Map<string, InputWords>();
  private batch: Batch | null = null;
  private keys: readonly KeyVector[] = [];
  private words = new Map<InputWords, Words>();

  next(batch: Batch, keys: readonly KeyVector[]): void {
    this.batch = batch;
    this.keys = keys;
    this.words.clear();
  }

  input(input: RollupInput): InputWords {
    const key = JSON.stringify([input.read, input.operation]);
    const known = this.known.get(key) ?? new InputWords(input);
    this.known.set(key, known);
    return known;
  }

  read(input: InputWords): Words {
    let words = this.words.get(input);
    if (words === undefined) {
      words = input.read(this.batch!, this.keys);
      this.words.set(input, words);
    }
    return words;
  }

  vector({ read }: RollupInput): Vector {
    return read.kind === 'key' ? this.keys[read.dimension] : vectorOf(this.batch!, read.vector);
  }
}

/** A value that is grouped by, or whose occurrences are counted. */
export class Keyed {
  readonly width: 1 | 2;
  private readonly input: RollupInput;
  private readonly words: InputWords;
  private readonly inputs: ChunkInputs;
  private low = new Int32Array(0);
  private high = new Int32Array(0);

  constructor(input: RollupInput, inputs: ChunkInputs) {
    this.input = input;
    this.inputs = inputs;
    this.words = inputs.input(input);
    this.width = isLong(elementForm(input)) ? 2 : 1;
  }

  /** Of inputs that are texts, by number. */
  get texts(): readonly string[] {
    return this.words.texts;
  }

  /** Words of nulls are 0. */
  read(rows: number): Words {
    const { low, high, validity } = this.inputs.read(this.words);
    if (validity === null) return { low, high, validity };
    if (this.low.length < rows) {
      this.low = new Int32Array(rows);
      this.high = new Int32Array(rows);
    }
    zeroNulls(low, validity, rows, this.low);
    if (high !== null) zeroNulls(high, validity, rows, this.high);
    return { low: this.low, high: high && this.high, validity };
  }

  column(low: Int32Array, high: Int32Array | null, marks: Int32Array | null, nullBit: number): WordColumn {
    const { texts } = this.words;
    return { kind: 'words', form: elementForm(this.input), low, high, marks, nullBit, texts };
  }
}

function zeroNulls(words: Int32Array, validity: Uint8Array, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = (validity[i >> 3] & (1 << (i & 7))) === 0 ? 0 : words[i];
}
