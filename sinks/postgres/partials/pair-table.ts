/**
 * Numbers for pairs of 32-bit words, in order of first appearance: 0, 1, 2, …
 *
 * Open addressing with linear probing, at most half full. A slot has four words, so that it is within one cache line:
 * both words of the pair, its number plus 1 (0: the slot is empty), and one that is not used.
 */

const FIRST_SLOTS_LOG2 = 8;

export class PairTable {
  size = 0;
  slots = new Int32Array(4 << FIRST_SLOTS_LOG2);
  shift = 32 - FIRST_SLOTS_LOG2;
  /** The words of pair i, for i < size. */
  first = new Int32Array(1 << (FIRST_SLOTS_LOG2 - 1));
  second = new Int32Array(1 << (FIRST_SLOTS_LOG2 - 1));

  /** numbers[i] = the number of (first[i], second[i]), for i < rows. `first` may be `numbers`. */
  number(first: Int32Array, second: Int32Array, rows: number, numbers: Int32Array): void {
    numberPairs(this, first, second, rows, numbers);
  }

  /** The same for pairs whose second word is 0. */
  numberWords(words: Int32Array, rows: number, numbers: Int32Array): void {
    numberWords(this, words, rows, numbers);
  }

  /** Adds a pair that is not in the table. `slot`: the empty one where its search has ended. Returns its number. */
  add(slot: number, first: number, second: number): number {
    const number = this.size++;
    if (number === this.first.length) return this.grow(first, second, number);
    this.first[number] = first;
    this.second[number] = second;
    this.slots[slot] = first;
    this.slots[slot + 1] = second;
    this.slots[slot + 2] = number + 1;
    return number;
  }

  /** Forgets all pairs. Keeps the memory if the table was at least an eighth full. */
  clear(): void {
    if (this.size * 4 < this.first.length) this.resize(FIRST_SLOTS_LOG2);
    else this.slots.fill(0);
    this.size = 0;
  }

  private resize(log2: number): void {
    this.shift = 32 - log2;
    this.slots = new Int32Array(4 << log2);
    this.first = new Int32Array(1 << (log2 - 1));
    this.second = new Int32Array(1 << (log2 - 1));
  }

  private grow(first: number, second: number, number: number): number {
    const before = { first: this.first, second: this.second };
    this.resize(33 - this.shift);
    this.first.set(before.first);
    this.second.set(before.second);
    this.first[number] = first;
    this.second[number] = second;
    const { slots, shift } = this;
    const end = slots.length - 1;
    for (let i = 0; i <= number; i++) {
      let at = placeOf(this.first[i], this.second[i], shift);
      while (slots[at + 2] !== 0) at = (at + 4) & end;
      slots[at] = this.first[i];
      slots[at + 1] = this.second[i];
      slots[at + 2] = i + 1;
    }
    return number;
  }
}

/** The slot at which the search for a pair begins. */
function placeOf(first: number, second: number, shift: number): number {
  let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash >>> shift) << 2;
}

function numberPairs(
  table: PairTable,
  first: Int32Array,
  second: Int32Array,
  rows: number,
  numbers: Int32Array,
): void {
  let { slots, shift } = table;
  let end = slots.length - 1;
  for (let i = 0; i < rows; i++) {
    const a = first[i];
    const b = second[i];
    let at = placeOf(a, b, shift);
    let found = slots[at + 2];
    while (found !== 0 && (slots[at] !== a || slots[at + 1] !== b)) {
      at = (at + 4) & end;
      found = slots[at + 2];
    }
    if (found !== 0) {
      numbers[i] = found - 1;
      continue;
    }
    numbers[i] = table.add(at, a, b);
    if (slots === table.slots) continue;
    ({ slots, shift } = table);
    end = slots.length - 1;
  }
}

function numberWords(table: PairTable, words: Int32Array, rows: number, numbers: Int32Array): void {
  let { slots, shift } = table;
  let end = slots.length - 1;
  for (let i = 0; i < rows; i++) {
    const a = words[i];
    let at = placeOf(a, 0, shift);
    let found = slots[at + 2];
    while (found !== 0 && (slots[at] !== a || slots[at + 1] !== 0)) {
      at = (at + 4) & end;
      found = slots[at + 2];
    }
    if (found !== 0) {
      numbers[i] = found - 1;
      continue;
    }
    numbers[i] = table.add(at, a, 0);
    if (slots === table.slots) continue;
    ({ slots, shift } = table);
    end = slots.length - 1;
  }
}
