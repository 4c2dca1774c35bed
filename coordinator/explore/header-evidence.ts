/** Whether a file's first record names the columns or is a row, by what the rows below look like. */
import { isBlank, isStrict, kindOf } from './cells.ts';

/** Above 0: it names the columns; below: it is a row. Between -`unsure` and `unsure`, a person should decide. */
export const unsure = 0.35;

/** `rows`: some of the records below `first`. */
export function headerEvidence(first: readonly string[], rows: readonly (readonly string[])[]): number {
  if (rows.length === 0) return !first.some(isStrict) ? 1 : -1;
  if (areConsecutiveYears(first)) return 1;
  let evidence = 0;
  for (let c = 0; c < first.length; c++) {
    evidence += columnEvidence(
      first[c].trim(),
      rows.map((row) => row[c] ?? '').filter((text) => !isBlank(text)),
    );
  }
  const named = first.filter((text) => !isBlank(text));
  if (new Set(named).size < named.length) evidence -= 0.2;
  if (first.some((text) => text.length > 100 || /:\/\/|@\S+\./.test(text))) evidence -= 0.5;
  return evidence;
}

function columnEvidence(name: string, values: readonly string[]): number {
  if (name === '' || values.length === 0) return 0;
  const kinds = values.map(kindOf);
  const stricter = (['number', 'time'] as const).find(
    (one) => kinds.filter((other) => other === one).length >= 0.8 * values.length,
  );
  if (stricter !== undefined) return isStrict(name) ? -1 : 1;
  if (values.includes(name)) return values.length >= 3 ? -0.6 : -0.3;
  if (isStrict(name)) return -0.3;
  const lengths = new Set(values.map((value) => value.length));
  if (lengths.size === 1 && values.length >= 3) return lengths.has(name.length) ? -0.1 : 0.5;
  if (/^[\p{Lu}\p{Ll}_][\p{L}\p{N}_]*$/u.test(name) && values.some((value) => /\s|\d/.test(value)))
    return 0.15;
  return 0;
}

/** Columns named after years: 2018, 2019, 2020. */
function areConsecutiveYears(first: readonly string[]): boolean {
  const years = first
    .map((text) => text.trim())
    .filter((text) => /^(19|20)\d\d$/.test(text))
    .map(Number);
  if (years.length < 2 || years.length < first.length - 6) return false;
  const step = years[1] - years[0];
  return step !== 0 && years.every((year, i) => i === 0 || year - years[i - 1] === step);
}
