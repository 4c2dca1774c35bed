/** Counts distinct values: exactly while there are few, then by an estimate within a few per cent. */

/** More distinct values than this are estimated. */
export const exactMost = 20_000;
/** Registers of the estimate; its standard error is 1.04 / √registers = 1.6 %. */
const registerBits = 12;
const registers = 1 << registerBits;
/** Values that were added last, which need not be looked up again. */
const recentMask = 1023;
/** No slot begins with a value that belongs there. */
const emptySlots = Int32Array.from({ length: recentMask + 1 }, (_, slot) => slot ^ 1);

/**
 * HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) with linear counting for small numbers, after an exact set has
 * grown too large. Values come as two words each. Equal words are taken for equal values.
 */
export class DistinctCounter {
  private exact: Set<number> | null = new Set();
  private ranks: Uint8Array | null = null;
  private recentLow: Int32Array | null = null;
  private recentHigh: Int32Array | null = null;

  add(low: number, high: number): void {
    if (this.recentLow === null || this.recentHigh === null) {
      this.recentLow = emptySlots.slice();
      this.recentHigh = new Int32Array(recentMask + 1);
    }
    const slot = (low ^ (high * 31)) & recentMask;
    if (this.recentLow[slot] === low && this.recentHigh[slot] === high) return;
    this.recentLow[slot] = low;
    this.recentHigh[slot] = high;
    const hash = mixed(low, high);
    if (this.exact === null) {
      this.estimateWith(hash);
      return;
    }
    // 53 bits of hash: that two of so few values have the same is out of the question.
    this.exact.add((mixed(high ^ 0x5bd1e995, low) & 0x1fffff) * 0x1_0000_0000 + (hash >>> 0));
    if (this.exact.size <= exactMost) return;
    for (const value of this.exact) this.estimateWith(value | 0);
    this.exact = null;
  }

  get isExact(): boolean {
    return this.exact !== null;
  }

  get count(): number {
    return this.exact?.size ?? this.estimate();
  }

  private estimateWith(hash: number): void {
    this.ranks ??= new Uint8Array(registers);
    const rank = Math.clz32((hash << registerBits) | (1 << (registerBits - 1))) + 1;
    const register = hash >>> (32 - registerBits);
    if (rank > this.ranks[register]) this.ranks[register] = rank;
  }

  private estimate(): number {
    let sum = 0;
    let zeros = 0;
    for (const rank of this.ranks ?? []) {
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
