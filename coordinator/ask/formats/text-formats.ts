/** Answers as CSV, JSON and lines of JSON. */
import { csvRecord } from '../../../model/file/csv-record.ts';
import { type Answer, type AnswerRow, type AnswerType, isNumber } from '../answer.ts';

/** RFC 4180 with a header and lines that end in LF. Null is empty, and an empty text is `""`. */
export async function* csvOf({ columns, batches }: Answer): AsyncGenerator<string> {
  yield csvRecord(columns.map(({ name }) => name));
  for await (const batch of batches) yield batch.map(csvRecord).join('');
}

/** An object for each row, one on a line. Numbers keep all digits. */
export async function* ndjsonOf({ columns, batches }: Answer): AsyncGenerator<string> {
  const write = rowWriter(columns);
  for await (const batch of batches) yield batch.map((row) => `${write(row)}\n`).join('');
}

/** An array of an object for each row. */
export async function* jsonOf({ columns, batches }: Answer): AsyncGenerator<string> {
  const write = rowWriter(columns);
  let before = '[';
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield `${before}\n${batch.map(write).join(',\n')}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

function rowWriter(columns: Answer['columns']): (row: AnswerRow) => string {
  const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  const writers = columns.map(({ type }) => jsonWriter(type));
  return (row) => {
    const members = row.map((cell, i) => names[i] + (cell === null ? 'null' : writers[i](cell)));
    return `{${members.join(',')}}`;
  };
}

/** JSON has no NaN and no infinity: they are texts. */
function jsonWriter(type: AnswerType): (text: string) => string {
  if (isNumber(type)) return (text) => (/^-?\d/.test(text) ? text : JSON.stringify(text));
  if (type.kind === 'boolean') return (text) => text;
  // A text of JSON may have lines of its own.
  if (type.kind === 'json') return (text) => (/[\n\r]/.test(text) ? JSON.stringify(JSON.parse(text)) : text);
  return (text) => JSON.stringify(text);
}
