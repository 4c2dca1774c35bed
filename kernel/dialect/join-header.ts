/** A header of several records: each column's name is what stands in it, from above to below. */
import type { HeadRecord } from './header.ts';

/** The first `count` records as one, and the others. `records`: at least one. */
export function joinHeader(records: readonly HeadRecord[], count: number): HeadRecord[] {
  if (count === 1) return [...records];
  const header = records.slice(0, count);
  const sum = (of: (record: HeadRecord) => number) => header.reduce((total, one) => total + of(one), 0);
  const joined: HeadRecord = {
    fields: joinNames(header.map(({ fields }) => fields)),
    bytes: header.at(-1)!.bytes,
    lines: sum(({ lines }) => lines),
    badQuote: header.some(({ badQuote }) => badQuote),
    quotedFields: sum(({ quotedFields }) => quotedFields),
    wrappedFields: sum(({ wrappedFields }) => wrappedFields),
  };
  return [joined, ...records.slice(count)];
}

/**
 * The names of all columns, joined with blanks. A name in a row above the last also names the columns to the right of
 * it, up to the next name: programs that write tables merge such cells.
 */
export function joinNames(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map((row) => row.length));
  const filled = rows.map((row, r) => {
    let above = '';
    return Array.from({ length: width }, (_, c) => {
      const text = (row[c] ?? '').trim();
      if (text !== '') above = text;
      const isNamedBelow = rows.slice(r + 1).some((lower) => (lower[c] ?? '').trim() !== '');
      return text === '' && isNamedBelow ? above : text;
    });
  });
  return Array.from({ length: width }, (_, c) => {
    const parts = filled.map((row) => row[c]).filter((text) => text !== '');
    return parts.filter((text, i) => text !== parts[i - 1]).join(' ');
  });
}
