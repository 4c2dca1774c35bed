/** Hive partition folders: `year=2018/month=05`. */
import type { Vector } from '../../kernel/vectors.ts';
import { isValid } from '../../kernel/vectors.ts';
import type { LogicalType } from '../../model/compiled.ts';

/** The folder value that Hive, Spark and DuckDB read as null. */
const NULL_VALUE = '__HIVE_DEFAULT_PARTITION__';

/** Besides Hive's own, DuckDB takes the word in any case for null. */
const LIKE_NULL = /^(null|__HIVE_DEFAULT_PARTITION__)$/i;

const MS_OF_DAY = 86_400_000;

/** Text of a partition value as it stands in the path; numbers are padded with zeros to `pad` digits. */
export function partitionValue(vector: Vector, row: number, logical: LogicalType, pad: number): string {
  return isValid(vector, row) ? escapeValue(valueText(vector, row, logical, pad)) : NULL_VALUE;
}

/**
 * Everything but letters, digits, `-`, `_` and `.` as %XX, so that no value can leave its folder or look
 * like a glob; half a surrogate pair, which has no UTF-8, is replaced. A text that readers would take for null is escaped to stay a text.
 */
export function escapeValue(text: string): string {
  if (LIKE_NULL.test(text)) return percent(text[0]) + text.slice(1);
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8')).replace(/[!'()*~]/g, percent);
}

/** An ASCII character as %XX. */
function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function valueText(vector: Vector, row: number, logical: LogicalType, pad: number): string {
  switch (vector.kind) {
    case 'int32':
      return logical.type === 'date' ? isoDay(vector.values[row]) : padded(String(vector.values[row]), pad);
    case 'int64':
      return logical.type === 'numeric'
        ? decimalText(vector.values[row], logical.scale)
        : padded(String(vector.values[row]), pad);
    case 'timestamp':
      return isoTimestamp(vector.values[row]);
    case 'float64':
      return String(vector.values[row]);
    case 'boolean':
      return vector.values[row] === 1 ? 'true' : 'false';
    case 'dictionary':
      return vector.dictionary.text(vector.values[row]);
    case 'utf8':
      return Buffer.from(vector.bytes.subarray(vector.offsets[row], vector.offsets[row + 1])).toString(
        'utf8',
      );
    case 'uuid':
      return uuidText(vector.values.subarray(row * 16, row * 16 + 16));
    case 'point':
      throw new TypeError('a point cannot be a partition');
  }
}

function padded(digits: string, pad: number): string {
  return digits.startsWith('-') ? `-${digits.slice(1).padStart(pad, '0')}` : digits.padStart(pad, '0');
}

/** Years outside 0…9999 keep their sign, as ISO 8601 has it. */
function isoDay(days: number): string {
  return new Date(days * MS_OF_DAY).toISOString().replace(/T.*$/, '');
}

function isoTimestamp(micros: bigint): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const second = new Date(Number((micros - rest) / 1000n))
    .toISOString()
    .replace(/\.000Z$/, '')
    .replace('T', ' ');
  return rest === 0n ? second : `${second}.${String(rest).padStart(6, '0')}`;
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
