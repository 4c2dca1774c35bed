/** What a field looks like, judged by its text alone: enough to tell dialects apart, and headers from rows. */

export type CellKind = 'empty' | 'number' | 'time' | 'word' | 'text';

const number =
  /^[-+−(]?\s?[\p{Sc}]?\s?[-+−]?(\d[\d.,'’ \u00a0\u202f_]*|[.,]\d+)([eE][-+]?\d+)?\s?(%|[\p{Sc}]|[A-Z]{3})?\)?-?$/u;
const nonFinite = /^[-+]?(nan|inf|infinity)$/i;
const day =
  /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|\d{1,2}[- ]?\p{L}{3,9}\.?,?[- ]\d{2,4}|\p{L}{3,9}\.? \d{1,2},? \d{4}|\d{4}-\d{2})/u;
/** Nothing, a time of day or a zone: `2013-14 Total` is no time. */
const afterDay = /^$|^[T ,]\s*\d|^ (\p{Lu}{1,5}|[+-]\d.*)$/u;
const clock = /^\d{1,3}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?$/;
const truth = /^(true|false|yes|no|null|n\/a|na|none)$/i;
const word = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} _\-./'’()&:+%#@?!°*]*$/u;
const address = /^([a-z][a-z0-9+.-]*:\/\/\S+|[^\s@,;|]+@[^\s@,;|]+\.[^\s@,;|]+)$/i;

/** True for numbers that runs of blanks set apart, as columns are aligned. */
export function hasSeveralNumbers(text: string): boolean {
  return /\d[ \t]{2,}[-+.]?\d/.test(text);
}

export function kindOf(text: string): CellKind {
  const value = text.trim();
  if (value === '') return 'empty';
  if (hasSeveralNumbers(value)) return 'text';
  if (number.test(value) || nonFinite.test(value)) return 'number';
  const found = day.exec(value);
  if (found !== null && afterDay.test(value.slice(found[0].length))) return 'time';
  if (clock.test(value)) return 'time';
  return word.test(value) || address.test(value) || truth.test(value) ? 'word' : 'text';
}

/** From 0 to 1: how likely it is that a field was meant to hold this text. A wrong delimiter leaves others in it. */
export function tidiness(text: string): number {
  switch (kindOf(text)) {
    case 'empty':
      return 0.9;
    case 'number':
    case 'time':
      return 1;
    case 'word':
      return 0.95;
    case 'text':
      if (/[;\t|\p{Cc}]/u.test(text) || hasSeveralNumbers(text)) return 0.1;
      if (/^["']|["']$/.test(text)) return 0.3;
      return text.includes(',') ? 0.5 : 0.7;
  }
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** A number or a time, which a name hardly is. */
export function isStrict(text: string): boolean {
  const kind = kindOf(text);
  return kind === 'number' || kind === 'time';
}

/** A text that may name a column. */
export function isName(text: string): boolean {
  const kind = kindOf(text);
  return kind === 'word' || kind === 'text';
}

const totalWords =
  /^(((grand |sub-?)?totals?|sum|summe|gesamt|insgesamt|totale|suma)\b|итого|всего|合計|合计)/iu;

/** True for a text that says of the values beside it that they add up others. */
export function namesTotals(text: string): boolean {
  return totalWords.test(text.trim());
}
