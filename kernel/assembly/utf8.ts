/** Checks texts for UTF-8, sixteen bytes at a time while they are ASCII. */
import { ENCODING, NUL } from './reasons';

/**
 * True if [p, end) is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without a NUL, which
 * PostgreSQL cannot store in a text.
 */
export function isUtf8(p: usize, end: usize): bool {
  while (p < end) {
    if (end - p >= 16) {
      const bytes = v128.load(p);
      if (i8x16.bitmask(bytes) == 0 && i8x16.all_true(bytes)) {
        p += 16;
        continue;
      }
    } else {
      const bytes = v128.load(p);
      const wrong = v128.or(bytes, i8x16.eq(bytes, i8x16.splat(0)));
      if (i8x16.bitmask(wrong) << (32 - <i32>(end - p)) == 0) return true;
    }
    const size = sequence(p, end);
    if (size == 0) return false;
    p += size;
  }
  return true;
}

/** Bytes of the well-formed sequence at p, or 0 if there is none. */
function sequence(p: usize, end: usize): usize {
  const first = <u32>load<u8>(p);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const size: usize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (p + size > end) return 0;
  const second = <u32>load<u8>(p, 1);
  let low: u32 = 0x80;
  let high: u32 = 0xbf;
  if (first == 0xe0) low = 0xa0;
  else if (first == 0xed) high = 0x9f;
  else if (first == 0xf0) low = 0x90;
  else if (first == 0xf4) high = 0x8f;
  if (second < low || second > high) return 0;
  for (let i: usize = 2; i < size; i++) if ((load<u8>(p + i) & 0xc0) != 0x80) return 0;
  return size;
}

/** Why [start, end) is not text: NUL if it contains one, else ENCODING. */
export function textFault(start: usize, end: usize): i32 {
  for (let p = start; p < end; p++) if (load<u8>(p) == 0) return NUL;
  return ENCODING;
}
