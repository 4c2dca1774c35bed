/**
 * Cells that a spreadsheet would run as formulas. A guard, an apostrophe before the first character, makes text of them;
 * it is removed again when corrected rows are uploaded. A cell that begins with apostrophes before such a character gets
 * one more, so that guarding loses nothing. Plain numbers such as -5 are left as they are.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */

/** What begins a formula, after apostrophes. A carriage return outside quotes ends a line. */
const begins = /^'*[=+\-@\t]/;
const beginsQuoted = /^'*[=+\-@\t\r]/;

const number = /^[+-]\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?$/;

/** How the fields of the records are separated. */
export interface Cells {
  readonly delimiter: string;
  readonly quote: string | null;
}

/** The text of one field with a guard, if it needs one. */
export function guardField(text: string, isQuoted = true): string {
  return (isQuoted ? beginsQuoted : begins).test(text) && !number.test(text) ? `'${text}` : text;
}

/** A record whose fields have guards where they need them. Any other byte stays as it is: records may be malformed. */
export function guardRecord(record: string, { delimiter, quote }: Cells): string {
  let out = '';
  for (let at = 0; at <= record.length; ) {
    const isQuoted = quote !== null && record[at] === quote;
    const end = isQuoted ? quotedEnd(record, at + 1, quote) : plainEnd(record, at, delimiter);
    const from = isQuoted ? at + 1 : at;
    const next = plainEnd(record, end, delimiter);
    out += `${record.slice(at, from)}${guardField(record.slice(from, end), isQuoted)}${record.slice(end, next)}`;
    if (next < record.length) out += delimiter;
    at = next + delimiter.length;
  }
  return out;
}

/** Where a quoted field ends whose text begins at `at`: at its closing quote, or the end of the record. */
function quotedEnd(record: string, at: number, quote: string): number {
  for (let i = at; ; i += 2) {
    i = record.indexOf(quote, i);
    if (i < 0) return record.length;
    if (record[i + 1] !== quote) return i;
  }
}

function plainEnd(record: string, at: number, delimiter: string): number {
  const end = record.indexOf(delimiter, at);
  return end < 0 ? record.length : end;
}

/** Removes the guards of records that come in pieces, one byte a character (latin1). */
export class Unguard {
  private readonly cells: Cells;
  private inQuotes = false;
  /** Apostrophes at the beginning of a field that are not written yet; -1: not at the beginning. */
  private held = 0;
  private fresh = true;

  constructor(cells: Cells) {
    this.cells = cells;
  }

  push(piece: string): string {
    const { delimiter, quote } = this.cells;
    let out = '';
    for (const char of piece) {
      if (this.fresh && char === quote && !this.inQuotes) {
        this.inQuotes = true;
        this.fresh = false;
        out += char;
        continue;
      }
      if (this.held >= 0 && char === "'") {
        this.held += 1;
        this.fresh = false;
        continue;
      }
      out += this.release(char);
      if (char === quote) this.inQuotes = !this.inQuotes;
      const isBorder = !this.inQuotes && (char === delimiter || char === '\n');
      this.held = isBorder ? 0 : -1;
      this.fresh = isBorder;
      out += char;
    }
    return out;
  }

  end(): string {
    return this.release('');
  }

  private release(next: string): string {
    const held = Math.max(this.held, 0);
    const isGuarded = held > 0 && (this.inQuotes ? beginsQuoted : begins).test(next);
    return "'".repeat(isGuarded ? held - 1 : held);
  }
}
