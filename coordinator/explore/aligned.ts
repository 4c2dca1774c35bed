/** Tables whose columns are aligned with runs of blanks. */
import { blanks } from '../../kernel/dialect/control.ts';
import type { HeadRecord } from '../../kernel/dialect/header.ts';
import { countWidths } from '../detect/first-records.ts';
import { isBlank, isStrict } from './cells.ts';

/** Share of the records that must look alike. */
const alikeShare = 0.9;

/** Share of the values of a column that are numbers or times. */
const strictShare = 0.7;

/**
 * True for records, cut at runs of blanks, that are rows of a table and not lines of text: nearly all of them are
 * equally long, and a column has numbers or times, or all fields are quoted.
 */
export function isSpaced(
  records: readonly Pick<HeadRecord, 'fields' | 'quotedFields'>[],
  width: number,
): boolean {
  const first = records.findIndex(({ fields }) => fields.length === width);
  const below = records.slice(first);
  const even = below.filter(({ fields }) => fields.length === width);
  if (width < 2 || even.length < alikeShare * below.length) return false;
  const rows = even.length > 2 ? even.slice(1) : even;
  const quoted = rows.filter(({ quotedFields }) => quotedFields > 0).length;
  const isStrictColumn = (c: number) =>
    rows.filter(({ fields }) => isStrict(fields[c])).length >= strictShare * rows.length;
  return quoted === rows.length || even[0].fields.some((_, c) => isStrictColumn(c));
}

/**
 * True for records of one field with as many words or columns each, set apart by runs of blanks; and for records that
 * are cut at every blank of such runs.
 */
export function isAligned(records: readonly Pick<HeadRecord, 'fields'>[], delimiter: string): boolean {
  if (records.length < 3 || delimiter === blanks) return false;
  if (delimiter === ' ') return hasRuns(records);
  if (records.some(({ fields }) => fields.length > 1)) return false;
  const lines = records.map(({ fields }) => fields[0].trim());
  const runs = lines.filter((line) => /\S\s{2,}\S/.test(line)).length;
  if (runs < alikeShare * lines.length) return false;
  return [/\s{2,}/, /\s+/].some((gap) => {
    const counts = countWidths(lines.map((line) => ({ fields: line.split(gap) })));
    counts.delete(1);
    return Math.max(0, ...counts.values()) >= alikeShare * lines.length;
  });
}

/** Between blanks that align columns there is nothing, and not in the same places of all records. */
function hasRuns(records: readonly Pick<HeadRecord, 'fields'>[]): boolean {
  const withRuns = records.filter(({ fields }) => fields.some((text, i) => i > 0 && isBlank(text)));
  const widths = new Set(records.map(({ fields }) => fields.length));
  const words = new Set(records.map(({ fields }) => fields.filter((text) => !isBlank(text)).length));
  return widths.size > 1 && words.size < widths.size && withRuns.length > records.length / 2;
}
