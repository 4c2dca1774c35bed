/** An answer with a column of each type, nulls, and values at the edges. */
import type { Answer, AnswerColumn, AnswerRow } from '../../../../coordinator/ask/answer.ts';

const columns: readonly AnswerColumn[] = [
  { name: 'yes', type: { kind: 'boolean' } },
  { name: 'small', type: { kind: 'int32' } },
  { name: 'large', type: { kind: 'int64' } },
  { name: 'real', type: { kind: 'double' } },
  { name: 'money', type: { kind: 'decimal', precision: 38, scale: 2 } },
  { name: 'average', type: { kind: 'number' } },
  { name: 'day', type: { kind: 'date' } },
  { name: 'at', type: { kind: 'timestamp', zoned: true } },
  { name: 'local', type: { kind: 'timestamp', zoned: false } },
  { name: 'json', type: { kind: 'json' } },
  { name: 'text', type: { kind: 'text' } },
];

const rows: readonly AnswerRow[] = [
  [
    'true',
    '-2147483648',
    '9223372036854775807',
    '0.1',
    '-123456789012345678901234567890.05',
    '3.3333333333333333',
    '1969-12-31',
    '1969-12-31T23:59:59.999999Z',
    '2018-05-01T10:00:00.5',
    '{"a":\n1}',
    'a "b", c\nd',
  ],
  [
    'false',
    '2147483647',
    '-9223372036854775808',
    '-1e300',
    '0.01',
    '1',
    '9999-12-31',
    '2018-05-01T10:00:00Z',
    '0001-01-01T00:00:00',
    '[1]',
    '',
  ],
  columns.map(() => null),
];

/** The rows come in two batches. */
export function sample(more: readonly AnswerRow[] = []): Answer {
  const all = [...rows, ...more];
  return {
    columns,
    batches: (async function* () {
      yield all.slice(0, 1);
      yield all.slice(1);
    })(),
  };
}

/** An answer with the sample's columns and no row. */
export function emptySample(): Answer {
  return { columns, batches: (async function* () {})() };
}

/** One column of one text. */
export function single(column: AnswerColumn, text: string): Answer {
  return {
    columns: [column],
    batches: (async function* () {
      yield [[text]];
    })(),
  };
}

/** All that a generator yields, in one piece. */
export async function joined(pieces: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece as string));
  return Buffer.concat(all);
}
