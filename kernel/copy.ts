/** Describes fields to kernel/assembly/copy.ts, copying what lies outside kernel memory into it. */
import { KernelDictionary } from './dictionary.ts';
import type { KernelInstance } from './module.ts';
import type { CopyField } from './types.ts';
import type { TextDictionary } from './vectors.ts';

/** The kernel's numbers for the kinds, as in kernel/assembly/copy.ts; dictionary text is 10. */
const KINDS: Record<CopyField['kind'], number> = {
  int2: 0,
  int4: 1,
  int8: 2,
  constant4: 3,
  float8: 4,
  bool: 5,
  date: 6,
  timestamptz: 7,
  numeric: 8,
  uuid: 9,
  text: 11,
  jsonb: 12,
};
const CODED_TEXT = 10;

/** Words of a Field: kind, values, validity, bytes, offsets, parameter. */
const FIELD_WORDS = 6;

interface StagedDictionary {
  readonly dictionary: TextDictionary;
  readonly size: number;
  readonly offsets: number;
  readonly bytes: number;
}

/** A block of kernel memory that grows by doubling. */
interface Block {
  address: number;
  bytes: number;
}

/** Encodes rows for one kernel. */
export class CopyEncoder {
  readonly #instance: KernelInstance;
  /** One block for each array that had to be copied, in the order of their use. */
  #blocks: Block[] = [];
  #used = 0;
  #dictionaries = new Map<number, StagedDictionary>();

  constructor(instance: KernelInstance) {
    this.#instance = instance;
  }

  /** Forgets its blocks: the kernel's memory is being handed out anew. */
  reset(): void {
    this.#blocks = [];
    this.#dictionaries.clear();
  }

  encode(fields: readonly CopyField[], rows: number): Uint8Array {
    const { exports, memory } = this.#instance;
    const table = exports.copyFields(fields.length);
    if (table === 0) throw new RangeError(`A COPY row has at most 2048 fields, not ${fields.length}.`);
    this.#used = 0;
    const words = fields.flatMap((field, i) => this.#describe(field, rows, i));
    new Int32Array(memory.buffer, table, words.length).set(words);
    const bytes = exports.copyRows(fields.length, rows);
    return new Uint8Array(memory.buffer, exports.copyOutput(), bytes);
  }

  /** The words of a Field. */
  #describe(field: CopyField, rows: number, i: number): number[] {
    const words = new Array<number>(FIELD_WORDS).fill(0);
    words[0] = KINDS[field.kind];
    if (field.kind === 'constant4') {
      words[5] = field.value;
      return words;
    }
    const { vector } = field;
    if (vector.validity && vector.nullCount > 0) words[2] = this.#address(vector.validity, (rows + 7) >> 3);
    if (vector.kind === 'utf8') {
      words[1] = this.#address(vector.offsets, rows + 1);
      words[3] = this.#address(vector.bytes, vector.offsets[rows]);
      return words;
    }
    words[1] = this.#address(vector.values, vector.kind === 'uuid' ? rows * 16 : rows);
    if (field.kind === 'numeric') words[5] = field.scale;
    if (vector.kind === 'dictionary') {
      const staged = this.#dictionary(vector.dictionary, i);
      words[0] = CODED_TEXT;
      words[3] = staged.bytes;
      words[4] = staged.offsets;
    }
    return words;
  }

  /** Where the first `count` elements are in kernel memory, copied there if need be. */
  #address(array: Uint8Array | Int32Array | Float64Array | BigInt64Array, count: number): number {
    if (array.buffer === this.#instance.memory.buffer) return array.byteOffset;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, count * array.BYTES_PER_ELEMENT);
    const address = this.#reserve(this.#used++, bytes.length);
    new Uint8Array(this.#instance.memory.buffer).set(bytes, address);
    return address;
  }

  #reserve(i: number, bytes: number): number {
    const { alloc, powerOfTwo, release } = this.#instance.exports;
    const block = (this.#blocks[i] ??= { address: 0, bytes: 0 });
    if (bytes > block.bytes) {
      release(block.address, block.bytes);
      block.bytes = powerOfTwo(bytes);
      block.address = alloc(block.bytes);
    }
    return block.address;
  }

  /** Where a dictionary's texts are; those made outside the kernel are copied when they have grown. */
  #dictionary(dictionary: TextDictionary, field: number): { offsets: number; bytes: number } {
    const own = dictionary instanceof KernelDictionary ? dictionary.addresses(this.#instance) : null;
    if (own) return own;
    const slots = [this.#used++, this.#used++];
    const staged = this.#dictionaries.get(field);
    if (staged && staged.dictionary === dictionary && staged.size === dictionary.size) return staged;
    const texts = Array.from({ length: dictionary.size }, (_, code) => dictionary.bytes(code));
    const offsets = new Int32Array(texts.length + 1);
    texts.forEach((text, code) => {
      offsets[code + 1] = offsets[code] + text.length;
    });
    const all = Buffer.concat(texts);
    const fresh = {
      dictionary,
      size: dictionary.size,
      offsets: this.#reserve(slots[0], offsets.byteLength),
      bytes: this.#reserve(slots[1], all.length),
    };
    const memory = new Uint8Array(this.#instance.memory.buffer);
    memory.set(new Uint8Array(offsets.buffer), fresh.offsets);
    memory.set(all, fresh.bytes);
    this.#dictionaries.set(field, fresh);
    return fresh;
  }
}
