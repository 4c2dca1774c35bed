/** Doubles as decimals, exactly as PostgreSQL's `x::text::numeric` gives them. */

/** digits × 10^exponent, where digits has no zeros at its end. Zero is 0 × 10^0. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Above this, a decimal may be exactly between two doubles. */
const integersMost = 2 ** 53;

/**
 * The shortest decimal that is read as this double, and of several the nearest. JavaScript takes a decimal that is
 * exactly between two doubles if it is read as the right one; PostgreSQL takes the next longer one. `value`: finite.
 */
export function shortestDecimal(value: number): Decimal {
  const plain = decimalOf(String(value));
  if (Math.abs(value) <= integersMost) return plain;
  for (let precision = digitCount(plain); precision <= 17; precision++) {
    const decimal = decimalOf(value.toExponential(precision - 1));
    if (isInside(decimal, value)) return decimal;
  }
  return decimalOf(value.toExponential(16));
}

function digitCount({ digits }: Decimal): number {
  return String(digits < 0n ? -digits : digits).length;
}

function decimalOf(text: string): Decimal {
  const [, sign, whole, fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text)!;
  const digits = `${whole}${fraction}`;
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return { digits: 0n, exponent: 0 };
  const exponent = Number(power) - fraction.length + digits.length - significant.length;
  return { digits: BigInt(`${sign}${significant}`), exponent };
}

/** True if the decimal is nearer to the integer `value` than to any other double. */
function isInside({ digits, exponent }: Decimal, value: number): boolean {
  if (exponent < 0) return true;
  const twice = 2n * digits * 10n ** BigInt(exponent);
  const [below, above] = neighbours(value);
  const at = BigInt(value);
  return twice > at + below && twice < at + above;
}

/** The doubles before and after an integer that is one. */
function neighbours(value: number): [bigint, bigint] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  const beside = (step: bigint) => {
    view.setBigInt64(0, bits + step);
    const found = view.getFloat64(0);
    // Beyond the greatest double, the distance is that of the one before.
    if (Number.isFinite(found)) return BigInt(found);
    view.setBigInt64(0, bits - step);
    return 2n * BigInt(value) - BigInt(view.getFloat64(0));
  };
  return value > 0 ? [beside(-1n), beside(1n)] : [beside(1n), beside(-1n)];
}
