import { describe, expect, it } from 'vitest';
import { findNotes } from '../../../coordinator/explore/find-footer.ts';

const dialect = { delimiter: ',', quote: '"', trim: false } as const;
const rows = 'Rome,1,2\nOslo,3,4\nNew York,5,6\n';
const notes = (end: string) => findNotes(Buffer.from(rows + end), dialect, 3);

describe('notes below a table', () => {
  it.each([
    ['begin as notes do', 'Source: the town of Bern\n', 1],
    ['stand below a blank line', '\nas counted in May\nby Ada, with help\n', 3],
    ['stand below a blank record', ',,\nas counted in May,,', 2],
    ['are several sentences', 'as counted in May\nby the town of Bern\n', 2],
    ['count the rows', '3 rows\n', 1],
    ['take several lines', '"Source: the\ntown"\n\n', 3],
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
  ])('are not %s', (_, end) => {
    expect(notes(end)).toBeNull();
  });
});
