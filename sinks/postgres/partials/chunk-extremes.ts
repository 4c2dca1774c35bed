/**
 * The least and the greatest value of each group of a chunk, for measures that need no others. Of values with several
 * columns, the first decides, then the next. Rows in which one is null are left out.
 */
import type { RollupValues } from '../../../model/compiled-rollup.ts';
import { arrayMost, CopyRows, type WordColumn } from './array-column.ts';
import { type ChunkInputs, Keyed } from './chunk-inputs.ts';
import { elementForm } from './input-forms.ts';
import type { Words } from './input-words.ts';

/** Values of one column by group, as words. */
interface Best {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** Compares value i of one column with value j of it in `best`: below 0 if it is less. */
type Compare = (words: Words, i: number, best: Best, j: number) => number;

export class ChunkExtremes {
  readonly id: string;
  private readonly columns: readonly Keyed[];
  private readonly compares: readonly Compare[];
  /** By group: twice as long as there are groups, the least values before the greatest. */
  private best: readonly Best[] = [];
  private seen = new Uint8Array(0);

  constructor({ id, columns }: RollupValues, inputs: ChunkInputs) {
    this.id = id;
    this.columns = columns.map((column) => new Keyed(column, inputs));
    this.compares = columns.map((column, i) => compareBy(elementForm(column).kind, this.columns[i]));
  }

  /** Adds the batch that the inputs have. `groups`: less than `size`. */
  add(groups: Int32Array, rows: number, size: number): void {
    this.reserve(size);
    const read = this.columns.map((column) => column.read(rows));
    const validities = read.flatMap(({ validity }) => (validity === null ? [] : [validity]));
    const half = this.seen.length;
    const [first] = read;
    const [best] = this.best;
    const isWhole = this.compares[0] === compareWhole;
    const high = first.high ?? first.low;
    if (isWhole && read.length === 1 && validities.length === 0) {
      addWhole(groups, rows, { low: first.low, high }, best, this.seen);
      return;
    }
    for (let i = 0; i < rows; i++) {
      const group = groups[i];
      if (this.seen[group] === 1 && isWhole) {
        // Most values are between the two, which the first word tells.
        const value = high[i];
        if (value > best.high[group] && value < best.high[half + group]) continue;
      }
      if (!validities.every((validity) => (validity[i >> 3] & (1 << (i & 7))) !== 0)) continue;
      const isFirst = this.seen[group] === 0;
      this.seen[group] = 1;
      if (isFirst || this.compare(read, i, group) < 0) this.keep(read, i, group);
      if (isFirst || this.compare(read, i, half + group) > 0) this.keep(read, i, half + group);
    }
  }

  /**
   * Returns binary COPY rows, each of up to `arrayMost` groups: `chunkId`, the groups' columns, the columns of their
   * least values, and those of their greatest, all as arrays. `by`: the groups' columns; marks below 0: the group is left
   * out. Begins again with no values.
   */
  take(chunkId: number, by: readonly WordColumn[], marks: Int32Array | null): Uint8Array {
    const found = new CopyRows();
    const half = this.seen.length;
    const columns = this.best.map(({ low, high }, c) => {
      const column = this.columns[c];
      return column.column(low, column.width === 2 ? high : null, null, 0);
    });
    const least = new Int32Array(half);
    let count = 0;
    for (let group = 0; group < half; group++) {
      if (this.seen[group] === 1 && (marks === null || marks[group] >= 0)) least[count++] = group;
    }
    const greatest = least.map((group) => half + group);
    for (let from = 0; from < count; from += arrayMost) {
      const to = Math.min(from + arrayMost, count);
      found.begin(1 + by.length + columns.length * 2, chunkId);
      for (const column of by) found.array(column, { picks: least, from, to });
      for (const column of columns) found.array(column, { picks: least, from, to });
      for (const column of columns) found.array(column, { picks: greatest, from, to });
    }
    this.seen.fill(0);
    return found.take();
  }

  private compare(read: readonly Words[], i: number, j: number): number {
    for (let c = 0; c < read.length; c++) {
      const order = this.compares[c](read[c], i, this.best[c], j);
      if (order !== 0) return order;
    }
    return 0;
  }

  private keep(read: readonly Words[], i: number, j: number): void {
    for (let c = 0; c < read.length; c++) {
      const { low, high } = read[c];
      this.best[c].low[j] = low[i];
      this.best[c].high[j] = high === null ? low[i] : high[i];
    }
  }

  private reserve(size: number): void {
    const before = this.seen.length;
    if (size <= before) return;
    const half = Math.max(size, before * 2, 64);
    const seen = new Uint8Array(half);
    seen.set(this.seen);
    this.seen = seen;
    const longer = (words: Int32Array | undefined) => {
      const found = new Int32Array(half * 2);
      if (words === undefined) return found;
      found.set(words.subarray(0, before));
      found.set(words.subarray(before), half);
      return found;
    };
    this.best = this.columns.map((_, c) => ({
      low: longer(this.best[c]?.low),
      high: longer(this.best[c]?.high),
    }));
  }
}

function compareBy(kind: ReturnType<typeof elementForm>['kind'], { texts }: Keyed): Compare {
  if (kind === 'float8') return compareDoubles;
  if (kind !== 'text') return compareWhole;
  return (words, i, best, j) => {
    const [one, other] = [words.low[i], best.low[j]];
    return one === other ? 0 : Buffer.compare(Buffer.from(texts[one]), Buffer.from(texts[other]));
  };
}

/** Whole numbers of 32 or 64 bits. */
function compareWhole({ low, high }: Words, i: number, best: Best, j: number): number {
  if (high === null) return low[i] - best.low[j];
  return high[i] - best.high[j] || (low[i] >>> 0) - (best.low[j] >>> 0);
}

/** Values of one column of whole numbers, none of them null. Of numbers of 32 bits, both words are the number. */
function addWhole(groups: Int32Array, rows: number, values: Best, best: Best, seen: Uint8Array): void {
  const { low, high } = values;
  const half = seen.length;
  for (let i = 0; i < rows; i++) {
    const group = groups[i];
    const value = high[i];
    if (seen[group] === 0) {
      seen[group] = 1;
      best.low[group] = best.low[half + group] = low[i];
      best.high[group] = best.high[half + group] = value;
      continue;
    }
    const least = best.high[group];
    const greatest = best.high[half + group];
    if (value > least && value < greatest) continue;
    const rest = low[i] >>> 0;
    if (value < least || (value === least && rest < best.low[group] >>> 0)) {
      best.low[group] = low[i];
      best.high[group] = value;
    }
    if (value > greatest || (value === greatest && rest > best.low[half + group] >>> 0)) {
      best.low[half + group] = low[i];
      best.high[half + group] = value;
    }
  }
}

const pair = new DataView(new ArrayBuffer(8));

/** As PostgreSQL orders doubles: NaN is the greatest. */
function compareDoubles({ low, high }: Words, i: number, best: Best, j: number): number {
  const [one, other] = [doubleOf(high![i], low[i]), doubleOf(best.high[j], best.low[j])];
  if (Number.isNaN(one) || Number.isNaN(other))
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
  return one < other ? -1 : one > other ? 1 : 0;
}

function doubleOf(high: number, low: number): number {
  pair.setInt32(0, high);
  pair.setInt32(4, low);
  return pair.getFloat64(0);
}
