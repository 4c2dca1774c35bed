import { expect, it } from 'vitest';
import { markFields } from '../../../../coordinator/http/file/reject-marks.ts';
import type { StoredDefinition } from '../../../../ledger/definition.ts';
import type { FileLayout } from '../../../../platform/layout.ts';

const columns = ['id', 'name', 'at', 'note'].map((name) => ({ name, logical: { type: 'text' } }));
const definition = { columns } as unknown as StoredDefinition;

/** The file has the columns in another order, and lacks the note. */
function layoutOf(more: Partial<FileLayout> = {}): FileLayout {
  return {
    ...{ delimiter: ',', quote: '"', trim: false, encoding: 'utf-8', headerBytes: 0, header: [] },
    ...{ fieldCount: 3, fieldOfColumn: [2, 0, 1, -1], ...more },
  };
}

/** The texts that are marked, by column. */
function marked(raw: string, column: string | null, message = '', layout = layoutOf()): string[][] {
  const marks = markFields(layout, definition)({ raw, column, message });
  return marks.map(({ start, end, column }) => [column, raw.slice(start, end)]);
}

it.each([
  ['the first field', 'Ada,soon,1', 'name', ['name', 'Ada']],
  ['the last one', 'Ada,soon,1', 'id', ['id', '1']],
  ['a quoted one, with its quotes', 'Ada,"so,""on",1', 'at', ['at', '"so,""on"']],
  ['one after letters of several bytes', 'Ådä 🦊,soon,1', 'at', ['at', 'soon']],
  ['an empty one', 'Ada,,1', 'at', ['at', '']],
  ['one before an empty one at the end', 'Ada,soon,', 'at', ['at', 'soon']],
  ['an empty one at the end', 'Ada,soon,', 'id', ['id', '']],
])('marks %s', (_, raw, column, mark) => {
  expect(marked(raw, column)).toEqual([mark]);
});

it('marks every wrong field that the message names, in the order of the record', () => {
  const message =
    'id: "x" is not an integer. Also: at: "a. name: b" is not a timestamp. name is required and has no value.';
  expect(marked(',a. name: b,x', 'id', message)).toEqual([
    ...[
      ['name', ''],
      ['at', 'a. name: b'],
      ['id', 'x'],
    ],
  ]);
  const quoted = 'id: "x" is not an integer. Also: at: "a. name: b" is not a timestamp.';
  expect(marked('Ada,a. name: b,x', 'id', quoted)).toEqual([
    ['at', 'a. name: b'],
    ['id', 'x'],
  ]);
});

it('marks nothing where there is no field', () => {
  expect(marked('Ada,soon', null, 'The row has 2 fields, not 3.')).toEqual([]);
  expect(marked('Ada,soon', 'id')).toEqual([]);
  expect(marked('Ada,soon,1', 'note')).toEqual([]);
});

it('marks the values of JSON that a message names, wherever the paths of their columns lead', () => {
  const paths = ['$.who.name', '$["taken at"]', '$.id'];
  const format = { kind: 'ndjson', records: [], fields: paths.map((path) => ({ path })) } as const;
  const json = layoutOf({ format });
  const message = 'id: "x" is not an integer. Also: at: "soon" is not a timestamp.';
  const raw = '{"id": "x", "who": {"id": 1, "name": "Åda"}, "taken\\u0020at": "soon"}';
  expect(marked(raw, 'id', message, json)).toEqual([
    ['id', '"x"'],
    ['at', '"soon"'],
  ]);
  expect(marked(raw, 'name', '', json)).toEqual([['name', '"Åda"']]);
  expect(marked('{"id": "x"}', 'at', '', json)).toEqual([]);
  expect(marked(raw, null, 'There is no comma.', json)).toEqual([]);
});
