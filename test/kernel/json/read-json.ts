/** What the JSON kernel says of bytes that are given to it in pieces. */
import { isValid, type Utf8Vector } from '../../../kernel/columns/vectors.ts';
import { jsonNull } from '../../../kernel/json/csv-rows.ts';
import type { JsonFormat } from '../../../kernel/json/fields.ts';
import { JsonKernel, type JsonKernelOptions } from '../../../kernel/json/json-kernel.ts';
import type { Kernel } from '../../../kernel/types.ts';

export interface Seen {
  readonly byteOffset: number;
  readonly raw: string;
  /** Null for a reject. */
  readonly values: (string | null)[] | null;
  readonly because?: string;
  readonly reason?: number;
  readonly line: number;
  readonly record: number;
}

export interface JsonReading extends JsonKernelOptions {
  /** The bytes are given in pieces of so many. */
  readonly piece: number;
  /** Fields that are read as codes of a dictionary. The others are texts. */
  readonly dictionaries?: readonly number[];
  /** Where the bytes begin in the file. */
  readonly byteStart?: number;
}

/** Records and rejects in the order of their records. `inner`: reads the rows of CSV. */
export function readJson(inner: Kernel, bytes: Uint8Array, format: JsonFormat, reading: JsonReading): Seen[] {
  const { piece, dictionaries = [], byteStart = 0, ...options } = reading;
  const kernel = new JsonKernel(inner, format, options);
  const columns = format.fields.map(({ path }, i) => ({
    ...{ name: path, type: { kind: dictionaries.includes(i) ? 'dictionary' : 'utf8' } as const },
    ...{ required: false, nulls: [jsonNull] },
  }));
  const plan = {
    dialect: { delimiter: ',', quote: '"', trim: false },
    columns,
    fieldCount: columns.length,
    places: true,
  };
  kernel.begin({ ...plan, fieldOfColumn: columns.map((_, i) => i) }, { byteStart, skipBytes: 0 });
  const seen: Seen[] = [];
  for (let at = 0, last = false; !last; ) {
    const space = kernel.inputSpace();
    const count = Math.min(piece, space.length, bytes.length - at);
    space.set(bytes.subarray(at, at + count));
    at += count;
    last = at === bytes.length;
    kernel.filled(count, last);
    for (let batch = kernel.next(); batch !== null; batch = kernel.next()) {
      for (let row = 0; row < batch.rows; row++) {
        const { byteOffset, raw, line, record } = batch.place!(row);
        if (batch.byteOffsets[row] !== byteOffset)
          throw new Error(`row ${row} begins at ${batch.byteOffsets[row]}, and its place at ${byteOffset}`);
        const values = batch.vectors.map((vector) => {
          if (!isValid(vector, row)) return null;
          if (vector.kind === 'dictionary') return vector.dictionary.text(vector.values[row]);
          const { bytes: texts, offsets } = vector as Utf8Vector;
          return Buffer.from(texts.subarray(offsets[row], offsets[row + 1])).toString();
        });
        seen.push({ byteOffset, raw, values, line, record });
      }
      for (const { byteOffset, raw, line, record, because, reason } of batch.rejects)
        seen.push({ byteOffset, raw, values: null, line, record, because, reason });
    }
  }
  seen.sort((a, b) => a.record - b.record);
  for (const [i, { record }] of seen.entries())
    if (record !== i) throw new Error(`record ${i} is numbered ${record}`);
  return seen;
}
