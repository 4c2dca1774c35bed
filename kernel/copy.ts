/** Describes fields to kernel/assembly/copy/field.ts, and copies into kernel memory what lies outside it. */
import { KernelBlocks, type Part } from './blocks.ts';
import { KernelDictionary } from './columns/dictionary.ts';
import { intervalBinary } from './columns/interval-binary.ts';
import { numericBinary } from './columns/numeric-binary.ts';
import type { TextDictionary } from './columns/vectors.ts';
import type { KernelInstance } from './module.ts';
import type { CopyField, PackedRows, Packing } from './types.ts';

/** The numbers of the kinds in kernel/assembly/copy/field.ts; dictionary text is 10. */
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
  // Already in binary form: 16 bytes a row, like a UUID.
  interval: 9,
  text: 11,
  jsonb: 12,
};
const CODED_TEXT = 10;

/** Words of a Field, and those that describe it: kind, values, validity, bytes, offsets, parameter, nullable. */
const FIELD_WORDS = 18;
const DESCRIBED_WORDS = 7;

interface StagedDictionary {
  readonly dictionary: TextDictionary;
  readonly size: number;
  readonly offsets: number;
  readonly bytes: number;
}

/** The arrays behind the first `rows` rows of a field: values or offsets, validity, bytes of texts. */
function fieldParts(
  field: CopyField,
  rows: number,
): readonly (Uint8Array | Int32Array | Float64Array | BigInt64Array | null)[] {
  if (field.kind === 'constant4') return [];
  const { vector } = field;
  const validity = vector.nullCount > 0 ? (vector.validity?.subarray(0, (rows + 7) >> 3) ?? null) : null;
  if (field.kind === 'numeric' && vector.kind === 'decimal128') {
    const { offsets, bytes } = numericBinary(vector, field.scale, rows);
    return [offsets, validity, bytes];
  }
  if (field.kind === 'interval') return [intervalBinary(field.vector, rows), validity];
  if (vector.kind === 'utf8') {
    return [vector.offsets.subarray(0, rows + 1), validity, vector.bytes.subarray(0, vector.offsets[rows])];
  }
  return [vector.values.subarray(0, vector.kind === 'uuid' ? rows * 16 : rows), validity];
}

/** Encodes rows for one kernel. */
export class CopyEncoder {
  readonly #instance: KernelInstance;
  /** One block for each array that had to be copied, by its field and part. */
  readonly #blocks: KernelBlocks;
  readonly #dictionaries = new Map<number, StagedDictionary>();

  constructor(instance: KernelInstance) {
    this.#instance = instance;
    this.#blocks = new KernelBlocks(instance);
  }

  /** Forgets its blocks, because the kernel's memory is being reused. */
  reset(): void {
    this.#blocks.reset();
    this.#dictionaries.clear();
  }

  encode(fields: readonly CopyField[], rows: number): Uint8Array {
    const { exports, memory } = this.#instance;
    this.#describeAll(fields, rows, null);
    const bytes = exports.copyRows(fields.length, rows);
    return new Uint8Array(memory.buffer, exports.copyOutput(), bytes);
  }

  /** See Kernel.packCopyRows. */
  pack(fields: readonly CopyField[], rows: number, { nullable, sortBy, chunkId }: Packing): PackedRows {
    const { exports, memory } = this.#instance;
    this.#describeAll(fields, rows, nullable);
    const bytes = exports.packRows(fields.length, rows, chunkId, sortBy ?? -1);
    if (bytes === 0 && rows > 0) throw new RangeError('A row does not fit into a page.');
    return {
      bytes: new Uint8Array(memory.buffer, exports.packOutput(), bytes),
      tuples: rows === 0 ? 0 : exports.packTuples(),
    };
  }

  #describeAll(fields: readonly CopyField[], rows: number, nullable: readonly boolean[] | null): void {
    const { exports, memory } = this.#instance;
    const table = exports.copyFields(fields.length);
    if (table === 0) throw new RangeError(`A COPY row has at most 2048 fields, not ${fields.length}.`);
    // Look up all addresses first: copying may grow the memory, which detaches the views on it.
    const parts = fields.map((field) =>
      fieldParts(field, rows).map((array) => array && this.#blocks.locate(array)),
    );
    const described = fields.map((field, i) => this.#describe(field, i, parts[i]));
    const words = new Int32Array(memory.buffer, table, fields.length * FIELD_WORDS);
    for (const [i, one] of described.entries()) {
      if (nullable?.[i]) one[6] = 1;
      words.set(one, i * FIELD_WORDS);
    }
  }

  /** The words that describe a Field. */
  #describe(field: CopyField, i: number, parts: readonly (Part | null)[]): number[] {
    const words = new Array<number>(DESCRIBED_WORDS).fill(0);
    words[0] = KINDS[field.kind];
    parts.forEach((part, place) => {
      if (part) words[1 + place] = typeof part === 'number' ? part : this.#blocks.copy(`${i} ${place}`, part);
    });
    if (field.kind === 'constant4') words[5] = field.value;
    if (field.kind === 'numeric') words[5] = field.scale;
    // Already in binary form: of varying size, like a text.
    if (field.kind === 'numeric' && field.vector.kind === 'decimal128') words[0] = KINDS.text;
    if (field.kind === 'text' && field.vector.kind === 'dictionary') {
      const staged = this.#dictionary(field.vector.dictionary, i);
      words[0] = CODED_TEXT;
      words[3] = staged.bytes;
      words[4] = staged.offsets;
    }
    return words;
  }

  /** Addresses of a dictionary's texts. A dictionary made outside the kernel is copied again when it has grown. */
  #dictionary(dictionary: TextDictionary, field: number): { offsets: number; bytes: number } {
    const own = dictionary instanceof KernelDictionary ? dictionary.addresses(this.#instance) : null;
    if (own) return own;
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
      offsets: this.#blocks.copy(`${field} text offsets`, new Uint8Array(offsets.buffer)),
      bytes: this.#blocks.copy(`${field} texts`, all),
    };
    this.#dictionaries.set(field, fresh);
    return fresh;
  }
}
