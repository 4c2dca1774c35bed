import type { KernelInstance } from '../module.ts';
import type { TextDictionary } from './vectors.ts';

/** A column's dictionary in kernel memory; valid while its chunk is read. */
export class KernelDictionary implements TextDictionary {
  readonly #instance: KernelInstance;
  readonly #column: number;
  readonly #texts: (string | undefined)[] = [];
  #arrays = { offsets: new Int32Array(1), values: new Uint8Array(0) };

  constructor(instance: KernelInstance, column: number) {
    this.#instance = instance;
    this.#column = column;
  }

  get size(): number {
    return this.#instance.exports.dictionarySize(this.#column);
  }

  /** Addresses of its offsets and bytes, for code that reads kernel memory directly. */
  addresses(instance: KernelInstance): { offsets: number; bytes: number } | null {
    if (instance !== this.#instance) return null;
    const { dictionaryOffsets, dictionaryBytes } = instance.exports;
    return { offsets: dictionaryOffsets(this.#column), bytes: dictionaryBytes(this.#column) };
  }

  /** size + 1 offsets into `values`, and all texts one after another; views on kernel memory. */
  arrays(): { offsets: Int32Array; values: Uint8Array } {
    const { exports, memory } = this.#instance;
    const { buffer } = memory;
    const size = this.size;
    const start = exports.dictionaryOffsets(this.#column);
    const bytes = exports.dictionaryBytes(this.#column);
    const { offsets, values } = this.#arrays;
    const same =
      offsets.buffer === buffer &&
      offsets.length === size + 1 &&
      offsets.byteOffset === start &&
      values.byteOffset === bytes &&
      values.length === offsets[size];
    if (!same) {
      const fresh = new Int32Array(buffer, start, size + 1);
      this.#arrays = { offsets: fresh, values: new Uint8Array(buffer, bytes, fresh[size]) };
    }
    return this.#arrays;
  }

  bytes(code: number): Uint8Array {
    const { offsets, values } = this.arrays();
    return values.subarray(offsets[code], offsets[code + 1]);
  }

  text(code: number): string {
    const known = this.#texts[code];
    if (known !== undefined) return known;
    const bytes = this.bytes(code);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    this.#texts[code] = text;
    return text;
  }
}
