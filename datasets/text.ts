/**
 * Writes text as bytes. Digits come from tables of two and four characters, and each store writes four bytes.
 * Generators write many long decimals, and converting one Number to a string would cost more than a whole row does
 * this way.
 *
 * All stores are little-endian. Functions return the position after the text.
 */

/** '00' … '99', two characters each. */
const pairs = new Uint16Array(100);
/** '0000' … '9999', four characters each. */
const fours = new Uint32Array(10_000);
/** '000' … '999' and a byte that the next store overwrites. */
const threes = new Uint32Array(1_000);

for (let i = 0; i < 100; i++) pairs[i] = (0x30 + Math.floor(i / 10)) | ((0x30 + (i % 10)) << 8);
for (let i = 0; i < 10_000; i++) fours[i] = pairs[Math.floor(i / 100)] | (pairs[i % 100] << 16);
for (let i = 0; i < 1_000; i++) threes[i] = fours[i] >>> 8;

/** Writes 0…99 with two digits. */
export function writePair(view: DataView, at: number, value: number): number {
  view.setUint16(at, pairs[value], true);
  return at + 2;
}

/** Writes 0…99 without a leading zero. */
export function writeSmall(view: DataView, at: number, value: number): number {
  if (value >= 10) return writePair(view, at, value);
  view.setUint8(at, 0x30 + value);
  return at + 1;
}

/** Writes a non-negative integer below 2^31 without leading zeros. */
export function writeInteger(view: DataView, at: number, value: number): number {
  if (value < 100) return writeSmall(view, at, value);
  const head = writeInteger(view, at, (value / 100) | 0);
  return writePair(view, head, value % 100);
}

/**
 * Writes a coordinate of 0…99 degrees with all digits of a double: `whole` in units of 10⁻⁷ degrees, `low` for the
 * next seven digits, and `tail` (1…9) for one more if a double has room for it. These are 15 fraction digits below 8
 * degrees, otherwise 14 without trailing zeros. A double cannot tell more digits apart, so the text is what
 * JavaScript prints for the number.
 */
export function writeDegrees(view: DataView, at: number, whole: number, low: number, tail: number): number {
  const degrees = (whole / 10_000_000) | 0;
  const fraction = whole - degrees * 10_000_000;
  const high = (fraction / 10_000) | 0;
  const lowHigh = (low / 1_000) | 0;
  let end = writeSmall(view, at, degrees);
  view.setUint8(end, 0x2e);
  view.setUint32(end + 1, threes[high], true);
  view.setUint32(end + 4, fours[fraction - high * 10_000], true);
  view.setUint32(end + 8, fours[lowHigh], true);
  view.setUint32(end + 12, threes[low - lowHigh * 1_000], true);
  end += 15;
  if (degrees < 8) {
    view.setUint8(end, 0x30 + tail);
    return end + 1;
  }
  while (view.getUint8(end - 1) === 0x30) end--;
  return end;
}

/** Copies a short text. For a few bytes, a loop is faster than TypedArray.set. */
export function writeBytes(target: Uint8Array, at: number, text: Uint8Array): number {
  const length = text.length;
  for (let i = 0; i < length; i++) target[at + i] = text[i];
  return at + length;
}
