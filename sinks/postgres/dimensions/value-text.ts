/** One value of a vector as the text Postgres reads it from; for the few values that travel as parameters. */
import { decimal128At, isValid, type Vector } from '../../../kernel/columns/vectors.ts';
import type { LogicalType } from '../../../model/compiled.ts';
import { civilText, clockText, isoDay, splitInstant, yearOf } from '../../../model/enrich/calendar.ts';
import { decimalText } from '../../../model/enrich/values.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

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
    case 'decimal128':
      return decimalText(decimal128At(vector, row), logical.type === 'numeric' ? logical.scale : 0);
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

/** Days since 1970-01-01 as PostgreSQL reads them: yyyy-mm-dd, years before ours with BC. */
export function dayText(day: number): string {
  const year = yearOf(day);
  return year > 0 ? isoDay(day) : `${civilText(1 - year, day)} BC`;
}

/** µs since the epoch as PostgreSQL reads them, in UTC, to the microsecond. */
function instantText(micros: bigint): string {
  const { day, second, fraction } = splitInstant(micros);
  const clock = `${clockText(second)}.${String(fraction).padStart(6, '0')}+00`;
  const [date, era] = dayText(day).split(' ');
  return [date, clock, era].filter(Boolean).join(' ');
}

/** Parts joined by NUL, which no text in Postgres holds; a null part is NUL alone. Null when all are. */
export function naturalText(
  vectors: readonly Vector[],
  columns: readonly { readonly logical: LogicalType }[],
  row: number,
): string | null {
  if (vectors.length === 1) return valueText(vectors[0], columns[0].logical, row);
  let joined = '';
  let given = 0;
  for (let c = 0; c < vectors.length; c++) {
    const text = valueText(vectors[c], columns[c].logical, row);
    if (text !== null) given++;
    joined += text === null ? '\0\0' : `${text}\0`;
  }
  return given === 0 ? null : joined;
}
