/** Chooses the form of a file that may have comments. */

import type { HeadRecord } from '../../kernel/dialect/header.ts';
import type { Remark } from '../../model/infer/contract.ts';
import { literalPattern } from '../../platform/literal-pattern.ts';
import { plural } from '../../platform/plural.ts';
import { firstRecords } from '../detect/first-records.ts';
import { commentMark, hasMarkedLine } from '../detect/sniff-around.ts';
import { isStrict } from './cells.ts';
import { type ChosenForm, chooseForm, usualWidth } from './choose-form.ts';

/** Records among which comments are looked for. */
const recordsLooked = 1000;
/** Lines of which one must draw the table, if any does. */
const linesAboveRule = 40;

/** Chooses the form, and whether marked lines are comments: not if one of them is as long as the rows. */
export function chooseWithComments(
  utf8: Uint8Array,
  whole: boolean,
  named: string | null,
): { chosen: ChosenForm; comment: string | null; remarks: Remark[] } {
  const plainMark = markIn(utf8);
  const rule = plainMark === null ? ruleMark(utf8) : null;
  const mark = plainMark ?? rule;
  const chosen = chooseForm(mark === null ? utf8 : withoutMarked(utf8, mark), whole, named);
  const remarks: Remark[] = [];
  if (chosen.rival !== null)
    remarks.push({
      kind: 'check',
      text: `${JSON.stringify(chosen.rival.delimiter)} between the fields fits nearly as well`,
    });
  if (mark === null) {
    const sections = sectionMark(firstRecords(utf8, chosen.form, { whole, most: recordsLooked }));
    if (sections === null) return { chosen, comment: null, remarks };
    const text = `lines that begin with ${sections.mark}, such as ${JSON.stringify(sections.first)}, name sections, and are left out: no row says which is its own`;
    return { chosen, comment: sections.mark, remarks: [...remarks, { kind: 'check', text }] };
  }
  if (rule !== null) {
    const text = `lines that begin with ${mark} only draw the table, and are left out as comments`;
    return { chosen, comment: mark, remarks: [...remarks, { kind: 'evidence', text }] };
  }
  const plain = firstRecords(utf8, chosen.form, { whole, most: recordsLooked });
  const width = usualWidth(plain.filter(({ fields }) => !fields[0].startsWith(mark)));
  const lines = plain.filter((record) => isMarked(record, mark));
  const rowLike = width > 1 ? lines.filter(({ fields }) => fields.length === width) : [];
  if (lines.length === 0) return { chosen, comment: null, remarks };
  // Among many comments, one may show what a row looks like.
  if (rowLike.length > lines.length / 20) {
    if (!areRemarks(plain, mark, width, rowLike)) return { chosen, comment: null, remarks };
    remarks.push({
      kind: 'check',
      text: `of the lines that begin with ${mark}, ${rowLike.length} may be ${rowLike.length === 1 ? 'a row' : 'rows'}: all are left out`,
    });
  }
  remarks.push({
    kind: 'evidence',
    text:
      lines.length === 1
        ? `1 line that begins with ${mark} is a comment`
        : `${plural(lines.length, 'line')} that begin with ${mark} are comments`,
  });
  return { chosen, comment: mark, remarks };
}

/** Signs that begin lines which name sections. */
const sectionSign = /^[:@%!>*;=/\\[$&~^|]/;

/**
 * What begins each record that is shorter than a row, if there are several, and each row begins with a number or a time:
 * then no row can begin with it. Null without such records.
 */
function sectionMark(records: readonly HeadRecord[]): { mark: string; first: string } | null {
  const width = usualWidth(records);
  const others = records.filter(({ fields }) => fields.length !== width);
  const [first] = others;
  if (width < 2 || others.length < 2 || others.length > records.length / 4) return null;
  const [mark] = first.fields[0];
  const isSection = ({ fields, quotedFields }: HeadRecord) =>
    quotedFields === 0 && fields.length < width && fields[0].startsWith(mark);
  if (!sectionSign.test(mark ?? '') || !others.every(isSection)) return null;
  const rows = records.filter(({ fields }) => fields.length === width);
  return rows.every(({ fields }) => isStrict(fields[0])) ? { mark, first: first.fields.join(' ') } : null;
}

/** Share of the rows that marked lines which look like rows may have. */
const rowLikeShare = 0.5;

/**
 * True if marked lines are comments though some, `rowLike`, have as many fields as a row: others have not, and stand
 * directly above the first row or between rows, where a line of names would not be.
 */
function areRemarks(
  records: readonly HeadRecord[],
  mark: string,
  width: number,
  rowLike: readonly HeadRecord[],
): boolean {
  const isRow = (record: HeadRecord) => !isMarked(record, mark) && record.fields.length === width;
  const first = records.findIndex(isRow);
  const rows = records.filter(isRow);
  if (first < 0) return false;
  const strict = rows[0].fields.flatMap((_, c) =>
    rows.every(({ fields }) => isStrict(fields[c])) ? [c] : [],
  );
  // Words where all rows have numbers are no row.
  const mayBeRows = rowLike.filter(({ fields }) => strict.every((c) => isStrict(fields[c])));
  if (mayBeRows.length > rowLikeShare * rows.length) return false;
  const below = records.slice(Math.max(0, first - 1));
  return below.some((record) => isMarked(record, mark) && record.fields.length !== width);
}

function isMarked({ fields, quotedFields }: HeadRecord, mark: string): boolean {
  return quotedFields === 0 && fields[0].startsWith(mark);
}

/** Comments may be indented in a table between blanks. */
const indentedMark = /^[ \t]+#/m;

/** What begins comments: `#` anywhere, other signs if the file begins with them. */
function markIn(utf8: Uint8Array): string | null {
  const start = Buffer.from(utf8.subarray(0, 2)).toString('latin1');
  const other = ['%', '//', '!'].find((mark) => start.startsWith(mark));
  if (other !== undefined) return other;
  const isMarked = hasMarkedLine(utf8) || indentedMark.test(Buffer.from(utf8).toString('latin1'));
  return isMarked ? commentMark : null;
}

/** Lines of signs that draw a table, as psql, MySQL, Markdown and reStructuredText write them. */
const ruleLine = /^(?=.*[-=_~]{3})[-=_~+|: ]+$/;
const ruleMarkLength = 3;

/** What all lines that draw a table begin with, if no other line does; null without such lines. */
function ruleMark(utf8: Uint8Array): string | null {
  const lines = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.length)
    .toString()
    .split(/\r\n|\n|\r/);
  const mark = lines
    .slice(0, linesAboveRule)
    .find((line) => ruleLine.test(line))
    ?.slice(0, ruleMarkLength);
  // A comment does not begin with a blank or a delimiter: in Markdown, that line is a part of the header.
  if (mark === undefined || /^[ |]/.test(mark)) return null;
  const marked = lines.filter((line) => line.startsWith(mark));
  return marked.every((line) => ruleLine.test(line)) ? mark : null;
}

function withoutMarked(utf8: Uint8Array, mark: string): Uint8Array {
  const text = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.length).toString();
  const left = text.replace(
    new RegExp(`^[ \\t]*${literalPattern(mark)}[^\\r\\n]*(\\r\\n|\\n|\\r|$)`, 'gm'),
    '',
  );
  return left.trim() === '' ? utf8 : Buffer.from(left);
}
