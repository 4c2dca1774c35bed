/**
 * The distinct combinations of attributes of a chunk's rows, each with a number. Its text is that of COPY (tabs
 * between the values, \N for null), and its hash breaks ties.
 */
import { createHash } from 'node:crypto';
import type { DimensionColumn } from '../../../../model/compiled.ts';
import type { Batch } from '../../../../model/enrich/batch.ts';
import { vectorOf } from '../../facts/batch-vector.ts';
import { type TextColumn, textColumn } from '../natural-text.ts';
import { type TextCodes, type Words, wordsOf } from './compared-words.ts';

/** Bytes that a combination takes beside its text. */
const OVERHEAD_BYTES = 200;

export class AttributeValues {
  readonly texts: string[] = [];
  /** About the memory that all combinations take. */
  bytes = 0;
  private readonly columns: readonly DimensionColumn[];
  private readonly byName: readonly { readonly name: string; readonly c: number }[];
  private readonly codes: readonly TextCodes[];
  private readonly hashes: string[] = [];
  private readonly byText = new Map<string, number>();
  private readonly byWords = new Map<string, number>();
  private words: readonly Words[] = [];
  /** Words that are not 0 in a combination that `wordsAt` has written. */
  private readonly nonZero = new Set<number>();
  private texters: readonly TextColumn[] = [];
  /** The words of each combination, as they were when it was first seen. */
  private seen = new Int32Array(64);

  constructor(columns: readonly DimensionColumn[]) {
    this.columns = columns;
    this.byName = columns.map(({ name }, c) => ({ name, c })).sort((a, b) => (a.name < b.name ? -1 : 1));
    this.codes = columns.map(() => new Map());
  }

  /** Reads a batch. Numbers are those of its rows until the next call. */
  load(batch: Batch): void {
    const vectors = this.columns.map(({ vector }) => vectorOf(batch, vector));
    this.words = vectors.flatMap((vector, c) => wordsOf(vector, batch.rows, this.codes[c]));
    this.texters = vectors.map((vector, c) => textColumn(vector, this.columns[c].logical));
  }

  /** Whether the row has this combination. It may also have it where this is false. */
  has(row: number, number: number): boolean {
    const { words, seen } = this;
    const from = number * words.length;
    for (let w = 0; w < words.length; w++) {
      const { values, stride, at } = words[w];
      if (values[row * stride + at] !== seen[from + w]) return false;
    }
    return true;
  }

  /**
   * Sets differs[row] for rows that may have another combination than the one whose words are at their place:
   * words[w][places[row]]. Rows with a place below 0 are left out.
   */
  compare(words: readonly Int32Array[], places: Int32Array, rows: number, differs: Int32Array): void {
    this.words.forEach(({ values, stride, at }, w) => {
      // A column without nulls, of which no member has one.
      if (stride === 0 && !this.nonZero.has(w)) return;
      compareLoop(values, stride, at, words[w], places, rows, differs);
    });
  }

  /** Writes the words of a combination to words[w][place], for each word w. Returns the arrays, which may be longer. */
  wordsAt(number: number, place: number, words: Int32Array[]): Int32Array[] {
    const width = this.words.length;
    let longer = words;
    if (words.length === 0 || words[0].length <= place) {
      longer = Array.from({ length: width }, (_, w) => {
        const more = new Int32Array(Math.max(1024, place * 2));
        if (w < words.length) more.set(words[w]);
        return more;
      });
    }
    for (let w = 0; w < width; w++) {
      longer[w][place] = this.seen[number * width + w];
      if (longer[w][place] !== 0) this.nonZero.add(w);
    }
    return longer;
  }

  /** The number of the row's combination. */
  numberOf(row: number): number {
    const key = this.words.map(({ values, stride, at }) => values[row * stride + at]).join();
    let number = this.byWords.get(key);
    if (number !== undefined) return number;
    const text = this.texters.map((column) => copyText(column.text(row))).join('\t');
    number = this.byText.get(text) ?? this.add(text, row);
    this.byWords.set(key, number);
    this.bytes += OVERHEAD_BYTES;
    return number;
  }

  private add(text: string, row: number): number {
    const { words } = this;
    const number = this.texts.push(text) - 1;
    this.byText.set(text, number);
    this.bytes += text.length + OVERHEAD_BYTES;
    const end = (number + 1) * words.length;
    if (end > this.seen.length) {
      const longer = new Int32Array(Math.max(end, this.seen.length * 2));
      longer.set(this.seen);
      this.seen = longer;
    }
    for (let w = 0; w < words.length; w++) {
      const { values, stride, at } = words[w];
      this.seen[number * words.length + w] = values[row * stride + at];
    }
    return number;
  }

  /**
   * 128 bits of the SHA-256 of the values that are not null, in hexadecimal digits: each name and text with a tab
   * before it, in the order of the names. So an attribute that is added later changes no hash while it is null.
   */
  hash(number: number): string {
    this.hashes[number] ??= this.hashOf(this.texts[number].split('\t'));
    return this.hashes[number];
  }

  private hashOf(texts: readonly string[]): string {
    const hash = createHash('sha256');
    for (const { name, c } of this.byName) if (texts[c] !== NULL_TEXT) hash.update(`\t${name}\t${texts[c]}`);
    return hash.digest('hex').slice(0, 32);
  }
}

function compareLoop(
  values: Int32Array,
  stride: number,
  at: number,
  wanted: Int32Array,
  places: Int32Array,
  rows: number,
  differs: Int32Array,
): void {
  for (let row = 0; row < rows; row++) {
    const place = places[row];
    if (place >= 0) differs[row] |= values[row * stride + at] ^ wanted[place];
  }
}

/** How COPY writes a null. */
const NULL_TEXT = '\\N';

const special = /[\\\n\r\t]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A value in the text format of COPY. */
function copyText(text: string | null): string {
  return text === null ? NULL_TEXT : text.replace(special, (character) => escapes[character]);
}
