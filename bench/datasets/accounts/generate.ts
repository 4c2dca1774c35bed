import { shuffled } from '../shuffled.ts';

/** Generates states of accounts, one state of each, in random order. */
export interface AccountsOptions {
  readonly rows: number;
  /** The first account. */
  readonly from: number;
  /** 0 for first states; higher for later ones. */
  readonly generation: number;
}

const header = Buffer.from('account,at,balance,state\n');
const rowsOfBuffer = 20_000;
const secondsOfYear = 365 * 86_400;
const states = ['open', 'held', 'closed'];

/** Buffers of whole rows, the header first. */
export function* generateAccounts(options: AccountsOptions): Generator<Buffer, void, undefined> {
  const { rows, from, generation } = options;
  yield header;
  for (let first = 0; first < rows; first += rowsOfBuffer) {
    const until = Math.min(rows, first + rowsOfBuffer);
    const lines: string[] = [];
    for (let row = first; row < until; row++) {
      const account = from + shuffled(row, rows);
      const second = ((account * 7919) % secondsOfYear) + generation * secondsOfYear;
      const at = new Date(1_514_764_800_000 + second * 1000).toISOString();
      const balance = (((account + generation) * 31) % 900_000) / 100;
      lines.push(
        `${account},${at.slice(0, 10)} ${at.slice(11, 19)},${balance.toFixed(2)},${states[(account + generation) % 3]}\n`,
      );
    }
    yield Buffer.from(lines.join(''), 'latin1');
  }
}
