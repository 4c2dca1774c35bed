/** Counts the bytes of the file that bytes of the window, transcoded by kernel/dialect/encodings.ts, stand for. */

/** The kinds that measureOf in kernel/dialect/encodings.ts returns. */
export const BYTES: i32 = 0;
const SINGLE: i32 = 1;
const UTF16: i32 = 2;

/** Bytes that mark an invalid byte or unit, and half a unit. */
const INVALID: u32 = 0xff;
const INVALID_HALF: u32 = 0xfe;

/** Bytes of the file that [start, end) stands for. `end` must be the end of a character or of the input. */
export function measure(kind: i32, start: usize, end: usize): f64 {
  if (kind == BYTES) return <f64>(end - start);
  if (kind == SINGLE) return <f64>characters(start, end);
  if (kind == UTF16) return 2 * <f64>characters(start, end) + <f64>wide(start, end);
  let bytes: u64 = 0;
  for (let p = start; p < end; p++) {
    const byte = <u32>load<u8>(p);
    if ((byte & 0xc0) == 0x80) continue;
    bytes += byte < 0x80 || byte == INVALID || isHalfWidth(byte, p) ? 1 : 2;
  }
  return <f64>bytes;
}

/** Counts characters: all bytes but continuation bytes, which are below -64 as signed numbers. */
function characters(start: usize, end: usize): i64 {
  const last = i8x16.splat(-65);
  let count: i64 = 0;
  let p = start;
  for (; p + 16 <= end; p += 16) count += <i64>popcnt(i8x16.bitmask(i8x16.gt_s(v128.load(p), last)));
  for (; p < end; p++) if ((load<u8>(p) & 0xc0) != 0x80) count++;
  return count;
}

/** Bytes of UTF-16 beyond two per character: two more for a surrogate pair, one less for half a unit. */
function wide(start: usize, end: usize): i64 {
  const low = i8x16.splat(<i8>0xf0);
  let more: i64 = 0;
  for (let p = start; p < end; p++) {
    if (p + 16 <= end && !v128.any_true(i8x16.ge_u(v128.load(p), low))) {
      p += 15;
      continue;
    }
    const byte = <u32>load<u8>(p);
    if (byte == INVALID_HALF) more--;
    else if (byte >= 0xf0 && byte < 0xf8) more += 2;
  }
  return more;
}

/** U+FF61 to U+FF9F, which are one byte in Shift_JIS. */
function isHalfWidth(first: u32, p: usize): bool {
  if (first != 0xef) return false;
  const second = <u32>load<u8>(p, 1);
  return (second == 0xbd && <u32>load<u8>(p, 2) >= 0xa1) || second == 0xbe;
}
