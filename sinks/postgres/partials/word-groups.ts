/**
 * Numbers for rows of 32-bit words, word by word: the first two words of a row make a pair with a number, that number
 * and the third word make a pair, and so on. Each step is one tight loop over the batch, whatever the number of words.
 */
import { PairTable } from './pair-table.ts';

export class WordGroups {
  private readonly width: number;
  private readonly tables: PairTable[];
  /** Of a mark that rows may have. It is there once a row has had one. */
  private marks: PairTable | null = null;

  /** `width`: the words of a row, at least 1. */
  constructor(width: number) {
    this.width = width;
    this.tables = Array.from({ length: Math.max(1, width - 1) }, () => new PairTable());
  }

  /** The number of distinct rows so far. */
  get size(): number {
    return (this.marks ?? this.tables[this.tables.length - 1]).size;
  }

  /**
   * numbers[i] = the number of row i, whose words are words[0][i], words[1][i], … `marks`: one more word of each row;
   * null where all are 0.
   */
  number(words: readonly Int32Array[], marks: Int32Array | null, rows: number, numbers: Int32Array): void {
    if (marks !== null) this.marks ??= this.unmarked();
    const { tables, width } = this;
    if (width === 1) tables[0].numberWords(words[0], rows, numbers);
    else tables[0].number(words[0], words[1], rows, numbers);
    for (let step = 2; step < width; step++) tables[step - 1].number(numbers, words[step], rows, numbers);
    if (marks !== null) this.marks?.number(numbers, marks, rows, numbers);
    else this.marks?.numberWords(numbers, rows, numbers);
  }

  /** The words and marks of all distinct rows, in order of their numbers: one array for each word. */
  rows(): { readonly words: readonly Int32Array[]; readonly marks: Int32Array | null } {
    const words: Int32Array[] = [];
    let numbers = upTo(this.size);
    const marks = this.marks === null ? null : picked(this.marks.second, numbers);
    if (this.marks !== null) numbers = picked(this.marks.first, numbers);
    for (const table of this.tables.toReversed()) {
      if (this.width > 1) words.unshift(picked(table.second, numbers));
      numbers = picked(table.first, numbers);
    }
    words.unshift(numbers);
    return { words, marks };
  }

  /** Forgets all rows. */
  clear(): void {
    for (const table of this.tables) table.clear();
    this.marks = null;
  }

  /** Marks of the rows so far, which keep their numbers. */
  private unmarked(): PairTable {
    const marks = new PairTable();
    const numbers = upTo(this.size);
    marks.numberWords(numbers, numbers.length, numbers);
    return marks;
  }
}

function upTo(size: number): Int32Array {
  const numbers = new Int32Array(size);
  for (let i = 0; i < size; i++) numbers[i] = i;
  return numbers;
}

function picked(values: Int32Array, places: Int32Array): Int32Array {
  const found = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) found[i] = values[places[i]];
  return found;
}
