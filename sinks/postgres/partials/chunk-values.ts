/**
 * How often each value occurs in each group of a chunk. Rows are kept as they come, and sorted at the end: that takes a
 * tenth of the time of a table where most values are different, and little more where they are not.
 */
import type { RollupValues } from '../../../model/compiled-rollup.ts';
import { type ArrayColumn, arrayMost, CopyRows, type WordColumn } from './array-column.ts';
import { type ChunkInputs, Keyed } from './chunk-inputs.ts';
import { sortedOrder } from './sorted-order.ts';

export class ChunkValues {
  readonly id: string;
  private readonly columns: readonly Keyed[];
  /** The group of each row, and the words of its value. Rows in which a value is null are left out. */
  private words: Int32Array[];
  private rows = 0;

  constructor({ id, columns }: RollupValues, inputs: ChunkInputs) {
    this.id = id;
    this.columns = columns.map((column) => new Keyed(column, inputs));
    const width = this.columns.reduce((sum, column) => sum + column.width, 1);
    this.words = Array.from({ length: width }, () => new Int32Array(1024));
  }

  /** Adds the batch that the inputs have. */
  add(groups: Int32Array, rows: number): void {
    const read = this.columns.map((column) => column.read(rows));
    const validities = read.flatMap(({ validity }) => (validity === null ? [] : [validity]));
    const words = [groups, ...read.flatMap(({ low, high }) => (high === null ? [low] : [low, high]))];
    this.reserve(this.rows + rows);
    if (validities.length === 0) {
      for (const [w, word] of words.entries()) this.words[w].set(word.subarray(0, rows), this.rows);
      this.rows += rows;
      return;
    }
    const complete = completeRows(validities, rows);
    for (const [w, word] of words.entries()) pickInto(word, complete, this.words[w], this.rows);
    this.rows += complete.length;
  }

  /**
   * Returns binary COPY rows, one for each group, or for `arrayMost` of its values: `chunkId`, the group's columns,
   * the values as one array for each of their columns, and how often each occurs, or null if each occurs once. `by`: the
   * groups' columns; marks below 0: the group is left out. Begins again with no rows.
   */
  take(chunkId: number, by: readonly WordColumn[], marks: Int32Array | null): Uint8Array {
    const [groups] = this.words;
    const order = sortedOrder(this.words, this.rows);
    const found = new CopyRows();
    const runs = runsOf(this.words, order);
    const columns = this.valueColumns();
    const counts = { kind: 'counts', counts: runs.counts } as const;
    const { starts } = runs;
    for (let from = 0, to = 0; from < starts.length; from = to) {
      const group = groups[starts[from]];
      let repeats = false;
      for (; to < starts.length && to - from < arrayMost && groups[starts[to]] === group; to++)
        repeats ||= runs.counts[to] > 1;
      if (marks !== null && marks[group] < 0) continue;
      found.begin(2 + by.length + columns.length, chunkId);
      for (const column of by) found.value(column, group);
      for (const column of columns) found.array(column, { picks: starts, from, to });
      if (repeats) found.array(counts, { picks: runs.places, from, to });
      else found.null();
    }
    this.rows = 0;
    return found.take();
  }

  private valueColumns(): ArrayColumn[] {
    let at = 1;
    return this.columns.map((column) => {
      const [low, high] = [this.words[at], column.width === 2 ? this.words[at + 1] : null];
      at += column.width;
      return column.column(low, high, null, 0);
    });
  }

  private reserve(rows: number): void {
    if (rows <= this.words[0].length) return;
    this.words = this.words.map((word) => {
      const longer = new Int32Array(Math.max(rows, word.length * 2));
      longer.set(word.subarray(0, this.rows));
      return longer;
    });
  }
}

/** Runs of equal rows: the first row of each, its length, and its number. */
function runsOf(
  words: readonly Int32Array[],
  order: Int32Array,
): { readonly starts: Int32Array; readonly counts: Int32Array; readonly places: Int32Array } {
  const starts = new Int32Array(order.length);
  const counts = new Int32Array(order.length);
  let runs = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    let isSame = i > 0;
    for (let w = 0; isSame && w < words.length; w++) isSame = words[w][row] === words[w][order[i - 1]];
    if (!isSame) starts[runs++] = row;
    counts[runs - 1]++;
  }
  const places = new Int32Array(runs);
  for (let i = 0; i < runs; i++) places[i] = i;
  return { starts: starts.subarray(0, runs), counts, places };
}

/** The rows in which no value is null. */
function completeRows(validities: readonly Uint8Array[], rows: number): Int32Array {
  const found = new Int32Array(rows);
  let count = 0;
  for (let i = 0; i < rows; i++) {
    if (validities.every((validity) => (validity[i >> 3] & (1 << (i & 7))) !== 0)) found[count++] = i;
  }
  return found.subarray(0, count);
}

function pickInto(values: Int32Array, picks: Int32Array, out: Int32Array, at: number): void {
  for (let i = 0; i < picks.length; i++) out[at + i] = values[picks[i]];
}
