import { describe, expect, it } from 'vitest';
import { findNotes } from '../../../coordinator/explore/find-footer.ts';

const dialect = { delimiter: ',', quote: '"', trim: false } as const;
const rows = 'Rome,1,2\nOslo,3,4\nNew York,5,6\n';
const counted = Array.from({ length: 9 }, (_, i) => `D,${i},2.5,x\n`).join('');
const notes = (end: string) => findNotes(Buffer.from(rows + end), dialect, 3);

describe('notes below a table', () => {
  it.each([
    ['begin as notes do', 'Source: the town of Bern\n', 1],
    ['stand below a blank line', '\nas counted in May\nby Ada, with help\n', 3],
    ['stand below a blank record', ',,\nas counted in May,,', 2],
    ['are several sentences', 'as counted in May\nby the town of Bern\n', 2],
    ['count the rows', '3 rows\n', 1],
    ['take several lines', '"Source: the\ntown"\n\n', 3],
    ['add up the rows', 'Total,9\n', 1],
  ])('%s', (_, end, lines) => {
    expect(notes(end)).toMatchObject({ lines });
  });

  it.each([
    ['nothing', ''],
    ['a row that is cut', 'New Yo'],
    ['a cut row with words', 'New York City\n'],
    ['a row of which one field is filled', 'New Bern,,\n'],
    ['a number', '\n77\n'],
    ['a full row that begins as notes do', 'Source,1,2\n'],
    ['a full row of totals', 'Total,9,12\n'],
    ['a cut row that begins with a word for totals', 'Total,Oslo\n'],
  ])('are not %s', (_, end) => {
    expect(notes(end)).toBeNull();
  });

  it('are a trailer that says how many rows there are', () => {
    const found = (end: string) => findNotes(Buffer.from(counted + end), dialect, 4)?.lines ?? 0;
    expect(['T,9\n', 'T,11\n'].map(found)).toEqual([1, 1]);
    // Another number; and a row that lacks one field alone.
    expect(['T,7\n', 'T,orders,9\n', 'T\n'].map(found)).toEqual([0, 0, 0]);
  });

  it('are totals of a table between blanks', () => {
    const aligned = '  A  1  0.5  2\n  B  2  1.5  3\n  C  4  2.5  4\nTotal  7  9\n';
    expect(findNotes(Buffer.from(aligned), { ...dialect, delimiter: 'blanks' }, 4)).toMatchObject({
      lines: 1,
    });
  });
});
