/**
 * 5^q for q = -342…308, as its most significant 128 bits (high word first): truncated, but rounded up for
 * -27 ≤ q < 0. This is the table of the Eisel–Lemire algorithm (Lemire, "Number parsing at a gigabyte per
 * second", 2021), computed here instead of stored.
 */
const LOWEST = -342;
const HIGHEST = 308;

let table: BigUint64Array | undefined;

/** 2 × 651 words, computed once per process. */
export function powersOfFive(): BigUint64Array {
  if (table) return table;
  const words = new BigUint64Array(2 * (HIGHEST - LOWEST + 1));
  for (let q = LOWEST, at = 0; q <= HIGHEST; q++, at += 2) {
    const bits = q < 0 ? reciprocal(5n ** BigInt(-q)) : normalised(5n ** BigInt(q));
    words[at] = bits >> 64n;
    words[at + 1] = bits & 0xffffffffffffffffn;
  }
  table = words;
  return words;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}

/** The top 128 bits, the first of them 1. */
function normalised(value: bigint): bigint {
  const excess = bitLength(value) - 128;
  return excess > 0 ? value >> BigInt(excess) : value << BigInt(-excess);
}

/** The top 128 bits of 1 / value. The division is never exact; the quotient of a small value is rounded up. */
function reciprocal(value: bigint): bigint {
  const length = BigInt(bitLength(value));
  if (value <= 5n ** 27n) return (1n << (length + 127n)) / value + 1n;
  return normalised((1n << (2n * length + 128n)) / value + 1n);
}
