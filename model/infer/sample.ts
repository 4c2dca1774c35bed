/**
 * Reads the first records of a file in the slow, obvious way: a quote opens a field only as its first character,
 * and a doubled quote inside is one quote. For `landfall init`, where a few hundred rows are enough.
 */

export interface Sample {
  readonly delimiter: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const delimiters = [',', ';', '\t', '|'];

/** Most records in a sample. */
const sampleRows = 2000;

/**
 * Reads a sample of `text`, the file's first bytes. The last record may be cut off, and is left out unless `whole`.
 * The delimiter is the one that gives the header the most fields, at least two, and nine of ten records as many.
 * A file of one column is read with a comma. Returns null if neither is the case.
 */
export function readSample(text: string, whole: boolean): Sample | null {
  const body = text.replace(/^\ufeff/, '');
  let best: Sample | null = null;
  for (const delimiter of delimiters) {
    const records = readRecords(body, delimiter, whole);
    const [header, ...rest] = records;
    if (!header || header.length < 2) continue;
    const rows = rest.filter((record) => record.length === header.length);
    if (rows.length < rest.length * 0.9) continue;
    if (!best || header.length > best.header.length) best = { delimiter, header, rows };
  }
  if (best) return best;
  const [header, ...rows] = readRecords(body, ',', whole);
  return header && header.length === 1 && header[0] !== ''
    ? { delimiter: ',', header, rows: rows.filter((row) => row.length === 1) }
    : null;
}

function readRecords(text: string, delimiter: string, whole: boolean): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length && records.length <= sampleRows) {
    const [field, end] = text[at] === '"' ? quotedField(text, at) : plainField(text, at, delimiter);
    record.push(field);
    at = end;
    if (text[at] === delimiter) {
      at++;
      if (at < text.length && text[at] !== '\n' && text[at] !== '\r') continue;
      record.push('');
    }
    if (at >= text.length && !whole) break;
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  return records;
}

function plainField(text: string, start: number, delimiter: string): [string, number] {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
  return [text.slice(start, end), end];
}

function quotedField(text: string, start: number): [string, number] {
  let value = '';
  let at = start + 1;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return [value + text.slice(at), text.length];
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return [value, quote + 1];
    value += '"';
    at = quote + 2;
  }
  return [value, text.length];
}
