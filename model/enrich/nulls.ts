/** Validity bitmaps (as in Arrow, a set bit means a value) and the operations of enrichments on them. */
import type { Vector } from '../../kernel/columns/vectors.ts';

/** A bitmap and how many of its rows are null. `validity` is null if no row is. */
export interface Nulls {
  readonly validity: Uint8Array | null;
  readonly nullCount: number;
}

/** Set bits of a byte, for counting. */
const bitsOfByte = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});

/** Null rows among the first `rows` of a bitmap. */
export function countNulls(validity: Uint8Array, rows: number): number {
  const whole = rows >> 3;
  let valid = 0;
  for (let byte = 0; byte < whole; byte++) valid += bitsOfByte[validity[byte]];
  if (rows & 7) valid += bitsOfByte[validity[whole] & ((1 << (rows & 7)) - 1)];
  return rows - valid;
}

/**
 * Null where any input is null. For one nullable input, the input's own bitmap without a copy, because the result
 * is valid as long as the batch too. For several, their conjunction.
 */
export function jointNulls(inputs: readonly Vector[], rows: number): Nulls {
  let joint: Uint8Array | null = null;
  let copied = false;
  let nullCount = 0;
  for (const input of inputs) {
    if (input.validity === null) continue;
    if (joint === null) {
      joint = input.validity;
      nullCount = input.nullCount;
    } else if (joint !== input.validity) {
      if (!copied) joint = joint.slice(0, (rows + 7) >> 3);
      copied = true;
      for (let byte = 0; byte < joint.length; byte++) joint[byte] &= input.validity[byte];
    }
  }
  if (joint !== null && copied) nullCount = countNulls(joint, rows);
  return { validity: joint, nullCount };
}

/** The same nulls, plus the rows where `isNull` is 1. */
export function withNulls(nulls: Nulls, isNull: Uint8Array, rows: number): Nulls {
  const validity = nulls.validity?.slice(0, (rows + 7) >> 3) ?? new Uint8Array((rows + 7) >> 3).fill(255);
  for (let i = 0; i < rows; i++) if (isNull[i]) validity[i >> 3] &= ~(1 << (i & 7));
  return { validity, nullCount: countNulls(validity, rows) };
}
