/**
 * Ways in which files of delimited text are polluted, after the list of "Pollock: A Data Loading Benchmark" (Vitagliano,
 * Hameed, Jiang, Reisener, Wu, Naumann 2023): one pollution in each file, in each place where it can be.
 */
import type { SourceCell, SourceTable } from './table.ts';

export interface PollutedFile {
  readonly name: string;
  readonly content: string;
  /** What a loader should find: no names for a file without a header. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface Form {
  readonly delimiter: string;
  readonly quote: string;
  /** What stands before a quote in a quoted text. */
  readonly escape: string;
  readonly lineEnd: string;
}

const usual: Form = { delimiter: ',', quote: '"', escape: '"', lineEnd: '\r\n' };

type Records = readonly (readonly SourceCell[])[];

function cellText({ text, quoted }: SourceCell, { delimiter, quote, escape: mark }: Form): string {
  if (!quoted && !text.includes(delimiter)) return text;
  return `${quote}${text.replaceAll(quote, `${mark}${quote}`)}${quote}`;
}

function recordText(record: readonly SourceCell[], form: Form): string {
  return record.map((cell) => cellText(cell, form)).join(form.delimiter);
}

function fileText(records: Records, form: Form = usual): string {
  return records.map((record) => `${recordText(record, form)}${form.lineEnd}`).join('');
}

const texts = (record: readonly SourceCell[]) => record.map(({ text }) => text);
const plain = (text: string): SourceCell => ({ text, quoted: false });

/** Pollutions of the whole file. */
export function pollutedFiles({ header, rows }: SourceTable): PollutedFile[] {
  const all = [header, ...rows];
  const wanted = { header: texts(header), rows: rows.map(texts) };
  const whole = fileText(all);
  const file = (name: string, content: string, other: Partial<PollutedFile> = {}): PollutedFile => ({
    name,
    content,
    ...wanted,
    ...other,
  });
  const formed = (name: string, form: Partial<Form>) => file(name, fileText(all, { ...usual, ...form }));
  const blank = header.map(() => plain(''));
  const preamble = [[plain('PREAMBLE'), ...blank.slice(1)], blank];
  const several = (count: number) =>
    file(`header of ${count} records`, fileText([...Array<typeof header>(count).fill(header), ...rows]));
  const second = (name: string, other: Records) =>
    file(name, `${whole}${fileText(other)}`, { rows: [...wanted.rows, ...other.map(texts)] });
  return [
    file('source', whole),
    file('no payload', '', { header: [], rows: [] }),
    file('no line end at the end', whole.slice(0, -2)),
    file('two line ends at the end', `${whole}\r\n`),
    file('no header', fileText(rows), { header: [] }),
    several(2),
    several(3),
    file('preamble', fileText([...preamble, ...all])),
    second(
      'second table, narrower',
      all.map((record) => record.slice(0, -1)),
    ),
    second('second table, as wide', all),
    second(
      'second table, wider',
      all.map((record, r) => [...record, plain(r === 0 ? 'col1' : '')]),
    ),
    file('header only', fileText([header]), { rows: [] }),
    file('one row', fileText([header, rows[0]]), { rows: [texts(rows[0])] }),
    formed('delimiter blank', { delimiter: ' ' }),
    formed('delimiter comma and blank', { delimiter: ', ' }),
    formed('delimiter semicolon', { delimiter: ';' }),
    formed('delimiter tab', { delimiter: '\t' }),
    formed('quote apostrophe', { quote: "'", escape: "'" }),
    formed('escape backslash', { escape: '\\' }),
    formed('no escape', { escape: '' }),
    formed('line end LF', { lineEnd: '\n' }),
    formed('line end CR', { lineEnd: '\r' }),
  ];
}

/** Pollutions of one record: a delimiter more or less, a quote more, another delimiter. */
export function pollutedRecords({ header, rows }: SourceTable): PollutedFile[] {
  const all = [header, ...rows];
  const wanted = { header: texts(header), rows: rows.map(texts) };
  const lines = all.map((record) => recordText(record, usual));
  const withLine = (r: number, name: string, line: string): PollutedFile => ({
    name: `${name} in record ${r}`,
    content: lines.map((one, i) => `${i === r ? line : one}\r\n`).join(''),
    ...wanted,
  });
  return all.flatMap((record, r) => {
    const cells = record.map((cell) => cellText(cell, usual));
    const head = (c: number) => cells.slice(0, c).join(',');
    const tail = (c: number) => cells.slice(c).join(',');
    const inCells = cells.flatMap((cell, c) => {
      const more = withLine(
        r,
        `delimiter more before field ${c}`,
        c === 0 ? `,${tail(0)}` : `${head(c)},,${tail(c)}`,
      );
      const less = withLine(r, `delimiter less before field ${c}`, `${head(c)}${tail(c)}`);
      const quoted = cell.startsWith('"') ? `""${cell.slice(1)}` : `"${cell}`;
      const quote = withLine(
        r,
        `quote more in field ${c}`,
        cells.map((one, i) => (i === c ? quoted : one)).join(','),
      );
      return c === 0 ? [more, quote] : [more, less, quote];
    });
    return [...inCells, withLine(r, 'delimiter blank', recordText(record, { ...usual, delimiter: ' ' }))];
  });
}
