/** Hive partition folders: `year=2018/month=05`. */
import type { Vector } from '../../kernel/columns/vectors.ts';
import { decimal128At, isValid } from '../../kernel/columns/vectors.ts';
import type { LogicalType } from '../../model/compiled.ts';
import { clockText, isoDay, splitInstant } from '../../model/enrich/calendar.ts';
import { decimalText } from '../../model/enrich/values.ts';

/** The folder value that Hive, Spark and DuckDB read as null. */
const NULL_VALUE = '__HIVE_DEFAULT_PARTITION__';

/** Besides Hive's own, DuckDB takes the word in any case for null. */
const LIKE_NULL = /^(null|__HIVE_DEFAULT_PARTITION__)$/i;

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
    case 'decimal128':
      return decimalText(decimal128At(vector, row), logical.type === 'numeric' ? logical.scale : 0);
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

function isoTimestamp(micros: bigint): string {
  const { day, second, fraction } = splitInstant(micros);
  return `${isoDay(day)} ${clockText(second)}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`}`;
}

function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
