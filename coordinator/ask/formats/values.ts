/** Texts of an answer as the values that Arrow and Parquet store. */
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { AnswerColumn, AnswerRow, Cell } from '../answer.ts';

/** Throws LF_SQL_VALUE for a text that has no value of this kind, such as `infinity`. */
export class ValueReader {
  private readonly column: AnswerColumn;
  private readonly format: string;

  constructor(column: AnswerColumn, format: string) {
    this.column = column;
    this.format = format;
  }

  /** A column of rows. `read` gives undefined for what has no value. */
  read<T>(rows: readonly AnswerRow[], index: number, read: (text: string) => T | undefined): (T | null)[] {
    return rows.map((row) => {
      const text: Cell = row[index];
      if (text === null) return null;
      const value = read(text);
      if (value !== undefined) return value;
      const { format } = this;
      throw new LandfallError('LF_SQL_VALUE', {
        column: this.column.name,
        format,
        value: text.slice(0, 100),
      });
    });
  }
}

/** The nearest double; a text that is not a number has none. */
export function doubleOf(text: string): number | undefined {
  const value = Number(text);
  return Number.isNaN(value) && text !== 'NaN' ? undefined : value;
}

/** The digits of a decimal number as a whole number: `1.5` of scale 2 is 150. */
export function decimalOf(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > scale) return undefined;
  const digits = BigInt(whole + fraction.padEnd(scale, '0'));
  return sign === '-' ? -digits : digits;
}

/** Days since 1970-01-01. */
export function daysOf(text: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms / 86_400_000;
}

/** Microseconds since 1970-01-01T00:00:00Z; of a time without a zone, as if it were in UTC. */
export function microsOf(text: string): bigint | undefined {
  const [, second, fraction = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?$/.exec(text) ?? [];
  const ms = second === undefined ? Number.NaN : Date.parse(`${second}Z`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}
