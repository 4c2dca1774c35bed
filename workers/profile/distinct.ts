/** Counts distinct values: exactly while there are few, then by an estimate within a few per cent. */

/** More distinct values than this are estimated. */
export const exactMost = 20_000;
/** Registers of the estimate; its standard error is 1.04 / √registers = 1.6 %. */
const registerBits = 12;
const registers = 1 << registerBits;
/** Values seen lately, which need not be looked up again. */
const recentMask = 4095;

/**
 * HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with linear counting for small numbers, behind an exact set.
 * Values come as two words each. Equal words are taken for equal values.
 */
export class DistinctCounter {
  private exact: Set<number> | null = new Set();
  private readonly ranks = new Uint8Array(registers);
  /** No slot begins with a value that belongs there. */
  private readonly recentLow = Int32Array.from({ length: recentMask + 1 }, (_, slot) => slot ^ 1);
  private readonly recentHigh = new Int32Array(recentMask + 1);

  add(low: number, high: number): void {
    const slot = (low ^ (high * 31)) & recentMask;
    if (this.recentLow[slot] === low && this.recentHigh[slot] === high) return;
    this.recentLow[slot] = low;
    this.recentHigh[slot] = high;
    if (this.exact !== null) {
      // 53 bits of the value: two that differ in the other eleven alone count as one.
      this.exact.add((high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0));
      if (this.exact.size > exactMost) this.exact = null;
    }
    const hash = mixed(low, high);
    const rank = Math.clz32((hash << registerBits) | (1 << (registerBits - 1))) + 1;
    const register = hash >>> (32 - registerBits);
    if (rank > this.ranks[register]) this.ranks[register] = rank;
  }

  get isExact(): boolean {
    return this.exact !== null;
  }

  get count(): number {
    return this.exact?.size ?? this.estimate();
  }

  private estimate(): number {
    let sum = 0;
    let zeros = 0;
    for (const rank of this.ranks) {
      sum += 2 ** -rank;
      if (rank === 0) zeros++;
    }
    const raw = ((0.7213 / (1 + 1.079 / registers)) * registers * registers) / sum;
    if (raw <= 2.5 * registers && zeros > 0) return Math.round(registers * Math.log(registers / zeros));
    // With 32 bits of hash, large numbers need the correction for collisions.
    const all = 2 ** 32;
    return Math.round(raw > all / 30 ? -all * Math.log(1 - raw / all) : raw);
  }
}

/** The finaliser of MurmurHash3, over both words. */
function mixed(low: number, high: number): number {
  let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high + 0x7f4a7c15, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
