/** Sorts rows of 32-bit words by radix, from the last word to the first. */

/** Bits of a pass: its counters fit into the first-level cache. */
const PASS_BITS = 11;
const PASS_MASK = (1 << PASS_BITS) - 1;

/** The numbers of rows 0 … rows - 1 in order of their words: words[0], then words[1], … */
export function sortedOrder(words: readonly Int32Array[], rows: number): Int32Array {
  let order = new Int32Array(rows);
  let spare = new Int32Array(rows);
  for (let i = 0; i < rows; i++) order[i] = i;
  for (const word of words.toReversed()) {
    const { least, bits } = rangeOf(word, rows);
    for (let shift = 0; shift < bits; shift += PASS_BITS) {
      scatter(word, least, shift, order, spare);
      [order, spare] = [spare, order];
    }
  }
  return order;
}

/** The least value, and how many bits the others take above it. */
function rangeOf(word: Int32Array, rows: number): { readonly least: number; readonly bits: number } {
  let least = 0x7fffffff;
  let most = -0x80000000;
  for (let i = 0; i < rows; i++) {
    const value = word[i];
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, bits: rows === 0 ? 0 : 32 - Math.clz32(most - least) };
}

/** One pass, which keeps the order of rows that are equal in its bits. */
function scatter(word: Int32Array, least: number, shift: number, from: Int32Array, to: Int32Array): void {
  const ends = new Int32Array(PASS_MASK + 2);
  for (let i = 0; i < from.length; i++) ends[(((word[i] - least) >>> shift) & PASS_MASK) + 1]++;
  for (let digit = 0; digit < PASS_MASK; digit++) ends[digit + 1] += ends[digit];
  for (let i = 0; i < from.length; i++) {
    const row = from[i];
    to[ends[((word[row] - least) >>> shift) & PASS_MASK]++] = row;
  }
}
