/** Records around the header that name the columns together with it: groups above it, units and second parts below. */
import { isBlank, isName, isStrict } from './cells.ts';

type Row = readonly string[];

/** Most records above or below a header that may belong to it. */
const rowsMost = 3;

/**
 * Records directly above the header that name groups of columns, as merged cells do: `,Travel,,Food,` above
 * `id,air,rail,inn,meal`. A title has one text, in the first field, and a line such as `Author,Smith,,` no gap between
 * its texts.
 */
export function groupsAbove(rows: readonly Row[], header: number, width: number): number {
  let count = 0;
  while (count < rowsMost && count < header && isGroups(rows[header - count - 1], rows[header], width))
    count++;
  return count;
}

function isGroups(row: Row, header: Row, width: number): boolean {
  const places = row.flatMap((text, c) => (isBlank(text) ? [] : [c]));
  const texts = places.map((c) => row[c]);
  if (row.length !== width || header.length !== width || places.length === 0 || places.at(-1) === 0)
    return false;
  if (!texts.every(isGroupName) || places.some((c) => isBlank(header[c]))) return false;
  const isMerged = places.some((c, i) => c > (i === 0 ? 0 : places[i - 1] + 1));
  return isMerged && places.length < width;
}

function isGroupName(text: string): boolean {
  return (isName(text) || /^(19|20)\d\d$/.test(text.trim())) && !/:\s*$/.test(text);
}

/**
 * True if `below` names the columns within the groups that `header` names, as `,,air,rail,` does below
 * `id,day,travel,,sum`: it has a name for each group and for the fields without a name to its right, and nothing else.
 */
export function namesInGroups(header: Row, below: Row | undefined): boolean {
  if (below === undefined || below.length !== header.length) return false;
  if (below.every(isBlank) || !below.every((text) => isBlank(text) || isName(text))) return false;
  // One text above all columns is a title.
  if (header.filter((text) => !isBlank(text)).length < 2) return false;
  return header.every((text, c) => {
    const isGroup = !isBlank(text) && c + 1 < header.length && isBlank(header[c + 1]);
    const isWithin = isBlank(text) && c > 0;
    if (isBlank(below[c])) return !isWithin || isBlank(below[c - 1]) || isVoidFrom(header, below, c);
    return isGroup ? !isBlank(below[c + 1]) : isWithin && !isBlank(below[c - 1]);
  });
}

/** True if nothing is named from column `c` to the end. */
function isVoidFrom(header: Row, below: Row, c: number): boolean {
  return header.slice(c).every(isBlank) && below.slice(c).every(isBlank);
}

/** Records with texts where all rows below have numbers or times, and neither of those anywhere. */
export function headersBelow(first: Row, rows: readonly Row[]): number {
  if (first.some(isStrict)) return 0;
  for (let count = Math.min(rowsMost, rows.length - 2); count > 0; count--) {
    const below = rows.slice(count);
    if (rows.slice(0, count).every((row) => !row.some(isStrict) && namesStrict(row, below))) return count;
  }
  return 0;
}

/** True if a text stands in a column that has only numbers or times below. */
function namesStrict(row: Row, below: readonly Row[]): boolean {
  return row.some((text, c) => isName(text) && isStrictColumn(below, c));
}

/**
 * True if records below the header say nothing of their own: each text stands above numbers or times, or in
 * brackets; or it is a line of signs. Another record may be a row with words for values, such as `Ada,absent`.
 */
export function areUnits(rows: readonly Row[], below: readonly Row[]): boolean {
  return rows.every(
    (row) =>
      isRule(row) ||
      row.every(
        (text, c) =>
          isBlank(text) ||
          /^[([{].*[)\]}]$/.test(text.trim()) ||
          (isStrictColumn(below, c) &&
            !/^(n\/?a|none|null|nan|-+|\.+|\?+|unknown|missing|absent)$/i.test(text.trim())),
      ),
  );
}

/** A line between header and rows, such as `---,-----`, or `|---|----:|` with blank fields at its ends. */
function isRule(row: Row): boolean {
  const filled = row.filter((text) => !isBlank(text));
  return filled.length > 1 && filled.every((text) => /^[-=#_+*~:]{2,}$/.test(text.trim()));
}

/** A line of signs without delimiters. `width`: fields of a row. */
export function isRuleLine(row: Row | undefined, width: number): boolean {
  return row?.length === 1 && width > 1 && /^([-=_~*+])\1{2,}$/.test(row[0].trim());
}

function isStrictColumn(below: readonly Row[], column: number): boolean {
  const values = below.map((row) => row[column] ?? '').filter((value) => !isBlank(value));
  return values.length >= 2 && values.every(isStrict);
}
