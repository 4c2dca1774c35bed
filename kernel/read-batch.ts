/** Presents what readBatch left in kernel memory as vectors and rejects. */
import type { KernelDictionary } from './columns/dictionary.ts';
import type { Vector } from './columns/vectors.ts';
import type { KernelInstance } from './module.ts';
import { type Fault, type KernelColumn, type RawReject, RejectReason, type RowPlace } from './types.ts';

/** Places of the words in the Column of kernel/assembly/column.ts. */
const Word = { values: 10, second: 11, third: 12, validity: 13, nullCount: 14 } as const;

/** Bytes of a Reject in kernel/assembly/rejects.ts. */
const REJECT_BYTES = 48;

/** Bytes of a rejected record's text that are shown. */
const RAW_BYTES = 8192;
/** Most bytes of a character that the cut may have split. */
const CHARACTER_BYTES = 4;

/** True if `raw` is only the beginning of a record that takes `byteLength` bytes (null: unknown) in its file. */
export function isCut(raw: string, byteLength: number | null): boolean {
  const shown = Buffer.byteLength(raw);
  return shown !== byteLength && shown >= RAW_BYTES - CHARACTER_BYTES;
}

/** The vector of column `i`: views on kernel memory, `rows` long. */
export function columnVector(
  instance: KernelInstance,
  column: KernelColumn,
  i: number,
  dictionary: KernelDictionary | null,
  length: number,
): Vector {
  const { buffer } = instance.memory;
  const words = new Int32Array(buffer, instance.exports.columnAddress(i), 20);
  const nullCount = words[Word.nullCount];
  const validity = nullCount === 0 ? null : new Uint8Array(buffer, words[Word.validity], (length + 7) >> 3);
  const base = { length, validity, nullCount };
  const values = words[Word.values];
  const second = words[Word.second];
  switch (column.type.kind) {
    case 'dictionary':
      return {
        kind: 'dictionary',
        ...base,
        values: new Int32Array(buffer, values, length),
        dictionary: dictionary!,
      };
    case 'utf8': {
      const offsets = new Int32Array(buffer, values, length + 1);
      if (length === 0) offsets[0] = 0;
      return { kind: 'utf8', ...base, offsets, bytes: new Uint8Array(buffer, second, offsets[length]) };
    }
    case 'int32':
    case 'date':
      return { kind: 'int32', ...base, values: new Int32Array(buffer, values, length) };
    case 'int64':
    case 'decimal':
      return { kind: 'int64', ...base, values: new BigInt64Array(buffer, values, length) };
    case 'float64':
      return { kind: 'float64', ...base, values: new Float64Array(buffer, values, length) };
    case 'boolean':
      return { kind: 'boolean', ...base, values: new Uint8Array(buffer, values, length) };
    case 'uuid':
      return { kind: 'uuid', ...base, values: new Uint8Array(buffer, values, length * 16) };
    case 'timestamp':
      return {
        kind: 'timestamp',
        ...base,
        values: new BigInt64Array(buffer, values, length),
        localDay: new Int32Array(buffer, second, length),
        localSecond: new Int32Array(buffer, words[Word.third], length),
      };
    case 'point':
      return {
        kind: 'point',
        ...base,
        lon: new Float64Array(buffer, values, length),
        lat: new Float64Array(buffer, second, length),
      };
  }
}

/** The place of accepted row `row` of the last readBatch, whose record begins at `byteOffset`. */
export function readPlace(instance: KernelInstance, row: number, byteOffset: number): RowPlace {
  const { buffer } = instance.memory;
  const [text, textBytes, record, line] = new Uint32Array(buffer, instance.exports.placeRows() + row * 16, 4);
  const [byteLength] = new Float64Array(buffer, instance.exports.placeBytes() + row * 8, 1);
  const raw = Buffer.from(buffer, text, Math.min(RAW_BYTES, textBytes)).toString('utf8');
  return { byteOffset, byteLength, record, line, raw };
}

/** Newlines in the chunk before accepted row `row` of the last readBatch. */
export function readLine({ memory, exports }: KernelInstance, row: number): number {
  return new Uint32Array(memory.buffer, exports.placeRows() + row * 16 + 12, 1)[0];
}

/** The rejects of the last readBatch, in the order of their records. */
export function readRejects(instance: KernelInstance): RawReject[] {
  const count = instance.exports.rejectCount();
  const rejects: RawReject[] = [];
  const view = new DataView(instance.memory.buffer, instance.exports.rejectList(), count * REJECT_BYTES);
  for (let at = 0; at < count * REJECT_BYTES; at += REJECT_BYTES) {
    const bytes = Math.min(RAW_BYTES, view.getUint32(at + 20, true));
    const kept = Buffer.from(instance.memory.buffer, view.getUint32(at + 16, true), bytes);
    const raw = kept.toString('utf8');
    const reason = view.getInt32(at + 36, true) as RejectReason;
    const others = new Uint32Array(
      instance.memory.buffer,
      view.getUint32(at + 40, true),
      view.getUint32(at + 44, true),
    );
    rejects.push({
      byteOffset: view.getFloat64(at, true),
      byteLength: view.getFloat64(at + 8, true),
      record: view.getUint32(at + 24, true),
      line: view.getUint32(at + 28, true),
      column: view.getInt32(at + 32, true),
      ...{ reason, raw },
      ...(reason === RejectReason.encoding && { validBytes: validBytes(kept, raw) }),
      ...(others.length > 0 && { others: Array.from(others, faultOf) }),
    });
  }
  return rejects.sort((a, b) => a.record - b.record);
}

/** A word of the kernel: (column + 1) << 8 | reason. */
function faultOf(word: number): Fault {
  return { column: (word >>> 8) - 1, reason: (word & 0xff) as RejectReason };
}

/** Bytes of `kept` before the first that is not UTF-8; null if that one lies past `kept`. `raw`: its decoded text. */
export function validBytes(kept: Buffer, raw: string): number | null {
  const again = Buffer.from(raw);
  let at = 0;
  while (at < kept.length && kept[at] === again[at]) at++;
  if (at === again.length) return null;
  // The replacement character may begin with the same bytes as what it replaces.
  while ((again[at] & 0xc0) === 0x80) at--;
  return at > RAW_BYTES - CHARACTER_BYTES ? null : at;
}
