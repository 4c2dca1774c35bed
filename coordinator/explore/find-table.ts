/** Finds the table among a file's first records: what is above it, which record names its columns, how wide it is. */
import type { HeadRecord } from '../../kernel/dialect/header.ts';
import { joinNames } from '../../kernel/dialect/join-header.ts';
import { defaultRejectLimit } from '../../model/file/reject-limit.ts';
import type { Remark } from '../../model/infer/contract.ts';
import { plural } from '../../platform/plural.ts';
import { isBlank, isName, isStrict } from './cells.ts';
import { usualWidth } from './choose-form.ts';
import { headerEvidence, unsure } from './header-evidence.ts';
import { areUnits, groupsAbove, headersBelow, isRuleLine, namesInGroups } from './header-rows.ts';

export interface Table {
  /** Records above the first of the table. */
  readonly skipped: number;
  /** The record that names the columns; null if none does. */
  readonly header: readonly string[] | null;
  /** False if the header stands in the file but does not fit the rows: they are read by place. */
  readonly byName: boolean;
  /** Fields of a row. */
  readonly fieldCount: number;
  readonly shortRows: 'reject' | 'pad';
  readonly longRows: 'reject' | 'truncate';
  /** Records that name the columns together. */
  readonly headerRows: number;
  /** Records below the header that seem to go on naming the columns, and are read as rows all the same. */
  readonly moreHeaders: number;
  /** True if nothing in the file decides whether the first record names the columns. */
  readonly undecided: boolean;
  readonly remarks: readonly Remark[];
}

/** Records above a table that are looked at. */
const aboveMost = 40;
/** Rows that are compared with the header. */
const rowsCompared = 200;

/** `header`: set if a person has said whether there is one. `byBlanks`: blanks separate fields, as they do words. */
export function findTable(records: readonly HeadRecord[], header?: boolean, byBlanks = false): Table {
  const rows = records.map(({ fields }) => fields);
  const width = usualWidth(records);
  const topOf = byBlanks ? firstSteady : firstOfTable;
  const named = header === undefined ? topOf(rows, width) : firstWide(rows, width);
  const first = rows[named];
  const isDivided = isRuleLine(rows[named + 1], width) || namesInGroups(first, rows[named + 1]);
  const parts = header !== false && isDivided ? 1 : 0;
  const below = rows.slice(named + 1 + parts);
  const compared = below.filter((row) => row.length >= Math.min(width, first.length)).slice(0, rowsCompared);
  const more = headersBelow(first, compared);
  const evidence = headerEvidence(first, compared.slice(more));
  const hasHeader = header ?? (parts > 0 || evidence >= 0);
  const undecided =
    header === undefined && parts === 0 && Math.abs(evidence) < unsure && rows.length > named + 1;
  const remarks: Remark[] = [];
  const groups = hasHeader ? groupsAbove(rows, named, width) : 0;
  const continued = below.slice(0, more);
  const isAdjacent = continued.every((row, i) => row === compared[i]);
  const units = hasHeader && isAdjacent && areUnits(continued, compared.slice(more)) ? more : 0;
  const moreHeaders = hasHeader ? more - units : 0;
  const skipped = named - groups;
  const headerRows = groups + 1 + parts + units;
  const names = headerRows === 1 ? first : joinNames(rows.slice(skipped, skipped + headerRows));
  const left = rows.slice(skipped + headerRows);
  if (undecided)
    remarks.push({
      kind: 'check',
      text: hasHeader
        ? 'the first record is taken for the header: nothing in the file decides it'
        : 'the first record is taken for a row: nothing in the file decides it',
    });
  else if (!hasHeader)
    remarks.push({ kind: 'evidence', text: 'no header: the first record is like the others' });
  if (skipped > 0) {
    const line = filledIn(rows[0]).join(' ').slice(0, 60);
    remarks.push({
      kind: 'evidence',
      text: `${plural(skipped, 'record')} above the table: ${JSON.stringify(line)}`,
    });
  }
  if (headerRows > 1)
    remarks.push({
      kind: 'check',
      text: `the header has ${headerRows} records: ${shown(rows[skipped])} is one`,
    });
  const shape = hasHeader ? shapeBelow(names, left, width, remarks) : byPlace(left, width, remarks);
  if (moreHeaders > 0)
    remarks.push({
      kind: 'check',
      text: `${plural(moreHeaders, 'record')} below the header ${moreHeaders === 1 ? 'is not a row' : 'are not rows'} (${shown(compared[0])}) and will be rejected`,
    });
  return {
    skipped,
    header: hasHeader ? names : null,
    ...shape,
    headerRows,
    moreHeaders,
    undecided,
    remarks,
  };
}

/** The first record that may be the header, or a row if there is none. */
function firstOfTable(rows: readonly (readonly string[])[], width: number): number {
  const most = Math.min(rows.length, aboveMost);
  for (let i = 0; i < most; i++) {
    if (!isWide(rows[i], width)) continue;
    if (namesInGroups(rows[i], rows[i + 1]) || !isTitle(rows, i, width)) return i;
  }
  return firstWide(rows, width);
}

/** Rows below the first of a table between blanks that must be as long as most are. */
const steadyRows = 5;

/**
 * The first record from which on all are equally long: lines of words may be as long by chance. The header may lack the
 * name of the first column, and is then followed by a row.
 */
function firstSteady(rows: readonly (readonly string[])[], width: number): number {
  const isSteady = (row: readonly string[], i: number) => {
    const next = rows.slice(i + 1, i + 1 + steadyRows);
    const isShort = row.length === width - 1 && width > 2 && next[0]?.some(isStrict) === true;
    return (row.length === width || isShort) && next.every(({ length }) => length === width);
  };
  const most = Math.min(rows.length, aboveMost);
  const found = rows.slice(0, most).findIndex(isSteady);
  return found < 0 ? firstWide(rows, width) : found;
}

function firstWide(rows: readonly (readonly string[])[], width: number): number {
  return Math.max(
    0,
    rows.findIndex((row) => row.length === width),
  );
}

/** As wide as the rows; or names that the rows do not all fill. */
function isWide(row: readonly string[], width: number): boolean {
  if (row.length === width) return true;
  const names = filledIn(row);
  const allNames = names.length >= 2 && names.every(isName);
  if (row.length === width - 1 && width > 2) return allNames && names.length === row.length;
  return row.length > width && allNames && new Set(names).size === names.length && names.length >= width;
}

/** A line of a title or of groups of columns: mostly empty, above one that is fuller and names things. */
function isTitle(rows: readonly (readonly string[])[], i: number, width: number): boolean {
  const filled = filledIn(rows[i]).length;
  if (filled === 0) return true;
  if (width < 2 || filled > Math.max(1, 0.7 * width)) return false;
  return rows.slice(i + 1, i + 9).some((row, j, next) => {
    const names = filledIn(row);
    if (names.length <= filled || row.length < width) return false;
    const fuller = names.length >= 0.7 * width || names.length >= 2 * filled;
    const below = next.slice(j + 1);
    const rowsBelow = below.length > 0 ? below : rows.slice(i + 2 + j, i + 12 + j);
    return (
      fuller &&
      names.every((text) => isName(text) || /^(19|20)\d\d$/.test(text.trim())) &&
      !names.some((text) => rows[i].includes(text) && names.length === filled) &&
      (filled === 1 || rowsBelow.some((other) => other.some(isStrict)))
    );
  });
}

/** The fields that are not empty. */
function filledIn(row: readonly string[]): string[] {
  return row.filter((text) => !isBlank(text));
}

type Shape = Pick<Table, 'byName' | 'fieldCount' | 'shortRows' | 'longRows'>;

/** How rows of another length than the header are read. */
function shapeBelow(
  first: readonly string[],
  below: readonly (readonly string[])[],
  width: number,
  remarks: Remark[],
): Shape {
  const names = first.length;
  if (below.length === 0 || names === width)
    return { byName: true, fieldCount: names, ...raggedRows(below, names, remarks) };
  if (names > width) {
    const blank = first.slice(width).every(isBlank);
    const named = filledIn(first);
    if (!blank && named.length === width) {
      const text = `the header has ${plural(names - width, 'delimiter')} too many: the columns are read by place`;
      remarks.push({ kind: 'check', text });
      return { byName: false, fieldCount: width, ...raggedRows(below, width, remarks) };
    }
    remarks.push(
      blank
        ? {
            kind: 'evidence',
            text: `the header ends in ${plural(names - width, 'delimiter')} that the rows lack`,
          }
        : {
            kind: 'check',
            text: `most rows have ${plural(width, 'field')}, the header ${names}: the rest is null`,
          },
    );
    return {
      byName: true,
      fieldCount: names,
      shortRows: 'pad',
      longRows: raggedRows(below, names, []).longRows,
    };
  }
  const extra = below.filter((row) => row.length > names).flatMap((row) => row.slice(names));
  if (extra.every(isBlank)) {
    // Or the header has lost a delimiter, and names other columns than its own.
    const text = `rows end in ${plural(width - names, 'delimiter')} that the header lacks: see that each name stands above its values`;
    remarks.push({ kind: 'check', text });
    return {
      byName: true,
      fieldCount: names,
      shortRows: raggedRows(below, names, []).shortRows,
      longRows: 'truncate',
    };
  }
  remarks.push({
    kind: 'check',
    text: `the header has ${plural(names, 'name')} for ${plural(width, 'field')}: the columns are read by place`,
  });
  return { ...byPlace(below, width, remarks), byName: false };
}

/** Rows without names. If many are longer than most, all are as long as the longest, and the others padded. */
function byPlace(rows: readonly (readonly string[])[], width: number, remarks: Remark[]): Shape {
  const long = rows.filter((row) => row.slice(width).some((text) => !isBlank(text)));
  const widest = long.reduce((most, row) => Math.max(most, row.length), width);
  if (long.length < longLeast || long.length <= longShare * rows.length)
    return { byName: true, fieldCount: width, ...raggedRows(rows, width, remarks) };
  const text = `rows have ${width} to ${widest} fields: those that a row lacks are null`;
  remarks.push({ kind: 'check', text });
  return { byName: true, fieldCount: widest, shortRows: 'pad', longRows: 'reject' };
}

/** Rows that are longer than most, and their share, from which on the longest is the measure. */
const longLeast = 3;
const longShare = 0.02;

function raggedRows(
  rows: readonly (readonly string[])[],
  width: number,
  remarks: Remark[],
): Pick<Table, 'shortRows' | 'longRows'> {
  // More of them than a file may have rejects are padded or cut.
  const most = Math.max(defaultRejectLimit.atLeast, defaultRejectLimit.share * rows.length);
  const short = rows.filter((row) => row.length < width);
  const long = rows.filter((row) => row.length > width);
  const pad = short.length > most || (short.length > 0 && short.length > 0.25 * rows.length);
  const blank = long.length > most && long.every((row) => row.slice(width).every(isBlank));
  if (pad)
    remarks.push({
      kind: 'check',
      text: `short rows, ${short.length} of the first ${rows.length}: the fields that they lack are null`,
    });
  if (blank)
    remarks.push({
      kind: 'evidence',
      text: `rows with empty fields too many, ${long.length} of the first ${rows.length}`,
    });
  return { shortRows: pad ? 'pad' : 'reject', longRows: blank ? 'truncate' : 'reject' };
}

function shown(row: readonly string[]): string {
  const text = row.map((field) => JSON.stringify(field)).join(' ');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
