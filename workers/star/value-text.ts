/** One value of a vector as the text Postgres reads it from; for the few values that travel as parameters. */
import { isValid, type Vector } from '../../kernel/vectors.ts';
import type { LogicalType } from '../../model/compiled.ts';
import { LandfallError } from '../../platform/errors.ts';

const DAY_MS = 86_400_000;
const decoder = new TextDecoder();

/** Value `row` of the vector, or null. */
export function valueText(vector: Vector, logical: LogicalType, row: number): string | null {
  if (!isValid(vector, row)) return null;
  switch (vector.kind) {
    case 'dictionary':
      return vector.dictionary.text(vector.values[row]);
    case 'utf8':
      return decoder.decode(vector.bytes.subarray(vector.offsets[row], vector.offsets[row + 1]));
    case 'int32':
      return logical.type === 'date' ? dayText(vector.values[row]) : String(vector.values[row]);
    case 'int64':
      return logical.type === 'numeric'
        ? decimalText(vector.values[row], logical.scale)
        : String(vector.values[row]);
    case 'float64':
      return String(vector.values[row]);
    case 'boolean':
      return vector.values[row] === 1 ? 'true' : 'false';
    case 'timestamp':
      return instantText(vector.values[row]);
    case 'uuid':
      return Buffer.from(vector.values.buffer, vector.values.byteOffset + row * 16, 16).toString('hex');
    case 'point':
      throw new LandfallError('LF_INTERNAL', { reason: 'a point is loaded as its lon and lat, never whole' });
  }
}

/** Days since 1970-01-01 as yyyy-mm-dd; years 0001 to 9999. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The unscaled value with its decimal point put back. */
function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** µs since the epoch as ISO 8601 in UTC, to the microsecond. */
function instantText(microseconds: bigint): string {
  const fraction = ((microseconds % 1000n) + 1000n) % 1000n;
  const milliseconds = Number((microseconds - fraction) / 1000n);
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${String(fraction).padStart(3, '0')}Z`;
}
