/** Cuts a stream of CSV, as COPY writes it, into pages that end between two records. */

const quote = 0x22;
const newline = 0x0a;

/** The most bytes of a page, which is kept in memory. */
export const pageBytes = 16 * 1024 * 1024;

/** Some whole records. */
export interface CsvPage {
  readonly pieces: readonly Uint8Array[];
  readonly rows: number;
  /** The fields of the last record. Null: the field is null. */
  readonly last: readonly (string | null)[];
}

export interface PageLimits {
  /** A page ends with the record that reaches one of them. */
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Yields the records of a stream in pages. Memory: a page, which is larger than `limits.bytes` by one record at most.
 * The bytes of the stream must not be reused.
 */
export async function* csvPages(
  stream: AsyncIterable<Uint8Array>,
  limits: PageLimits,
): AsyncGenerator<CsvPage> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let rows = 0;
  let quoted = false;
  /** Where the last whole record, and the one after it, begin in the page. */
  let lastStart = 0;
  let start = 0;
  const page = (): CsvPage => ({
    pieces,
    rows,
    last: csvFields(Buffer.concat(pieces).subarray(lastStart, start).toString()),
  });

  for await (const chunk of stream) {
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === quote) quoted = !quoted;
      if (byte !== newline || quoted) continue;
      rows++;
      lastStart = start;
      start = bytes + (i + 1 - from);
      if (rows < limits.rows && start < limits.bytes) continue;
      pieces.push(chunk.subarray(from, i + 1));
      yield page();
      [pieces, bytes, rows, lastStart, start, from] = [[], 0, 0, 0, 0, i + 1];
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
    bytes += chunk.length - from;
  }
  if (rows > 0) yield page();
}

/** The records of a stream, each as its fields. Memory: a megabyte, and a record. */
export async function* csvRecords(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly (string | null)[]> {
  for await (const { pieces } of csvPages(stream, { rows: 10_000, bytes: 2 ** 20 })) {
    const records =
      Buffer.concat(pieces)
        .toString()
        .match(/(?:"(?:[^"]|"")*"|[^"\n])*\n/g) ?? [];
    for (const record of records) yield csvFields(record);
  }
}

/** The fields of one record, as COPY writes them: quotes are doubled, and a null is empty without quotes. */
export function csvFields(record: string): (string | null)[] {
  const fields: (string | null)[] = [];
  for (let at = 0; at < record.length && record[at] !== '\n'; at++) {
    const { text, end } = record[at] === '"' ? quotedField(record, at) : plainField(record, at);
    fields.push(text);
    at = end;
    // The separator before a last field that is empty.
    if (record[at] === ',' && (at + 1 === record.length || record[at + 1] === '\n')) fields.push(null);
    if (record[at] === '\n') break;
  }
  return fields;
}

function plainField(record: string, at: number): { text: string | null; end: number } {
  let end = at;
  while (end < record.length && record[end] !== ',' && record[end] !== '\n') end++;
  return { text: end === at ? null : record.slice(at, end), end };
}

function quotedField(record: string, at: number): { text: string; end: number } {
  let end = at + 1;
  while (record[end] !== '"' || record[end + 1] === '"') end += record[end] === '"' ? 2 : 1;
  return { text: record.slice(at + 1, end).replaceAll('""', '"'), end: end + 1 };
}
