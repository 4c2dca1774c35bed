/** Finds the special bytes of a state with RUNS_… (kernel/dialect/machine.ts), 16 bytes at a time. */

/** Flags of a state. */
export const RUNS_APPEND: u32 = 8;
export const RUNS_NOTHING: u32 = 16;

/** Mask of the bytes that equal one of the five at `special`. */
@inline
export function specialBits(bytes: v128, special: usize): i32 {
  const a = v128.or(i8x16.eq(bytes, v128.load8_splat(special)), i8x16.eq(bytes, v128.load8_splat(special, 1)));
  const b = v128.or(i8x16.eq(bytes, v128.load8_splat(special, 2)), i8x16.eq(bytes, v128.load8_splat(special, 3)));
  return i8x16.bitmask(v128.or(v128.or(a, b), i8x16.eq(bytes, v128.load8_splat(special, 4))));
}
