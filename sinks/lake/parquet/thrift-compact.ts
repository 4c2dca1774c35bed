/**
 * Writes Thrift's compact protocol, as far as Parquet's metadata requires it. Source:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import type { ByteSink } from './byte-sink.ts';

export const ThriftType = {
  true: 1,
  false: 2,
  i8: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  binary: 8,
  list: 9,
  struct: 12,
} as const;
export type ThriftType = (typeof ThriftType)[keyof typeof ThriftType];

export class ThriftWriter {
  readonly #sink: ByteSink;
  /** The last field id of each open struct. Field ids are written as differences. */
  readonly #lastIds: number[] = [0];

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  #header(id: number, type: ThriftType): void {
    const depth = this.#lastIds.length - 1;
    const delta = id - this.#lastIds[depth];
    this.#lastIds[depth] = id;
    // Parquet's field ids are small and in order, so the short form is always enough.
    if (delta < 1 || delta > 15) throw new RangeError(`thrift field ${id} is out of order`);
    this.#sink.byte((delta << 4) | type);
  }

  /** Zigzag encoding of signed whole numbers below 2^52. */
  #zigzag(value: number): void {
    this.#sink.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  bool(id: number, value: boolean): void {
    this.#header(id, value ? ThriftType.true : ThriftType.false);
  }

  i8(id: number, value: number): void {
    this.#header(id, ThriftType.i8);
    this.#sink.byte(value);
  }

  i16(id: number, value: number): void {
    this.#header(id, ThriftType.i16);
    this.#zigzag(value);
  }

  i32(id: number, value: number): void {
    this.#header(id, ThriftType.i32);
    this.#zigzag(value);
  }

  i64(id: number, value: number): void {
    this.#header(id, ThriftType.i64);
    this.#zigzag(value);
  }

  /** Appends fields that a writer of this class has written before. `last`: the id of the last one. */
  fields(last: number, written: Uint8Array): void {
    this.#sink.append(written);
    this.#lastIds[this.#lastIds.length - 1] = last;
  }

  /** Writes bytes, or a text as UTF-8. */
  binary(id: number, value: Uint8Array | string): void {
    this.#header(id, ThriftType.binary);
    this.binaryElement(value);
  }

  /** Begins a struct that is a field. `end` ends it. */
  struct(id: number): void {
    this.#header(id, ThriftType.struct);
    this.#lastIds.push(0);
  }

  /** Begins a struct that is an element of a list. `end` ends it. */
  element(): void {
    this.#lastIds.push(0);
  }

  /** Ends the innermost struct. The last call ends the outermost one. */
  end(): void {
    this.#sink.byte(0);
    this.#lastIds.pop();
  }

  /** Writes the header of a list. `size` elements must follow. */
  list(id: number, type: ThriftType, size: number): void {
    this.#header(id, ThriftType.list);
    this.#sink.byte((Math.min(size, 15) << 4) | type);
    if (size >= 15) this.#sink.varint(size);
  }

  i32Element(value: number): void {
    this.#zigzag(value);
  }

  binaryElement(value: Uint8Array | string): void {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    this.#sink.varint(bytes.length);
    this.#sink.append(bytes);
  }
}
