/**
 * Chooses the form that fits the file's beginning best. As in "Wrangling Messy CSV Files by Detecting Row and Type
 * Patterns" (van den Burg, Nazábal, Sutton 2019), a form is good if its records are equally long and its fields look
 * like values.
 */
import { blanks } from '../../kernel/dialect/control.ts';
import type { HeadRecord } from '../../kernel/dialect/header.ts';
import { countWidths, firstRecords } from '../detect/first-records.ts';
import { isSpaced } from './aligned.ts';
import { hasSeveralNumbers, tidiness } from './cells.ts';
import { type Form, formsFor } from './forms.ts';

export interface ChosenForm {
  readonly form: Form;
  /** From 0 to 1. */
  readonly score: number;
  /** Another form that fits nearly as well, if its delimiter is another. */
  readonly rival: Form | null;
}

/** Records and bytes that each form reads. */
const recordsLooked = 120;
const bytesLooked = 256 * 1024;
/** Records by which forms are compared that fit equally well. */
const recordsCompared = 5000;
/** A rival has at least this share of the best score. */
const rivalShare = 0.95;
/** A field without delimiters is better than fields that do not look like anything. */
const oneFieldScore = 0.12;

/** `utf8`: the file's first bytes without preamble. `named`: the delimiter if a first line names it. */
export function chooseForm(utf8: Uint8Array, whole: boolean, named: string | null): ChosenForm {
  const looked = utf8.subarray(0, bytesLooked);
  const all = whole && looked.length === utf8.length;
  const text = Buffer.from(looked.buffer, looked.byteOffset, looked.length).toString();
  const forms = formsFor(text, named);
  const scored = forms
    .map((form) => ({
      form,
      score: scoreOf(firstRecords(looked, form, { whole: all, most: recordsLooked }), form),
    }))
    .sort((a, b) => b.score - a.score);
  const best = leastFaulty(scored, (form) =>
    firstRecords(looked, form, { whole: all, most: recordsCompared }),
  );
  const rival = scored.find(
    ({ form, score }) => form.delimiter !== best.form.delimiter && score > best.score * rivalShare,
  );
  return { ...best, rival: rival?.form ?? null };
}

/**
 * Of the best forms that differ in the escape alone, the one that reads the most records: what is escaped may stand
 * below the records that were scored. Bound: 10 forms (no escape or one of four, trimmed or not), each of which reads
 * `bytesLooked` at most.
 */
function leastFaulty<Scored extends { readonly form: Form; readonly score: number }>(
  scored: readonly Scored[],
  read: (form: Form) => readonly HeadRecord[],
): Scored {
  const [best] = scored;
  const alike = scored.filter(
    ({ form, score }) =>
      score === best.score && form.delimiter === best.form.delimiter && form.quote === best.form.quote,
  );
  if (alike.length === 1) return best;
  const faults = alike.map(({ form }) => read(form).filter(({ badQuote }) => badQuote).length);
  return alike[faults.indexOf(Math.min(...faults))];
}

/** The number of fields that most records have; of several, the largest. */
export function usualWidth(records: readonly Pick<HeadRecord, 'fields'>[]): number {
  const counts = countWidths(records);
  let best = 1;
  for (const [width, count] of counts) {
    const most = counts.get(best) ?? 0;
    if (count > most || (count === most && width > best)) best = width;
  }
  return best;
}

function scoreOf(records: readonly HeadRecord[], { delimiter, prior, quote, aligned }: Form): number {
  if (records.length === 0) return 0;
  const width = usualWidth(records);
  const even = records.filter(({ fields }) => fields.length === width);
  const tidy = meanTidiness(even);
  const faulty = records.filter((record) => isFaulty(record, quote)).length;
  const quoted = records.reduce((sum, record) => sum + record.quotedFields, 0);
  // Single quotes that quote nothing are apostrophes.
  if (quote !== '"' && quote !== null && quoted === 0) return 0;
  const sound = (1 - faulty / records.length) ** 2;
  if (width === 1) return oneFieldScore * tidy * sound;
  const agrees = even.length / records.length;
  // A rare sign that the header lacks is part of the values.
  const isTable = delimiter !== blanks || aligned === true || isSpaced(records, width);
  if (!isTable || (delimiter !== blanks && prior < 0.9 && records[0].fields.length !== width)) return 0;
  return agrees * (1 - 1 / width) ** 0.5 * tidy * sound * prior + (quoted > 0 ? 0.001 : 0);
}

/** Badly quoted, or with columns left in a field, or cut within what another form would take for a quoted field. */
function isFaulty(record: HeadRecord, quote: string | null): boolean {
  const { fields, badQuote, quotedFields, wrappedFields } = record;
  if (badQuote || wrappedFields > 0) return true;
  if (quotedFields === 0 && fields.some(hasSeveralNumbers)) return true;
  return ['"', "'"].some((sign) => {
    if (sign === quote) return false;
    const opens = fields.findIndex(
      (text) => text.trimStart().startsWith(sign) && !text.trimEnd().endsWith(sign),
    );
    const closes = fields.findIndex(
      (text) => text.trimEnd().endsWith(sign) && !text.trimStart().startsWith(sign),
    );
    return opens >= 0 && closes > opens;
  });
}

function meanTidiness(records: readonly HeadRecord[]): number {
  let sum = 0;
  let count = 0;
  for (const { fields } of records) {
    for (const field of fields) sum += tidiness(field);
    count += fields.length;
  }
  return sum / count;
}
