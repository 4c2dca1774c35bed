/** Blocks of 64 bytes as bit masks; the first byte has the lowest bit. */

/** The results of four 16-byte comparisons as one mask. */
@inline
export function bits64(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64><u32>(i8x16.bitmask(a) | (i8x16.bitmask(b) << 16)) |
    (<u64><u32>(i8x16.bitmask(c) | (i8x16.bitmask(d) << 16)) << 32)
  );
}

/** Each bit becomes the parity of the bits up to it. For quotes, it is set after an odd number of them. */
@inline
export function parities(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}
