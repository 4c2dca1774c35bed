import { shuffled } from '../shuffled.ts';

/**
 * Generates visits of customers in random order, with the same number of visits for each. The number of bytes does not
 * depend on the number of customers, so two files differ only in that number.
 */
export interface VisitsOptions {
  readonly rows: number;
  /** The number of distinct customers, if the file has at least as many rows. */
  readonly keys: number;
}

const header = Buffer.from('customer,at,cents\n');
const bufferBytes = 1 << 20;
const rowBytes = 'customer-00000000,2018-01-01 00:00:00,0000\n'.length;
const secondsOfYear = 365 * 86_400;

/** Buffers of about 1 MiB, each a whole number of rows, the header first. */
export function* generateVisits({ rows, keys }: VisitsOptions): Generator<Buffer, void, undefined> {
  yield header;
  const rowsOfBuffer = Math.floor(bufferBytes / rowBytes);
  for (let from = 0; from < rows; from += rowsOfBuffer) {
    const until = Math.min(rows, from + rowsOfBuffer);
    const lines: string[] = [];
    for (let row = from; row < until; row++) {
      const customer = String(shuffled(row, keys)).padStart(8, '0');
      const at = new Date(1_514_764_800_000 + ((row * 7919) % secondsOfYear) * 1000).toISOString();
      lines.push(
        `customer-${customer},${at.slice(0, 10)} ${at.slice(11, 19)},${String(((row * 31) % 9000) + 1000)}\n`,
      );
    }
    yield Buffer.from(lines.join(''), 'latin1');
  }
}
