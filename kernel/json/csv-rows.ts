/** Writes the values of JSON records as rows of CSV: commas, texts in double quotes. The kernel converts them. */
import { BACKSLASH, LF } from '../dialect/control.ts';
import { COMMA, hexUnit, QUOTE } from './syntax.ts';

/**
 * A null, as the kernel sees it. No text is written like this: one that consists of a NUL alone is written with two,
 * and rejected as every text with a NUL is.
 */
export const jsonNull = '\0';

/** The most bytes of CSV for a byte of JSON: a quote is doubled. */
const bytesMost = 2;

export class CsvRows {
  bytes = new Uint8Array(256 << 10);
  at = 0;
  /** Where the row that is being written begins. */
  private rowStart = 0;

  clear(): void {
    this.at = 0;
    this.rowStart = 0;
  }

  endField(): void {
    this.bytes[this.at++] = COMMA;
  }

  endRow(): void {
    // In place of the comma after the last field.
    this.bytes[this.at - 1] = LF;
    this.rowStart = this.at;
  }

  /** Writes a row of more fields than it should have, instead of what is there of it: the kernel rejects it. */
  spoilRow(fieldCount: number): void {
    this.at = this.rowStart;
    this.reserve(fieldCount + 1);
    this.bytes.fill(COMMA, this.at, this.at + fieldCount);
    this.at += fieldCount;
    this.bytes[this.at++] = LF;
    this.rowStart = this.at;
  }

  /** Makes room for a value of `length` bytes, and for a null. */
  reserve(length: number): void {
    const needed = this.at + bytesMost * length + 8;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, needed));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }

  null(): void {
    this.bytes[this.at++] = 0;
  }

  plain(source: Uint8Array, from: number, to: number): void {
    const { bytes } = this;
    let { at } = this;
    if (to - from > 128) {
      bytes.set(source.subarray(from, to), at);
      at += to - from;
    } else for (let i = from; i < to; i++) bytes[at++] = source[i];
    this.at = at;
  }

  /** A text without escapes, and so without quotes. */
  text(source: Uint8Array, from: number, to: number): void {
    this.bytes[this.at++] = QUOTE;
    this.plain(source, from, to);
    this.bytes[this.at++] = QUOTE;
  }

  /** JSON as it is written. */
  raw(source: Uint8Array, from: number, to: number): void {
    const { bytes } = this;
    let { at } = this;
    bytes[at++] = QUOTE;
    for (let i = from; i < to; i++) {
      const byte = source[i];
      if (byte === QUOTE) bytes[at++] = QUOTE;
      bytes[at++] = byte;
    }
    bytes[at++] = QUOTE;
    this.at = at;
  }

  /** A text with escapes, which are valid. False for half of a surrogate pair. */
  escaped(source: Uint8Array, from: number, to: number): boolean {
    const start = this.at + 1;
    this.bytes[this.at++] = QUOTE;
    for (let i = from; i < to; ) {
      if (source[i] !== BACKSLASH) {
        this.bytes[this.at++] = source[i++];
        continue;
      }
      const mark = source[i + 1];
      i += 2;
      if (mark !== 0x75) {
        this.one(unescaped(mark));
        continue;
      }
      let point = hexUnit(source, i, to);
      i += 4;
      if (point >= 0xd800 && point < 0xe000) {
        const low = source[i] === BACKSLASH && source[i + 1] === 0x75 ? hexUnit(source, i + 2, to) : -1;
        if (point >= 0xdc00 || low < 0xdc00 || low >= 0xe000) return false;
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        i += 6;
      }
      this.point(point);
    }
    if (this.at === start + 1 && this.bytes[start] === 0) this.null();
    this.bytes[this.at++] = QUOTE;
    return true;
  }

  private one(byte: number): void {
    if (byte === QUOTE) this.bytes[this.at++] = QUOTE;
    this.bytes[this.at++] = byte;
  }

  private point(point: number): void {
    const { bytes } = this;
    if (point < 0x80) {
      this.one(point);
      return;
    }
    if (point < 0x800) bytes[this.at++] = 0xc0 | (point >> 6);
    else {
      if (point < 0x10000) bytes[this.at++] = 0xe0 | (point >> 12);
      else {
        bytes[this.at++] = 0xf0 | (point >> 18);
        bytes[this.at++] = 0x80 | ((point >> 12) & 0x3f);
      }
      bytes[this.at++] = 0x80 | ((point >> 6) & 0x3f);
    }
    bytes[this.at++] = 0x80 | (point & 0x3f);
  }
}

/** The byte that an escape other than \u stands for. */
function unescaped(mark: number): number {
  switch (mark) {
    case 0x62:
      return 8;
    case 0x66:
      return 12;
    case 0x6e:
      return 10;
    case 0x72:
      return 13;
    case 0x74:
      return 9;
    default:
      return mark;
  }
}
