/**
 * Exact decimals in PostgreSQL's binary form of numeric: number of digits, weight of the first, sign, scale (16 bits
 * each, big-endian), then digits in base 10,000 without zeros at either end (numeric_recv in the server's numeric.c).
 */
export type Numeric = Uint8Array;

const BASE = 10_000;
const NEGATIVE = 0x4000;

/** unscaled × 10^-scale, for a safe integer. */
export function numericOfNumber(unscaled: number, scale: number): Numeric {
  const padding = (4 - (scale & 3)) & 3;
  let rest = Math.abs(unscaled) * 10 ** padding;
  if (!Number.isSafeInteger(rest)) return numericOfUnscaled(BigInt(unscaled), scale);
  const digits: number[] = [];
  while (rest > 0) {
    const next = Math.floor(rest / BASE);
    digits.push(rest - next * BASE);
    rest = next;
  }
  digits.reverse();
  return packed(unscaled < 0, digits, digits.length - (scale + padding) / 4 - 1, scale);
}

/** `trim`: with as few digits after the point as it needs, at most `scale`. */
export function numericOfUnscaled(unscaled: bigint, scale: number, trim: 'trim' | '' = ''): Numeric {
  const padding = (4 - (scale & 3)) & 3;
  const text = String((unscaled < 0n ? -unscaled : unscaled) * 10n ** BigInt(padding));
  const aligned = text.padStart(Math.ceil(text.length / 4) * 4, '0');
  const digits = aligned.match(/..../g)!.map(Number);
  const weight = digits.length - (scale + padding) / 4 - 1;
  return packed(unscaled < 0n, digits, weight, trim === '' ? scale : scaleOf(digits, weight));
}

/**
 * The sum of limbs, each of eight digits of a decimal: limbs[i] × 10^(8 × (limbs.length - 1 - i) - scale). Limbs are
 * whole numbers of any sign, and may be longer than eight digits.
 */
export function numericOfLimbs(limbs: Float64Array, scale: number): Numeric {
  const negative = (limbs.find((limb) => limb !== 0) ?? 0) < 0;
  const digits: number[] = [];
  let carry = 0;
  for (let i = limbs.length - 1; i >= 0; i--) {
    const sum = (negative ? -limbs[i] : limbs[i]) + carry;
    carry = Math.floor(sum / 1e8);
    const limb = sum - carry * 1e8;
    const high = Math.floor(limb / BASE);
    digits.push(limb - high * BASE, high);
  }
  for (; carry > 0; carry = Math.floor(carry / BASE)) digits.push(carry % BASE);
  // The first limb that is not 0 had the other sign: the sum of the rest outweighs it.
  if (carry < 0) return numericOfLimbs(settled(limbs), scale);
  digits.reverse();
  const weight = digits.length - scale / 4 - 1;
  return packed(negative, digits, weight, scaleOf(digits, weight));
}

/** The same sum, in limbs of one sign: the first one takes what the others carry. */
function settled(limbs: Float64Array): Float64Array {
  const whole = limbs.reduce((sum, limb) => sum * 100_000_000n + BigInt(limb), 0n);
  const found = new Float64Array(limbs.length + 1);
  let rest = whole;
  for (let i = found.length - 1; i >= 0; i--) {
    found[i] = Number(rest % 100_000_000n);
    rest /= 100_000_000n;
  }
  return found;
}

/** Decimal digits after the point that are not zeros at the end. */
function scaleOf(digits: readonly number[], weight: number): number {
  const last = digits.findLastIndex((digit) => digit !== 0);
  if (last <= weight) return 0;
  const scale = (last - weight) * 4;
  const digit = digits[last];
  return scale - (digit % 1000 === 0 ? 3 : digit % 100 === 0 ? 2 : digit % 10 === 0 ? 1 : 0);
}

/** `weight`: that of the first digit, which may be 0. */
function packed(negative: boolean, digits: readonly number[], weight: number, scale: number): Numeric {
  let start = 0;
  let end = digits.length;
  while (start < end && digits[start] === 0) start++;
  while (end > start && digits[end - 1] === 0) end--;
  const out = new Uint8Array(8 + 2 * (end - start));
  const view = new DataView(out.buffer);
  view.setInt16(0, end - start);
  view.setInt16(2, end === start ? 0 : weight - start);
  view.setUint16(4, negative && end > start ? NEGATIVE : 0);
  view.setUint16(6, scale);
  for (let i = start; i < end; i++) view.setUint16(8 + 2 * (i - start), digits[i]);
  return out;
}
