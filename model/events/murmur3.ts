/**
 * MurmurHash3 with 128 bits, the variant x86, seed 0: https://github.com/aappleby/smhasher (MurmurHash3_x86_128). It
 * needs no integers of 64 bits. Four words of 32 bits are a hash, the first of them first, each little-endian in bytes.
 */

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** Words of a block, and of a hash. */
export const blockWords = 4;
export const blockBytes = 16;

/**
 * Takes one block into each of `rows` hashes in progress. Row i has the words 4i … 4i + 3 of `blocks` and of `states`,
 * which begin as 0. `validity`: rows whose bit at `from + i` is 0 have no block; null: every row has one. `lengths`:
 * bytes taken so far.
 */
export function takeBlocks(
  states: Int32Array,
  lengths: Int32Array,
  blocks: Int32Array,
  validity: Uint8Array | null,
  from: number,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    if (validity !== null && (validity[(from + i) >> 3] & (1 << ((from + i) & 7))) === 0) continue;
    const at = i << 2;
    let h1 = states[at];
    let h2 = states[at + 1];
    let h3 = states[at + 2];
    let h4 = states[at + 3];
    let k = Math.imul(blocks[at], C1);
    h1 ^= Math.imul((k << 15) | (k >>> 17), C2);
    h1 = (Math.imul(((h1 << 19) | (h1 >>> 13)) + h2, 5) + 0x561ccd1b) | 0;
    k = Math.imul(blocks[at + 1], C2);
    h2 ^= Math.imul((k << 16) | (k >>> 16), C3);
    h2 = (Math.imul(((h2 << 17) | (h2 >>> 15)) + h3, 5) + 0x0bcaa747) | 0;
    k = Math.imul(blocks[at + 2], C3);
    h3 ^= Math.imul((k << 17) | (k >>> 15), C4);
    h3 = (Math.imul(((h3 << 15) | (h3 >>> 17)) + h4, 5) + 0x96cd1c35) | 0;
    k = Math.imul(blocks[at + 3], C4);
    h4 ^= Math.imul((k << 18) | (k >>> 14), C1);
    h4 = (Math.imul(((h4 << 13) | (h4 >>> 19)) + h1, 5) + 0x32ac3b17) | 0;
    states[at] = h1;
    states[at + 1] = h2;
    states[at + 2] = h3;
    states[at + 3] = h4;
    lengths[i] += blockBytes;
  }
}

/** Turns `rows` hashes in progress into hashes, which are written to `out` from the word `at` on. */
export function endHashes(
  states: Int32Array,
  lengths: Int32Array,
  rows: number,
  out: Int32Array,
  at: number,
): void {
  for (let i = 0; i < rows; i++) {
    const from = i << 2;
    const length = lengths[i];
    let h1 = states[from] ^ length;
    let h2 = states[from + 1] ^ length;
    let h3 = states[from + 2] ^ length;
    let h4 = states[from + 3] ^ length;
    h1 = (h1 + h2 + h3 + h4) | 0;
    h2 = mixed(h2 + h1);
    h3 = mixed(h3 + h1);
    h4 = mixed(h4 + h1);
    h1 = (mixed(h1) + h2 + h3 + h4) | 0;
    const to = at + from;
    out[to] = h1;
    out[to + 1] = (h2 + h1) | 0;
    out[to + 2] = (h3 + h1) | 0;
    out[to + 3] = (h4 + h1) | 0;
  }
}

function mixed(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Hashes of the last block and the rest of a text, one text at a time. */
const state = new Int32Array(blockWords);
const length = new Int32Array(1);
const block = new Int32Array(blockWords);

/** The hash of the bytes `start` … `end - 1`, written to `out` from the word `at` on. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, out: Int32Array, at: number): void {
  state.fill(0);
  const whole = start + ((end - start) & ~(blockBytes - 1));
  for (let from = start; from < whole; from += blockBytes) {
    for (let w = 0; w < blockWords; w++) block[w] = wordAt(bytes, from + (w << 2));
    takeBlocks(state, length, block, null, 0, 1);
  }
  if (whole < end) takeTail(bytes, whole, end);
  length[0] = end - start;
  endHashes(state, length, 1, out, at);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/** The rest is mixed in without the steps that lie between blocks. */
function takeTail(bytes: Uint8Array, start: number, end: number): void {
  block.fill(0);
  for (let i = 0; i < end - start; i++) block[i >> 2] |= bytes[start + i] << ((i & 3) << 3);
  let k = Math.imul(block[3], C4);
  state[3] ^= Math.imul((k << 18) | (k >>> 14), C1);
  k = Math.imul(block[2], C3);
  state[2] ^= Math.imul((k << 17) | (k >>> 15), C4);
  k = Math.imul(block[1], C2);
  state[1] ^= Math.imul((k << 16) | (k >>> 16), C3);
  k = Math.imul(block[0], C1);
  state[0] ^= Math.imul((k << 15) | (k >>> 17), C2);
}
