/**
 * The key of a row. Each pass over the keys has a permutation of its own: a Feistel network of four rounds
 * permutes the numbers below the next power of four, and a result beyond the last key is permuted again.
 */
export function shuffled(row: number, keys: number): number {
  const pass = Math.floor(row / keys);
  const half = Math.max(1, Math.ceil(Math.log2(keys) / 2));
  const mask = 2 ** half - 1;
  let value = row % keys;
  do {
    let left = Math.floor(value / (mask + 1));
    let right = value & mask;
    for (let round = 0; round < 4; round++) {
      const mixed = Math.imul((right + 1) ^ (pass << 8) ^ round, 0x9e3779b1) >>> 7;
      [left, right] = [right, (left ^ mixed) & mask];
    }
    value = left * (mask + 1) + right;
  } while (value >= keys);
  return value;
}
