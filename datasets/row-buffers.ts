/** Divides the rows of a generator into buffers. */
import { writeBytes } from './text.ts';

const bufferBytes = 1 << 20;

/**
 * Returns buffers of about 1 MiB, each with whole rows, and the header first. The caller owns each buffer. `fill`
 * writes rows from `at` while the position is at most `last`, and returns their end. After that, there is no room for
 * a row of `rowBytesMax`, or there are no more rows.
 */
export function* rowBuffers(
  header: Uint8Array,
  rowBytesMax: number,
  fill: (bytes: Buffer, view: DataView, at: number, last: number) => number,
): Generator<Buffer, void, undefined> {
  const last = bufferBytes - rowBytesMax;
  for (let first = true; ; first = false) {
    const bytes = Buffer.allocUnsafeSlow(bufferBytes);
    const start = first ? writeBytes(bytes, 0, header) : 0;
    const end = fill(bytes, new DataView(bytes.buffer), start, last);
    if (end > 0) yield bytes.subarray(0, end);
    if (end <= last) return;
  }
}
