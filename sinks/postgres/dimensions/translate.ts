/** The hot loops of dimension keys. Each passes over a batch's rows once, using typed arrays only. */
import { type IntMembers, MISSING } from './member-cache.ts';

/** keys[i] = keyOf[codes[i]]. Returns how many of them are MISSING. */
export function translateCodes(codes: Int32Array, rows: number, keyOf: Int32Array, keys: Int32Array): number {
  let missing = 0;
  for (let i = 0; i < rows; i++) {
    const key = keyOf[codes[i]];
    keys[i] = key;
    missing += key >>> 31;
  }
  return missing;
}

/** keys[i] = key of values[i]. Returns how many of them are MISSING. */
export function translateInts(values: Int32Array, rows: number, cache: IntMembers, keys: Int32Array): number {
  let missing = 0;
  for (let i = 0; i < rows; i++) {
    const key = cache.get(values[i]);
    keys[i] = key;
    missing += key >>> 31;
  }
  return missing;
}

/** keys[i] = keysOfDays[days[i] - firstDay], or MISSING outside the table. Returns how many of them are MISSING. */
export function translateDays(
  days: Int32Array,
  rows: number,
  keysOfDays: Int32Array,
  firstDay: number,
  keys: Int32Array,
): number {
  let missing = 0;
  for (let i = 0; i < rows; i++) {
    const place = days[i] - firstDay;
    const key = place >= 0 && place < keysOfDays.length ? keysOfDays[place] : MISSING;
    keys[i] = key;
    missing += key >>> 31;
  }
  return missing;
}

/** Rows without a natural key refer to the unknown member, 0. */
export function unknownWhereNull(validity: Uint8Array, rows: number, keys: Int32Array): void {
  for (let i = 0; i < rows; i++) {
    if ((validity[i >> 3] & (1 << (i & 7))) === 0) keys[i] = 0;
  }
}
