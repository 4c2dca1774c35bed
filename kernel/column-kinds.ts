/** How each kind of column is described to the kernel. */
import type { KernelType } from './types.ts';

interface Kind<T extends KernelType> {
  /** The number of the kind in kernel/assembly/column.ts. */
  number(type: T): number;
  /** Bytes a row takes in each of a column's three buffers. */
  readonly widths: readonly [number, number, number];
  /** What `low` and `high` of the kernel's Column are. Throws a RangeError for what the kernel cannot do. */
  bounds(type: T): Bounds;
}

interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** For a kind without bounds: the range of 64 bits. */
const noBounds = { low: -(2n ** 63n), high: 2n ** 63n - 1n };
const nonFinite = { reject: 0n, null: 1n, keep: 2n };
const forms = { wkt: 10, latlon: 11 };

const kinds: {
  readonly [K in KernelType['kind']]: Kind<Extract<KernelType, { readonly kind: K }>>;
} = {
  dictionary: { number: () => 0, widths: [4, 0, 0], bounds: () => noBounds },
  utf8: { number: () => 1, widths: [4, 0, 0], bounds: () => noBounds },
  int32: {
    number: () => 2,
    widths: [4, 0, 0],
    bounds: ({ min, max }) => ({ low: BigInt(min), high: BigInt(max) }),
  },
  int64: { number: () => 3, widths: [8, 0, 0], bounds: () => noBounds },
  decimal: { number: () => 4, widths: [8, 0, 0], bounds: digits },
  float64: {
    number: () => 5,
    widths: [8, 0, 0],
    bounds: (type) => ({ low: nonFinite[type.nonFinite ?? 'reject'], high: 0n }),
  },
  boolean: { number: () => 6, widths: [1, 0, 0], bounds: () => noBounds },
  date: { number: () => 7, widths: [4, 0, 0], bounds: () => noBounds },
  timestamp: {
    number: () => 8,
    widths: [8, 4, 4],
    // Bit 0: second 60 is read as 59; bit 1: fractions are cut.
    bounds: ({ leapSecond, fraction }) => ({
      low: (leapSecond === 'clamp' ? 1n : 0n) | (fraction === 'truncate' ? 2n : 0n),
      high: 0n,
    }),
  },
  uuid: { number: () => 9, widths: [16, 0, 0], bounds: () => noBounds },
  point: { number: ({ form }) => forms[form], widths: [8, 8, 0], bounds: () => noBounds },
};

/** Precision and scale. */
function digits({ precision, scale }: { readonly precision: number; readonly scale: number }): Bounds {
  if (precision < 1 || precision > 18 || scale < 0 || scale > precision) {
    throw new RangeError(`numeric(${precision}, ${scale}) has more than 18 digits.`);
  }
  return { low: BigInt(precision), high: BigInt(scale) };
}

export function kindOf({ kind }: KernelType): Kind<KernelType> {
  return kinds[kind];
}
