/**
 * The values of a column as four words of 32 bits a row, in which equal values are equal, whatever vector holds them.
 * Each writer fills the words 4i … 4i + 3 for the row `from + i`. Words of null rows are unspecified.
 */
import type { TextDictionary, Vector } from '../../kernel/columns/vectors.ts';
import type { LogicalType } from '../compiled.ts';
import { blockWords, hashBytes } from './murmur3.ts';

/** Types whose equal values have equal words belong to one family. */
export function familyOf(logical: LogicalType): string {
  const { type } = logical;
  if (type === 'smallint' || type === 'integer') return 'bigint';
  return type === 'numeric' ? `numeric ${logical.scale}` : type;
}

/** Writes the words of the rows of one column, batch by batch. It remembers the texts of a dictionary. */
export class ValueWords {
  private dictionary: TextDictionary | null = null;
  private known = 0;
  /** Hashes of the codes 0 … known - 1. */
  private ofCode = new Int32Array(0);

  write(vector: Vector, from: number, rows: number, out: Int32Array): void {
    switch (vector.kind) {
      case 'int32':
      case 'boolean':
        wholeWords(vector.values, from, rows, out);
        break;
      case 'int64':
      case 'timestamp':
        int64Words(wordsOf(vector.values), from, rows, out);
        break;
      case 'decimal128':
        bigEndianWords(vector.values, from, rows, out);
        break;
      case 'uuid':
        uuidWords(vector.values, from, rows, out);
        break;
      case 'float64':
        zeroWords(rows, out);
        floatWords(wordsOf(vector.values), from, rows, out, 0);
        break;
      case 'point':
        floatWords(wordsOf(vector.lon), from, rows, out, 0);
        floatWords(wordsOf(vector.lat), from, rows, out, 2);
        break;
      case 'utf8':
        for (let i = 0; i < rows; i++) {
          const row = from + i;
          hashBytes(vector.bytes, vector.offsets[row], vector.offsets[row + 1], out, i << 2);
        }
        break;
      case 'dictionary':
        this.learn(vector.dictionary);
        codeWords(this.ofCode, vector.values, from, rows, out);
        break;
    }
  }

  private learn(dictionary: TextDictionary): void {
    if (this.dictionary !== dictionary) {
      this.dictionary = dictionary;
      this.known = 0;
    }
    if (this.ofCode.length < dictionary.size * blockWords) {
      const larger = new Int32Array(Math.max(64, dictionary.size * 2) * blockWords);
      larger.set(this.ofCode);
      this.ofCode = larger;
    }
    for (; this.known < dictionary.size; this.known++) {
      const bytes = dictionary.bytes(this.known);
      hashBytes(bytes, 0, bytes.length, this.ofCode, this.known * blockWords);
    }
  }
}

function wordsOf({ buffer, byteOffset, length }: BigInt64Array | Float64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length * 2);
}

function zeroWords(rows: number, out: Int32Array): void {
  out.fill(0, 0, rows * blockWords);
}

function wholeWords(values: Int32Array | Uint8Array, from: number, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    const value = values[from + i];
    const at = i << 2;
    out[at] = value;
    out[at + 1] = value >> 31;
    out[at + 2] = value >> 31;
    out[at + 3] = value >> 31;
  }
}

/** `words`: the low one of each value, then the high one. */
function int64Words(words: Int32Array, from: number, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    const high = words[((from + i) << 1) + 1];
    const at = i << 2;
    out[at] = words[(from + i) << 1];
    out[at + 1] = high;
    out[at + 2] = high >> 31;
    out[at + 3] = high >> 31;
  }
}

function bigEndianWords(values: Uint8Array, from: number, rows: number, out: Int32Array): void {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  for (let i = 0; i < rows; i++) {
    const byte = (from + i) << 4;
    for (let w = 0; w < blockWords; w++) out[(i << 2) + w] = view.getInt32(byte + 12 - (w << 2));
  }
}

function uuidWords(values: Uint8Array, from: number, rows: number, out: Int32Array): void {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  for (let i = 0; i < rows; i++) {
    const byte = (from + i) << 4;
    for (let w = 0; w < blockWords; w++) out[(i << 2) + w] = view.getInt32(byte + (w << 2), true);
  }
}

/** Writes two words a row, at `at`. All NaN are the same. */
function floatWords(words: Int32Array, from: number, rows: number, out: Int32Array, at: number): void {
  for (let i = 0; i < rows; i++) {
    let low = words[(from + i) << 1];
    let high = words[((from + i) << 1) + 1];
    if ((high & 0x7ff00000) === 0x7ff00000 && ((high & 0xfffff) | low) !== 0) {
      low = 0;
      high = 0x7ff80000;
    }
    out[(i << 2) + at] = low;
    out[(i << 2) + at + 1] = high;
  }
}

/** Makes -0 the same as 0 in words that `write` gave for floats or points. */
export function forgetSigns(rows: number, out: Int32Array): void {
  for (let at = 1; at < rows * blockWords; at += 2) {
    if (out[at] === -0x80000000 && out[at - 1] === 0) out[at] = 0;
  }
}

function codeWords(ofCode: Int32Array, codes: Int32Array, from: number, rows: number, out: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    const code = codes[from + i] << 2;
    const at = i << 2;
    out[at] = ofCode[code];
    out[at + 1] = ofCode[code + 1];
    out[at + 2] = ofCode[code + 2];
    out[at + 3] = ofCode[code + 3];
  }
}
