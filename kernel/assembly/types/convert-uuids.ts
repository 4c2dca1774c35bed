/**
 * UUIDs: 32 hexadecimal digits, bare or with dashes after 8, 12, 16 and 20 of them, optionally in braces or
 * after urn:uuid:.
 */
import { Column, fail, setNull } from '../column';
import { TYPE } from '../reasons';
import { Reader } from '../read/read';
import { Slice, firstWord } from '../read/slice';
import { sliceMeansNull } from './field-text';

function hexDigit(byte: u32): u32 {
  if (byte - 48 <= 9) return byte - 48;
  const letter = (byte | 0x20) - 97;
  return letter <= 5 ? letter + 10 : 0xff;
}

/** Writes the 16 bytes of the UUID in [p, end) to `out`. Returns false if the text is not a UUID. */
function readUuid(p: usize, end: usize, out: usize): bool {
  if (end - p > 36) return readWrapped(p, end, out);
  return end - p == 34 && load<u8>(p) == 123 ? readWrapped(p, end, out) : readDigits(p, end, out);
}

/** Reads {…} and urn:uuid:…, in any case. */
function readWrapped(p: usize, end: usize, out: usize): bool {
  if (load<u8>(p) == 123) return load<u8>(end - 1) == 125 && readDigits(p + 1, end - 1, out);
  // Its letters as a little-endian integer.
  const letters = (load<u64>(p) | 0x2020202000202020) == 0x646975753a6e7275;
  return letters && load<u8>(p, 8) == 58 && readDigits(p + 9, end, out);
}

function readDigits(p: usize, end: usize, out: usize): bool {
  const dashed = end - p == 36;
  if (!dashed && end - p != 32) return false;
  for (let i = 0; i < 16; i++) {
    if (dashed && (i == 4 || i == 6 || i == 8 || i == 10)) {
      if (load<u8>(p) != 45) return false;
      p++;
    }
    const high = hexDigit(<u32>load<u8>(p));
    const low = hexDigit(<u32>load<u8>(p, 1));
    if ((high | low) > 15) return false;
    store<u8>(out + i, <u8>((high << 4) | low));
    p += 2;
  }
  return true;
}

export function convertUuid(column: Column, from: i32, to: i32): void {
  for (let r = from, word = firstWord(column.field); r < to; r++, word += Reader.stride) {
    if (sliceMeansNull(column, word)) { setNull(column, r); continue; }
    if (!readUuid(Slice.start, Slice.end, column.values + (<usize>r << 4))) fail(r, TYPE);
  }
}
