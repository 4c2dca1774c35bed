/** The rows of one column that wait for the next row group of one partition. */
import type { Utf8Vector, Vector } from '../../kernel/columns/vectors.ts';
import type { CodeSpace } from './code-space.ts';
import {
  type Gather,
  gatherFloat64,
  gatherInt32,
  gatherInt64,
  gatherPlainTexts,
  gatherUint8,
  gatherUuid,
  gatherValid,
  plainTextBytes,
} from './gather.ts';
import { giveMemory, growMemory, takeMemory } from './memory.ts';
import type { ColumnValues } from './parquet/column-chunk.ts';

/** The rows order[from … to) of a batch. `contiguous` if these are the rows from … to themselves. */
export interface Selection {
  readonly order: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly contiguous: boolean;
}

const FIRST_BYTES = 64;
let validScratch = new Int32Array(1 << 14);

/**
 * Values are dense, without nulls. A nullable column has one level per row. Both are what a page needs. Memory comes
 * from the pool and grows by doubling.
 */
export abstract class ColumnBuffer {
  rows = 0;
  protected count = 0;
  protected memory: ArrayBuffer;
  readonly #nullable: boolean;
  /** Present from the first null on. */
  #levels: Uint8Array<ArrayBuffer> | null = null;

  constructor(nullable: boolean, firstBytes: number) {
    this.#nullable = nullable;
    this.memory = takeMemory(Math.max(FIRST_BYTES, firstBytes));
  }

  append(vector: Vector, selection: Selection): void {
    const { order, from, to } = selection;
    const added = to - from;
    if (vector.validity === null || vector.nullCount === 0) {
      if (this.#levels !== null) this.#levelsFor(added).fill(1, this.rows, this.rows + added);
      this.copy(vector, selection);
      this.count += added;
    } else {
      if (validScratch.length < added) validScratch = new Int32Array(added * 2);
      const levels = this.#levelsFor(added);
      const count = gatherValid(vector.validity, order, from, to, levels, this.rows, validScratch);
      this.copy(vector, { order: validScratch, from: 0, to: count, contiguous: false });
      this.count += count;
    }
    this.rows += added;
  }

  /** The levels, with room for `added` more rows. */
  #levelsFor(added: number): Uint8Array {
    const levels = (this.#levels ??= new Uint8Array(takeMemory(this.rows + added)).fill(1, 0, this.rows));
    if (this.rows + added <= levels.length) return levels;
    return (this.#levels = new Uint8Array(growMemory(levels.buffer, this.rows, this.rows + added)));
  }

  /** Memory held, in bytes. */
  get bytes(): number {
    return this.memory.byteLength + (this.#levels?.length ?? 0);
  }

  /** Views of what a row group needs, valid until the buffer is appended to, cleared or released. */
  values(): ColumnValues {
    return {
      rows: this.rows,
      count: this.count,
      nullable: this.#nullable,
      levels: this.#levels,
      data: this.data(),
    };
  }

  /** Removes all rows but the first ones. */
  truncate(rows: number): void {
    let count = rows;
    if (this.#levels !== null) for (let row = 0; row < rows; row++) count -= 1 - this.#levels[row];
    this.rows = rows;
    this.count = count;
    if (count === rows) this.#dropLevels();
  }

  /** There are no nulls any more. */
  #dropLevels(): void {
    if (this.#levels !== null) giveMemory(this.#levels.buffer);
    this.#levels = null;
  }

  /** Removes the rows and keeps the memory. */
  clear(): void {
    this.rows = 0;
    this.count = 0;
    this.#dropLevels();
  }

  /** Releases the memory. The buffer must not be used afterwards. */
  release(): void {
    giveMemory(this.memory);
    if (this.#levels !== null) giveMemory(this.#levels.buffer);
  }

  /** Appends the values of the selected rows, none of which is null, after the first `count` values. */
  protected abstract copy(vector: Vector, selection: Selection): void;
  protected abstract data(): ColumnValues['data'];
}

type Lane = Int32Array | BigInt64Array | Float64Array | Uint8Array;

/** How values of a fixed width are stored, and how they are moved. */
interface Layout<A extends Lane> {
  /** Array elements per value. */
  readonly lanes: number;
  /** Bytes per value. */
  readonly width: number;
  readonly view: (memory: ArrayBuffer) => A;
  readonly gather: Gather<A>;
  readonly data: (values: A) => ColumnValues['data'];
}

class FixedBuffer<A extends Lane> extends ColumnBuffer {
  #values: A;
  readonly #layout: Layout<A>;

  constructor(nullable: boolean, layout: Layout<A>, rows: number) {
    super(nullable, rows * layout.width);
    this.#layout = layout;
    this.#values = layout.view(this.memory);
  }

  protected copy(vector: Vector, { order, from, to, contiguous }: Selection): void {
    const { lanes, width, gather, view } = this.#layout;
    const source = (vector as unknown as { values: A }).values;
    const bytes = (this.count + to - from) * width;
    if (bytes > this.memory.byteLength) {
      this.memory = growMemory(this.memory, this.count * width, bytes);
      this.#values = view(this.memory);
    }
    if (contiguous) this.#values.set(source.subarray(from * lanes, to * lanes) as never, this.count * lanes);
    else gather(source, order, from, to, this.#values, this.count);
  }

  protected data(): ColumnValues['data'] {
    return this.#layout.data(this.#values);
  }
}

class Utf8Buffer extends ColumnBuffer {
  #plain = new Uint8Array(this.memory);
  #view = new DataView(this.memory);
  #byteLength = 0;

  protected copy(vector: Vector, { order, from, to }: Selection): void {
    const { offsets, bytes } = vector as Utf8Vector;
    const needed = this.#byteLength + plainTextBytes(offsets, order, from, to);
    if (needed > this.memory.byteLength) {
      this.memory = growMemory(this.memory, this.#byteLength, needed);
      this.#plain = new Uint8Array(this.memory);
      this.#view = new DataView(this.memory);
    }
    this.#byteLength = gatherPlainTexts(
      offsets,
      bytes,
      order,
      from,
      to,
      this.#plain,
      this.#view,
      this.#byteLength,
    );
  }

  override truncate(rows: number): void {
    super.truncate(rows);
    this.#byteLength = 0;
    for (let text = 0; text < this.count; text++)
      this.#byteLength += 4 + this.#view.getUint32(this.#byteLength, true);
  }

  override clear(): void {
    super.clear();
    this.#byteLength = 0;
  }

  protected data(): ColumnValues['data'] {
    return { kind: 'utf8', plain: this.#plain, byteLength: this.#byteLength };
  }
}

/** A layout of `lanes` elements per value. */
function layoutOf<A extends Lane>(
  lanes: number,
  View: { new (memory: ArrayBuffer): A; readonly BYTES_PER_ELEMENT: number },
  gather: Gather<A>,
  data: Layout<A>['data'],
): Layout<A> {
  return { lanes, width: lanes * View.BYTES_PER_ELEMENT, view: (memory) => new View(memory), gather, data };
}

const int32Layout = layoutOf<Int32Array>(1, Int32Array, gatherInt32, (values) => ({ kind: 'int32', values }));
const int64Layout = layoutOf(1, BigInt64Array, gatherInt64, (values) => ({
  kind: 'int64',
  words: new Int32Array(values.buffer),
}));
const float64Layout = layoutOf(1, Float64Array, gatherFloat64, (values) => ({ kind: 'float64', values }));
const booleanLayout = layoutOf(1, Uint8Array, gatherUint8, (values) => ({ kind: 'boolean', values }));
const uuidLayout = layoutOf<Uint8Array>(16, Uint8Array, gatherUuid, (values) => ({ kind: 'uuid', values }));

const decimal128Layout: Layout<Uint8Array> = {
  ...uuidLayout,
  data: (values) => ({ kind: 'decimal128', values }),
};

/** Codes of the chunk's code space. The codes of vectors must be translated into it first. */
function dictionaryLayout(space: CodeSpace): Layout<Int32Array> {
  return {
    ...int32Layout,
    data: (codes) => ({ kind: 'dictionary', codes, codeCount: space.size, bytes: space.bytes }),
  };
}

/** A buffer with room for `rows` values of this kind. `space`: the chunk's code space for the column. */
export function columnBuffer(
  kind: Vector['kind'],
  nullable: boolean,
  space: CodeSpace,
  rows: number,
): ColumnBuffer {
  switch (kind) {
    case 'int32':
      return new FixedBuffer(nullable, int32Layout, rows);
    case 'int64':
    case 'timestamp':
      return new FixedBuffer(nullable, int64Layout, rows);
    case 'float64':
      return new FixedBuffer(nullable, float64Layout, rows);
    case 'boolean':
      return new FixedBuffer(nullable, booleanLayout, rows);
    case 'uuid':
      return new FixedBuffer(nullable, uuidLayout, rows);
    case 'decimal128':
      return new FixedBuffer(nullable, decimal128Layout, rows);
    case 'dictionary':
      return new FixedBuffer(nullable, dictionaryLayout(space), rows);
    case 'utf8':
      return new Utf8Buffer(nullable, 0);
    case 'point':
      throw new TypeError('a point is stored as its lon and lat');
  }
}
