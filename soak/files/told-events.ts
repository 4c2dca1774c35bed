/**
 * Contents of orders, tiers and stocks. Keys and instants are few, so that files tell of the same keys, late and early, and
 * events tie. Some events come from a pool that all files share: they are in several files, or twice in one.
 */
import { Draw } from '../draw.ts';
import type { Content } from '../plan/types.ts';
import type { Piece } from './marks.ts';

export const eventColumns = ['code', 'told_at', 'gone', 'label', 'kind', 'size', 'amount', 'price'] as const;

const keys = 3000;
const pool = 20_000;
const rowsOfPiece = 2000;

/** Each makes a row wrong in the way that the code names. */
const spoil = {
  LF_REJECT_KEY: ([, ...rest]: string[]) => ['', ...rest],
  LF_REJECT_ORDER: ([code, , ...rest]: string[]) => [code, '', ...rest],
  LF_REJECT_TYPE: ([code, at, gone, label, kind, , ...rest]: string[]) => [
    ...[code, at, gone, label, kind, 'x'],
    ...rest,
  ],
} as const;
const allCodes = Object.keys(spoil) as (keyof typeof spoil)[];

/** The rows are as in the file, without those that are rejected. */
export function* eventsOf({ dataset, seed, rows, rejectShare }: Content): Generator<Piece> {
  // No column orders the rows of snapshots.
  const codes = allCodes.filter((code) => dataset !== 'stocks' || code !== 'LF_REJECT_ORDER');
  const draw = new Draw(seed);
  let text = `${eventColumns.join(',')}\n`;
  let at = text.length;
  let accepted = '';
  let rejects = '';
  for (let row = 1; row <= rows; row++) {
    const values = draw.chance(0.3) ? drawEvent(new Draw(`event ${draw.whole(1, pool)}`)) : drawEvent(draw);
    const code = rejectShare > 0 && draw.chance(rejectShare) ? draw.pick(codes) : null;
    const line = `${(code === null ? values : spoil[code](values)).join(',')}\n`;
    if (code === null) accepted += line;
    else rejects += `${at},${code}\n`;
    text += line;
    at += line.length;
    if (row % rowsOfPiece !== 0) continue;
    yield { bytes: Buffer.from(text), rows: accepted, rejects };
    text = accepted = rejects = '';
  }
  yield { bytes: Buffer.from(text), rows: accepted, rejects };
}

/** Values in ASCII, none of which needs quotes. */
function drawEvent(draw: Draw): string[] {
  const minute = String(draw.whole(0, 59)).padStart(2, '0');
  return [
    `k${draw.whole(1, keys)}`,
    `2024-03-01 12:${minute}:00`,
    draw.pick(['', 'false', 'false', 'false', 'true']),
    draw.pick(['', 'red', 'green', 'blue']),
    draw.pick(['a', 'b', 'c']),
    draw.pick(['', '1', '2', '3']),
    draw.pick(['', '0.1', '0.2', '0.3', '1e15', '-0.1', '7']),
    draw.pick(['0.10', '19.99', '-3.50']),
  ];
}
