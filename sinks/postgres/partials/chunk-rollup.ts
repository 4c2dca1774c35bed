/**
 * One rollup's groups of one chunk: numbers of groups, what is added up for each, and how often each value occurs.
 *
 *   add (batch) … add ─▶ flush ─▶ pieces          add flushes too before a bound is reached: a group may then be in
 *                                                 more than one piece, which whoever adds pieces up does not mind
 */
import type { CompiledRollup, RollupInput } from '../../../model/compiled-rollup.ts';
import { isExtreme } from '../rollups/piece-values.ts';
import { type ArrayColumn, arrayMost, CopyRows } from './array-column.ts';
import { ChunkExtremes } from './chunk-extremes.ts';
import { type ChunkInputs, Keyed } from './chunk-inputs.ts';
import { ChunkValues } from './chunk-values.ts';
import { isComputable } from './input-forms.ts';
import type { Words } from './input-words.ts';
import type { Numeric } from './numeric-element.ts';
import { type PartSums, partSums, rowsMost } from './part-sums.ts';
import { WordGroups } from './word-groups.ts';

/** Groups that are kept before they are flushed: with eight parts 2^18 take 32 MB. */
const groupsMost = 2 ** 18;

/** The mark of rows that the rollup leaves out. Bits below it mean that a group's value is null. */
const leftOut = 31;

/** Takes binary COPY rows for the table of groups (null), or for that of values (their id). */
export type TakeRows = (values: string | null, rows: Uint8Array) => void;

/** Whether workers add up the rollup's parts, and count its values, exactly as PostgreSQL does. */
export function isWorkable({ by, where, parts, values }: CompiledRollup): boolean {
  const inputs = [...by, ...(where === null ? [] : [where]), ...values.flatMap(({ columns }) => columns)];
  const isSummed = parts.every((part) => partSums(part) !== null);
  return by.length < leftOut && inputs.every(isComputable) && isSummed;
}

interface Summed {
  readonly input: RollupInput | null;
  readonly sums: PartSums;
}

export class ChunkRollup {
  private readonly inputs: ChunkInputs;
  private readonly by: readonly Keyed[];
  private readonly where: RollupInput | null;
  private readonly parts: readonly Summed[];
  private readonly values: readonly (ChunkValues | ChunkExtremes)[];
  private readonly groups: WordGroups;
  private readonly chunkId: number;
  private readonly emit: TakeRows;
  private readonly copyRows = new CopyRows();
  private rows = 0;
  private numbers = new Int32Array(0);
  private marks = new Int32Array(0);

  constructor(chunkId: number, rollup: CompiledRollup, inputs: ChunkInputs, emit: TakeRows) {
    this.inputs = inputs;
    this.by = rollup.by.map((input) => new Keyed(input, inputs));
    this.where = rollup.where;
    this.parts = rollup.parts.map((part) => ({ input: part.input, sums: partSums(part)! }));
    this.values = rollup.values.map((values) =>
      isExtreme(rollup, values) ? new ChunkExtremes(values, inputs) : new ChunkValues(values, inputs),
    );
    this.groups = new WordGroups(this.by.reduce((sum, { width }) => sum + width, 0));
    this.chunkId = chunkId;
    this.emit = emit;
  }

  /** Adds the batch that the inputs have. */
  add(rows: number): void {
    if (this.isFull(rows)) this.flush();
    this.rows += rows;
    const numbers = this.number(rows);
    const { size } = this.groups;
    for (const { input, sums } of this.parts) {
      sums.reserve(size);
      sums.add(numbers, input && this.inputs.vector(input), rows);
    }
    for (const values of this.values) values.add(numbers, rows, size);
  }

  /** Emits what was added since the last flush. */
  flush(): void {
    const { size } = this.groups;
    const { words, marks } = this.groups.rows();
    let at = 0;
    const by = this.by.map((key, i) => {
      const [low, high] = [words[at], key.width === 2 ? words[at + 1] : null];
      at += key.width;
      return key.column(low, high, marks, i);
    });
    const parts = this.parts.map(({ sums }) => partColumn(sums, size));
    this.emitGroups([...by, ...parts], keptOf(size, marks));
    for (const values of this.values) {
      const rows = values.take(this.chunkId, by, marks);
      if (rows.length > 0) this.emit(values.id, rows);
    }
    this.groups.clear();
    for (const { sums } of this.parts) sums.clear();
    this.rows = 0;
  }

  /** A chunk without groups has a row too, which says that there are none. */
  private emitGroups(columns: readonly ArrayColumn[], picks: Int32Array): void {
    for (let from = 0; from === 0 || from < picks.length; from += arrayMost) {
      const to = Math.min(from + arrayMost, picks.length);
      this.copyRows.begin(1 + columns.length, this.chunkId);
      for (const column of columns) this.copyRows.array(column, { picks, from, to });
    }
    this.emit(null, this.copyRows.take());
  }

  private isFull(rows: number): boolean {
    return this.rows + rows > rowsMost || this.groups.size > groupsMost;
  }

  private number(rows: number): Int32Array {
    if (this.numbers.length < rows) {
      this.numbers = new Int32Array(rows);
      this.marks = new Int32Array(rows);
    }
    const { numbers, marks } = this;
    const read = this.by.map((key) => key.read(rows));
    const isMarked = this.mark(read, rows);
    const words = read.flatMap(({ low, high }) => (high === null ? [low] : [low, high]));
    this.groups.number(words, isMarked ? marks : null, rows, numbers);
    return numbers;
  }

  /** Writes the marks of all rows. False if there are none. */
  private mark(read: readonly Words[], rows: number): boolean {
    const { marks, where } = this;
    const nullable = read.filter(({ validity }) => validity !== null);
    if (where === null && nullable.length === 0) return false;
    marks.fill(0, 0, rows);
    read.forEach(({ validity }, i) => {
      if (validity !== null) markNulls(validity, rows, 1 << i, marks);
    });
    if (where !== null) {
      const vector = this.inputs.vector(where);
      if (vector.kind === 'boolean') markLeftOut(vector.values, vector.validity, rows, marks);
    }
    return true;
  }
}

function partColumn(sums: PartSums, size: number): ArrayColumn {
  if (sums.counts !== null) return { kind: 'counts', counts: sums.counts.slice(0, size) };
  const numerics: Numeric[] = [];
  for (let group = 0; group < size; group++) numerics.push(sums.sum(group));
  return { kind: 'numerics', numerics };
}

/** The entries that are not left out. */
function keptOf(size: number, marks: Int32Array | null): Int32Array {
  const kept = new Int32Array(size);
  let count = 0;
  for (let i = 0; i < size; i++) {
    if (marks === null || marks[i] >= 0) kept[count++] = i;
  }
  return kept.subarray(0, count);
}

function markNulls(validity: Uint8Array, rows: number, bit: number, marks: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    if ((validity[i >> 3] & (1 << (i & 7))) === 0) marks[i] |= bit;
  }
}

/** Sets the sign bit of rows in which the value is not true. */
function markLeftOut(values: Uint8Array, validity: Uint8Array | null, rows: number, marks: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    if (values[i] === 0 || (validity !== null && (validity[i >> 3] & (1 << (i & 7))) === 0))
      marks[i] |= 1 << leftOut;
  }
}
