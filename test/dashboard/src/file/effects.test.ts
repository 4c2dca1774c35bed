import { expect, it } from 'vitest';
import { correctionLines, replayLines, undoLines } from '../../../../dashboard/src/file/effects.ts';

const leaving = {
  ...{ fileId: 1, dataset: 'trips', file: 'may.csv', rows: 3, parts: 1, bytes: 1184 },
  ...{ rejects: 0, rejectsReturned: 0 },
};

it('an undo says what leaves, and what of other files comes back', () => {
  expect(undoLines({ files: [leaving], events: null })).toEqual([
    'trips/may.csv: 3 rows and 1 part (1.18 kB)',
  ]);
  const corrected = { ...leaving, file: 'fixed.csv', rows: 1, rejects: 2, rejectsReturned: 1 };
  expect(undoLines({ files: [corrected], events: { leaving: 1, returning: 2000 } })).toEqual([
    'trips/fixed.csv: 1 row and 1 part (1.18 kB), 2 rejects off the record, 1 reject of other files waits again',
    '1 current event leaves, 2,000 become current again',
  ]);
  expect(undoLines({ files: [], events: { leaving: 2, returning: null } })).toEqual([
    'Nothing: the file is undone already.',
  ]);
});

it('a replay says how much is tried again, and with which definition', () => {
  const replay = {
    what: 'rejects',
    rows: 2,
    bytes: 300,
    definition: { before: 'a', now: 'b' },
    undo: null,
  } as const;
  expect(replayLines(replay)).toEqual(['2 rows (300 B) are loaded again with definition b, not a']);
  expect(replayLines({ ...replay, rows: 1, definition: { before: 'a', now: 'a' } })).toEqual([
    '1 row (300 B) is loaded again with the same definition',
  ]);
  expect(
    replayLines({ ...replay, what: 'file', rows: null, undo: { files: [leaving], events: null } }),
  ).toEqual([
    'Undone first: trips/may.csv: 3 rows and 1 part (1.18 kB)',
    'The whole file (300 B) is loaded again with definition b, not a',
  ]);
  expect(replayLines({ ...replay, what: null })).toEqual(['Nothing: no reject waits.']);
});

it('corrected rows say how many would be loaded, and why the others would not', () => {
  const reject = { line: 3, code: 'LF_REJECT_TYPE', column: 'id', message: 'id: "x" is not an integer.' };
  const rejects = Array.from({ length: 7 }, (_, i) => ({ ...reject, line: 3 + i }));
  expect(correctionLines({ rows: 0, taken: 0, rejected: 0, rejects: [] })).toEqual([
    'Nothing: it has no row.',
  ]);
  expect(correctionLines({ rows: 2, taken: 1, rejected: 1, rejects: [reject] })).toEqual([
    ...['1 of 2 rows would be loaded', '1 row would be rejected again'],
    'Line 3: id: "x" is not an integer.',
  ]);
  const lines = correctionLines({ rows: 2000, taken: 1993, rejected: 7, rejects });
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([
    ...[8, '1,993 of 2,000 rows would be loaded', 'and 2 more rows'],
  ]);
});
