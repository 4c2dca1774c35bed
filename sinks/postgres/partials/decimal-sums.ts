/**
 * Exact sums of doubles, each as its shortest decimal.
 *
 * A decimal is cut into limbs of eight digits: two before the point, three after it. A limb's sum is a whole number in
 * a double, and stays exact for 2^53 / 10^8 rows, more than a chunk has. What does not fit into the limbs is added up
 * as a BigInt. Decimals are kept by the double they belong to, because making one takes 50 times as long as adding it.
 */
import { type Numeric, numericOfLimbs, numericOfUnscaled } from './numeric-element.ts';
import { shortestDecimal } from './shortest-decimal.ts';

const LIMB = 1e8;
const LIMBS = 5;
/** Digits after the point that limbs have. */
const SCALE = 24;
/** Places for doubles whose limbs are kept: 2^15 take 1.5 MB. */
const KEPT_LOG2 = 15;

interface Sum {
  readonly unscaled: bigint;
  readonly scale: number;
}

/**
 * The limbs of doubles that were met: a hash table with linear probing, at most half full. When it is, it begins again.
 */
class KnownDecimals {
  readonly limbs = new Float64Array(LIMBS << KEPT_LOG2);
  private readonly values = new Float64Array(1 << KEPT_LOG2);
  private kept = 0;

  /** Where the limbs of a double begin; -1 if they do not hold it. `value`: not 0. `low`, `high`: its words. */
  find(value: number, low: number, high: number): number {
    const { values } = this;
    const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca77), 0x9e3779b1);
    let place = mixed >>> (32 - KEPT_LOG2);
    while (values[place] !== value) {
      if (values[place] === 0) return this.keep(place, value);
      place = (place + 1) & (values.length - 1);
    }
    return place * LIMBS;
  }

  private keep(place: number, value: number): number {
    const { digits, exponent } = shortestDecimal(value);
    const power = exponent + SCALE;
    if (power < 0 || Math.abs(value) >= LIMB * LIMB) return -1;
    if (this.kept * 2 >= this.values.length) {
      this.values.fill(0);
      this.kept = 0;
    }
    this.kept++;
    this.values[place] = value;
    let rest = digits * 10n ** BigInt(power);
    const limb = BigInt(LIMB);
    // BigInt division truncates, so that all limbs have the sign of the value.
    for (let i = LIMBS - 1; i >= 0; i--) {
      this.limbs[place * LIMBS + i] = Number(rest % limb);
      rest /= limb;
    }
    return place * LIMBS;
  }
}

/** What a process knows is shared by all sums: only one batch is added up at a time. */
const known = new KnownDecimals();

export class DecimalSums {
  private limbs = new Float64Array(LIMBS * 128);
  private readonly rare = new Map<number, Sum>();

  /** Makes room for groups 0 … size - 1. */
  reserve(size: number): void {
    if (size * LIMBS <= this.limbs.length) return;
    const longer = new Float64Array(Math.max(size * LIMBS, this.limbs.length * 2));
    longer.set(this.limbs);
    this.limbs = longer;
  }

  /** Adds values[i] to groups[i] for i < rows, where it is finite and the row is valid. */
  add(groups: Int32Array, values: Float64Array, validity: Uint8Array | null, rows: number): void {
    const { limbs } = this;
    const words = new Int32Array(values.buffer, values.byteOffset, rows * 2);
    for (let i = 0; i < rows; i++) {
      const value = values[i];
      if (value - value !== 0 || value === 0) continue;
      if (validity !== null && (validity[i >> 3] & (1 << (i & 7))) === 0) continue;
      const from = known.find(value, words[2 * i], words[2 * i + 1]);
      if (from < 0) {
        this.addRare(groups[i], value);
        continue;
      }
      const to = groups[i] * LIMBS;
      limbs[to] += known.limbs[from];
      limbs[to + 1] += known.limbs[from + 1];
      limbs[to + 2] += known.limbs[from + 2];
      limbs[to + 3] += known.limbs[from + 3];
      limbs[to + 4] += known.limbs[from + 4];
    }
  }

  sum(group: number): Numeric {
    const limbs = this.limbs.subarray(group * LIMBS, (group + 1) * LIMBS);
    const rare = this.rare.get(group);
    if (rare === undefined) return numericOfLimbs(limbs, SCALE);
    let unscaled = 0n;
    for (const limb of limbs) unscaled = unscaled * BigInt(LIMB) + BigInt(limb);
    const sum = added({ unscaled, scale: SCALE }, rare);
    return numericOfUnscaled(sum.unscaled, sum.scale, 'trim');
  }

  clear(): void {
    this.limbs.fill(0);
    this.rare.clear();
  }

  private addRare(group: number, value: number): void {
    const { digits, exponent } = shortestDecimal(value);
    const decimal =
      exponent > 0
        ? { unscaled: digits * 10n ** BigInt(exponent), scale: 0 }
        : { unscaled: digits, scale: -exponent };
    const before = this.rare.get(group);
    this.rare.set(group, before === undefined ? decimal : added(before, decimal));
  }
}

function added(one: Sum, other: Sum): Sum {
  const scale = Math.max(one.scale, other.scale);
  const at = (sum: Sum) => sum.unscaled * 10n ** BigInt(scale - sum.scale);
  return { unscaled: at(one) + at(other), scale };
}
