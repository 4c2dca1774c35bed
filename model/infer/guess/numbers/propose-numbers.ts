/** Which type holds the numbers of a column: whole numbers, exact decimals or doubles. */
import { type ColumnValues, headerWords, saysTime } from '../column-values.ts';
import type { Note, Objection, Proposal, Propose } from '../proposal.ts';
import { check, evidence, shown } from '../proposal.ts';
import { compactFormat, epochUnit } from '../times/digits-only.ts';
import { type Numbers, numbersIn } from './numbers.ts';

/** Whole numbers from here on get 64 bits: those of other files may be larger. */
const integerMost = '1000000000';
const bigintMost = '9223372036854775807';

/** Longest fraction of a decimal that is written as it was entered; longer ones are measured or computed. */
const fractionDigitsMost = 6;
/** Fractions of different length up to this are still entered: 0.5, 0.25, 0.125. */
const varyingDigitsMost = 4;
/** Significant digits that any double holds. */
const longDigits = 38;
const shortDigits = 18;

/** How a column of numbers is held; 'beyond': whole numbers of more than 64 bits. */
type Choice = 'integer' | 'bigint' | 'numeric' | 'float8' | 'beyond' | 'digits';

function choiceOf(numbers: Numbers): Choice {
  const { unit, exponent, infinite, fractionMost, wholeMost, greatest, inexact } = numbers;
  if (infinite || exponent) return inexact === null && plainMarks(numbers) ? 'float8' : 'digits';
  const entered = unit !== null && unit.kind !== 'measure';
  if (!numbers.marked && !entered) {
    if (isAtMost(greatest, integerMost)) return 'integer';
    return isAtMost(greatest, bigintMost) ? 'bigint' : 'beyond';
  }
  const few = numbers.fractionFixed ? fractionDigitsMost : varyingDigitsMost;
  const exact = wholeMost + fractionMost <= longDigits;
  if (fractionMost <= few || entered || !plainMarks(numbers)) return exact ? 'numeric' : 'digits';
  return inexact === null ? 'float8' : exact ? 'numeric' : 'digits';
}

/** True if the number is written as JavaScript writes it, so that its double can be compared with it. */
function plainMarks({ options }: Numbers): boolean {
  return Object.keys(options).length === 0;
}

function isAtMost(digits: string, most: string): boolean {
  return digits.length < most.length || (digits.length === most.length && digits <= most);
}

/** A proposal of one of the number types, if it is the one to hold the column. */
function propose(values: ColumnValues, type: Choice): Proposal | Objection | null {
  const numbers = values.found(numbersIn);
  if (numbers === null || 'because' in numbers) return numbers;
  const choice = choiceOf(numbers);
  if (choice === 'digits' || choice === 'beyond') {
    const what = choice === 'digits' ? 'no number type holds every digit' : 'whole numbers beyond 64 bits';
    return { because: check(`kept as text: ${what}`) };
  }
  if (choice !== type) return null;
  if (values.found(compactFormat) !== null || values.found(epochUnit) !== null) return null;
  const codes = whyCodes(values, numbers);
  if (codes !== null) return { because: codes };
  const { options, misfits, notes, shows } = numbers;
  return {
    options,
    misfits,
    remarks: [...notes, ...remarksOf(values, numbers, type)],
    ...(type === 'numeric' && { digits: precisionOf(numbers) }),
    ...(shows !== null && { shows: { decimal: shows } }),
  };
}

/** Room for four more digits before the point; 18 digits are read faster than more. */
function precisionOf({ wholeMost, fractionMost, unit }: Numbers): readonly [number, number] {
  const scale = unit?.kind === 'money' || unit?.kind === 'share' ? Math.max(2, fractionMost) : fractionMost;
  const digits = wholeMost + scale;
  const roomy = Math.max(12, digits + 4);
  const precision = roomy > shortDigits && digits < shortDigits ? shortDigits : Math.min(longDigits, roomy);
  return [Math.max(precision, Math.min(longDigits, digits)), Math.min(scale, longDigits - wholeMost)];
}

/** Headers of what looks like decimals but is not: 1.10 is not 1.1 there. */
const codeHeader =
  /(^| )(version|ver|release|chapter|section|article|paragraph|clause|code|icd\d*|firmware|build)( |$)/;

function whyCodes({ header, shapes }: ColumnValues, { fractionMost, options }: Numbers): Note | null {
  if (fractionMost === 0 || !codeHeader.test(headerWords(header)) || 'strip' in options) return null;
  return check(`kept as text: in a column of this name, ${shown(shapes[0].texts[0])} may not be a number`);
}

function remarksOf(values: ColumnValues, numbers: Numbers, type: Choice): Note[] {
  const remarks: Note[] = [];
  if (type === 'numeric' && numbers.fractionMost > 0) {
    remarks.push(evidence(`${plural(numbers.fractionMost, 'digit')} after the decimal mark at most`));
  }
  if (numbers.infinite) remarks.push(check('infinity is kept'));
  const { header, counts } = values;
  const named = saysTime(header) || /serial/i.test(header);
  if (named && (type === 'integer' || type === 'bigint')) {
    const [first] = counts.keys();
    const serial = numbers.wholeMost === 5 && /^[2-7]\d{4}$/.test(first);
    if (serial) remarks.push(check(`${first} may be a day as spreadsheets count them, from 1899-12-30`));
    else if (numbers.wholeMost > 4)
      remarks.push(check(`${first} may be a time, in a form that is not known`));
  }
  const sentinel = ['-999', '-9999', '-99999'].find((text) => counts.has(text));
  if (sentinel !== undefined && [...counts.keys()].every((text) => text[0] !== '-' || text === sentinel)) {
    remarks.push(check(`${sentinel} may stand for no value`));
  }
  return remarks;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export const proposeInteger: Propose = (values) => propose(values, 'integer');
export const proposeBigint: Propose = (values) => propose(values, 'bigint');
export const proposeNumeric: Propose = (values) => propose(values, 'numeric');
export const proposeFloat8: Propose = (values) => {
  const proposal = propose(values, 'float8');
  if (proposal === null || 'because' in proposal) return proposal;
  const numbers = values.found(numbersIn) as Numbers;
  return numbers.infinite ? { ...proposal, options: { ...proposal.options, nonFinite: 'keep' } } : proposal;
};
