/** Bytes of the file that bytes of the window stand for: kernel/encodings.ts made UTF-8 of them. */

/** The numbers of measureOf in kernel/encodings.ts. */
export const BYTES: i32 = 0;
const SINGLE: i32 = 1;
const UTF16: i32 = 2;

/** Marks of an invalid byte or unit, and of half a unit. */
const INVALID: u32 = 0xff;
const INVALID_HALF: u32 = 0xfe;

/** `end` is at the end of a character, or of all bytes there are. */
export function measure(kind: i32, start: usize, end: usize): f64 {
  if (kind == BYTES) return <f64>(end - start);
  let bytes: u64 = 0;
  for (let p = start; p < end; p++) {
    const byte = <u32>load<u8>(p);
    if ((byte & 0xc0) == 0x80) continue;
    if (kind == SINGLE) bytes += 1;
    else if (kind == UTF16) bytes += byte == INVALID_HALF ? 1 : byte >= 0xf0 && byte < 0xf8 ? 4 : 2;
    else bytes += byte < 0x80 || byte == INVALID || isHalfWidth(byte, p) ? 1 : 2;
  }
  return <f64>bytes;
}

/** U+FF61 to U+FF9F, which are one byte in Shift_JIS. */
function isHalfWidth(first: u32, p: usize): bool {
  if (first != 0xef) return false;
  const second = <u32>load<u8>(p, 1);
  return (second == 0xbd && <u32>load<u8>(p, 2) >= 0xa1) || second == 0xbe;
}
