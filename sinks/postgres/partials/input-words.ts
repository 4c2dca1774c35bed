/**
 * What a rollup reads of each row, as 32-bit words: equal values have equal words. Values of 32 bits are one word,
 * those of 64 bits two, and texts are numbered within the chunk.
 */
import type { DictionaryVector, TimestampVector, Vector } from '../../../kernel/columns/vectors.ts';
import type { RollupInput, RowOperation } from '../../../model/compiled-rollup.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import {
  dayFromCivil,
  dayOfMonth,
  daysSinceMonday,
  firstDay,
  yearOf,
} from '../../../model/enrich/calendar.ts';
import { textColumn } from '../dimensions/natural-text.ts';
import { vectorOf } from '../facts/batch-vector.ts';
import type { KeyVector } from '../facts/fact-fields.ts';
import { elementForm, isLong } from './input-forms.ts';

/** The values of one batch. Valid until the next batch is read. */
export interface Words {
  readonly low: Int32Array;
  /** Null for values of 32 bits. */
  readonly high: Int32Array | null;
  /** As in a vector. The words of a null are unspecified. */
  readonly validity: Uint8Array | null;
}

/** Reads one input, batch by batch. It belongs to one chunk. */
export class InputWords {
  /** Texts by their number. */
  readonly texts: string[] = [];
  private readonly input: RollupInput;
  private readonly isLong: boolean;
  private readonly numbers = new Map<string, number>();
  /** The number of each code of the dictionary, plus 1; 0 until a row has the code. */
  private codes = new Int32Array(0);
  private dictionary: DictionaryVector['dictionary'] | null = null;
  private low = new Int32Array(0);
  private high = new Int32Array(0);

  constructor(input: RollupInput) {
    this.input = input;
    this.isLong = isLong(elementForm(input));
  }

  /** `keys`: those of the star's dimensions. */
  read(batch: Batch, keys: readonly KeyVector[]): Words {
    const { read, operation } = this.input;
    const vector = read.kind === 'key' ? keys[read.dimension] : vectorOf(batch, read.vector);
    const { rows } = batch;
    if (this.low.length < rows) this.low = new Int32Array(rows);
    if (this.isLong && this.high.length < rows) this.high = new Int32Array(rows);
    const low =
      operation.name === 'value' ? this.plain(vector, rows) : this.computed(vector, operation, rows);
    return { low, high: this.isLong ? this.high : null, validity: vector.validity };
  }

  private plain(vector: Vector, rows: number): Int32Array {
    const { low, high } = this;
    switch (vector.kind) {
      case 'int32':
        return vector.values;
      case 'boolean':
        low.set(vector.values.subarray(0, rows));
        return low;
      case 'int64':
      case 'timestamp':
        splitWords(vector.values, rows, low, high);
        return low;
      case 'float64':
        splitDoubles(vector.values, rows, low, high);
        return low;
      case 'dictionary':
        this.numberCodes(vector, rows);
        return low;
      default:
        this.numberTexts(vector, rows);
        return low;
    }
  }

  private computed(vector: Vector, operation: RowOperation, rows: number): Int32Array {
    const { low } = this;
    switch (operation.name) {
      case 'value':
      case 'bucket':
        if (vector.kind === 'int32') bucketLoop(vector.values, rows, sizeOf(operation), low);
        else
          longBuckets((vector as { values: BigInt64Array }).values, rows, sizeOf(operation), low, this.high);
        return low;
      case 'hour':
        if (vector.kind === 'timestamp') hourLoop(vector.localSecond, rows, sizeOf(operation), low);
        else clockHours((vector as { values: BigInt64Array }).values, rows, sizeOf(operation), low);
        return low;
      case 'cell':
        cellLoop((vector as { values: Int32Array }).values, rows, operation.columns, operation.size, low);
        return low;
      default:
        dayLoop(daysOf(vector), rows, dayOperations[operation.name], low);
        return low;
    }
  }

  private numberCodes({ values, dictionary, validity }: DictionaryVector, rows: number): void {
    const { low } = this;
    if (dictionary !== this.dictionary) this.codes.fill(0);
    this.dictionary = dictionary;
    if (this.codes.length < dictionary.size) {
      const longer = new Int32Array(Math.max(64, dictionary.size, this.codes.length * 2));
      longer.set(this.codes);
      this.codes = longer;
    }
    const { codes } = this;
    for (let i = 0; i < rows; i++) {
      if (validity !== null && (validity[i >> 3] & (1 << (i & 7))) === 0) continue;
      const code = values[i];
      if (codes[code] === 0) codes[code] = this.numberOf(dictionary.text(code)) + 1;
      low[i] = codes[code] - 1;
    }
  }

  private numberTexts(vector: Vector, rows: number): void {
    const { read } = this.input;
    if (read.kind === 'key') return;
    const column = textColumn(vector, read.logical);
    for (let i = 0; i < rows; i++) {
      const text = column.text(i);
      if (text !== null) this.low[i] = this.numberOf(text);
    }
  }

  private numberOf(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.numbers.set(text, number);
    }
    return number;
  }
}

const sizeOf = (operation: RowOperation) => ('size' in operation ? (operation.size ?? 1) : 1);

const daysOf = (vector: Vector): Int32Array =>
  vector.kind === 'timestamp'
    ? (vector as TimestampVector).localDay
    : (vector as { values: Int32Array }).values;

/** The first day of the month; that of PostgreSQL's calendar where the month began before it. */
const monthStartOf = (day: number) => Math.max(firstDay, day - dayOfMonth(day) + 1);
const yearStartOf = (day: number) => Math.max(firstDay, dayFromCivil(yearOf(day), 1, 1)!);

const dayOperations: Readonly<
  Record<Exclude<RowOperation['name'], 'value' | 'bucket' | 'hour' | 'cell'>, (day: number) => number>
> = {
  day: (day) => day,
  weekStart: (day) => Math.max(firstDay, day - daysSinceMonday(day)),
  monthStart: monthStartOf,
  yearStart: yearStartOf,
  weekday: (day) => daysSinceMonday(day) + 1,
};

/** Days for which results are kept: 11 years. */
const DAYS = 4096;

/** Most batches are of a few years: the result of each day is kept, in the place of another one that is DAYS apart. */
function dayLoop(days: Int32Array, rows: number, of: (day: number) => number, out: Int32Array): void {
  const known = new Int32Array(DAYS);
  const results = new Int32Array(DAYS);
  for (let i = 0; i < rows; i++) {
    const day = days[i];
    const place = day & (DAYS - 1);
    // Day 0 is known to no place but its own.
    if (known[place] !== day || day === 0) {
      known[place] = day;
      results[place] = of(day);
    }
    out[i] = results[place];
  }
}

function hourLoop(seconds: Int32Array, rows: number, hours: number, out: Int32Array): void {
  const size = 3600 * hours;
  for (let i = 0; i < rows; i++) out[i] = (seconds[i] / size) | 0;
}

function clockHours(micros: BigInt64Array, rows: number, hours: number, out: Int32Array): void {
  const words = new Int32Array(micros.buffer, micros.byteOffset, rows * 2);
  const size = 3.6e9 * hours;
  for (let i = 0; i < rows; i++) {
    out[i] = Math.floor((words[2 * i + 1] * 4294967296 + (words[2 * i] >>> 0)) / size);
  }
}

/** Numbers of larger cells. Quotients are cut off, as those of SQL's integers. */
function cellLoop(cells: Int32Array, rows: number, columns: number, size: number, out: Int32Array): void {
  const wide = columns / size;
  for (let i = 0; i < rows; i++) {
    const row = (cells[i] / columns) | 0;
    const column = cells[i] - row * columns;
    out[i] = ((row / size) | 0) * wide + ((column / size) | 0);
  }
}

function bucketLoop(values: Int32Array, rows: number, size: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) out[i] = Math.floor(values[i] / size);
}

function longBuckets(
  values: BigInt64Array,
  rows: number,
  size: number,
  low: Int32Array,
  high: Int32Array,
): void {
  const divisor = BigInt(size);
  for (let i = 0; i < rows; i++) {
    const value = values[i];
    const bucket = value / divisor - (value % divisor < 0n ? 1n : 0n);
    low[i] = Number(BigInt.asIntN(32, bucket));
    high[i] = Number(bucket >> 32n);
  }
}

function splitWords(values: BigInt64Array, rows: number, low: Int32Array, high: Int32Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, rows * 2);
  for (let i = 0; i < rows; i++) {
    low[i] = words[2 * i];
    high[i] = words[2 * i + 1];
  }
}

/** The bits of doubles. There is one zero and one NaN. */
function splitDoubles(values: Float64Array, rows: number, low: Int32Array, high: Int32Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, rows * 2);
  for (let i = 0; i < rows; i++) {
    low[i] = words[2 * i];
    high[i] = words[2 * i + 1];
    if (values[i] === 0) high[i] = 0;
    if (Number.isNaN(values[i])) {
      low[i] = 0;
      high[i] = 0x7ff80000;
    }
  }
}
