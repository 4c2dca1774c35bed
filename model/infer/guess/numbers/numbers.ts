/** What the numbers of a column are: their marks, units, signs, digits and size. */
import { type ColumnValues, misfitShareMost, misfitsMost, type ShapeGroup } from '../column-values.ts';
import { check, evidence, type Note, type Objection, shown } from '../proposal.ts';
import { type FoundMarks, findMarks } from './choose-marks.ts';
import { type NumberShape, numberOf } from './number-shapes.ts';
import type { Unit } from './units.ts';

export interface Numbers {
  /** `decimal`, `thousands`, `strip` and `negative`, as far as they are needed. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly unit: Unit | null;
  /** Most digits before and after the decimal mark. */
  readonly wholeMost: number;
  readonly fractionMost: number;
  /** Some number has a decimal mark. */
  readonly marked: boolean;
  /** All numbers that have a fraction have equally many digits in it. */
  readonly fractionFixed: boolean;
  /** The digits of the largest number of either sign, without fraction; '' if all have fewer than ten. */
  readonly greatest: string;
  /** Some are written with an exponent. */
  readonly exponent: boolean;
  /** The first text that a double would not hold to the last digit. */
  readonly inexact: string | null;
  readonly infinite: boolean;
  readonly misfits: readonly string[];
  readonly notes: readonly Note[];
  readonly shows: FoundMarks['shows'];
}

type Fitting = FoundMarks['fitting'][number];

const infinity = /^[+-]?inf(inity)?$/i;

/** The numbers of a column; an objection if they are codes; null if too few values are numbers. */
export function numbersIn(values: ColumnValues): Numbers | Objection | null {
  const shapes: NumberShape[] = [];
  const misfits: string[] = [];
  let infinite = false;
  let misfitRows = 0;
  let unitRows = 0;
  for (const group of values.shapes) {
    const shape = group.shape === '' ? null : numberOf(group);
    if (shape === 'units') unitRows += group.rows;
    if (shape !== null && shape !== 'units') shapes.push(shape);
    else {
      const others = group.texts.length > 100 ? group.texts : group.texts.filter((t) => !infinity.test(t));
      infinite ||= others.length < group.texts.length;
      for (const text of others) misfits.push(text);
      misfitRows += others.length === group.texts.length ? group.rows : values.rowsOf(others);
    }
  }
  if (unitRows > values.rows / 2) return { because: check('numbers of different units') };
  if (shapes.length === 0 || misfits.length > misfitsMost) return null;
  if (misfitRows > values.rows * misfitShareMost) return null;
  const units = chooseUnit(shapes);
  if ('because' in units) return units;
  const found = findMarks(units.shapes, values.hints.decimalHint);
  for (const { group } of [...units.misfits, ...found.misfits]) {
    for (const text of group.texts) misfits.push(text);
    misfitRows += group.rows;
  }
  if (misfitRows > values.rows * misfitShareMost) return null;
  const code = whyCodes(found.fitting);
  if (code !== null) return { because: code };
  return described(found, units, misfits, infinite);
}

interface ChosenUnit {
  readonly unit: Unit | null;
  readonly shapes: readonly NumberShape[];
  readonly misfits: readonly NumberShape[];
  readonly notes: readonly Note[];
}

/** The unit of most rows. Bare numbers among sums of money are taken to be of the same currency. */
function chooseUnit(shapes: readonly NumberShape[]): ChosenUnit | Objection {
  const rowsOf = new Map<string, number>();
  const units = new Map<string, Unit | null>();
  let all = 0;
  for (const { unit, group } of shapes) {
    const name = unit?.name ?? '';
    rowsOf.set(name, (rowsOf.get(name) ?? 0) + group.rows);
    units.set(name, unit);
    all += group.rows;
  }
  const [[first, rows]] = [...rowsOf].sort((a, b) => b[1] - a[1]);
  if (rowsOf.size === 1) return { unit: units.get(first)!, shapes, misfits: [], notes: [] };
  const money = [...units.values()].filter((unit) => unit?.kind === 'money');
  const named = first === '' && money.length === 1 ? money[0]! : units.get(first)!;
  // A type that does not fit a fifth of the values, for their unit, is none for the column.
  const otherShareMost = 0.2;
  const fits = (one: NumberShape) =>
    (one.unit?.name ?? '') === (named?.name ?? '') || (named?.kind === 'money' && one.unit === null);
  const fitting = shapes.filter(fits);
  const misfits = shapes.filter((one) => !fits(one));
  if (misfits.length > 0 && rows < all * (1 - otherShareMost)) {
    const [one, other] = [shapes.find((a) => a.unit === units.get(first))!, misfits[0]];
    return {
      because: check(
        `numbers of different units: ${shown(one.group.texts[0])}, ${shown(other.group.texts[0])}`,
      ),
    };
  }
  const bare = fitting.find(({ unit }) => unit === null);
  const mixed = named?.kind === 'money' && bare !== undefined;
  const note = mixed ? `some values have no ${named.name}: ${shown(bare.group.texts[0])}` : null;
  return { unit: named ?? null, shapes: fitting, misfits, notes: note === null ? [] : [check(note)] };
}

/** The first text of a group that passes. */
function firstText({ texts }: ShapeGroup, passes: (text: string) => boolean): string | undefined {
  return texts.find(passes);
}

/** Why texts that look like numbers are codes, in which every character counts; null if they are numbers. */
function whyCodes(fitting: readonly Fitting[]): Note | null {
  let padded: string | undefined;
  let rows = 0;
  const pointed = fitting.some(({ body, exponent }) => /[.,]/.test(body) || exponent === 'signed');
  for (const { group, digits, sign, exponent } of fitting) {
    rows += group.rows;
    if (digits.whole > 1) padded ??= firstText(group, (text) => /^\D*0/.test(text));
    if (sign === 'plus') return evidence(`kept as text: the + of ${shown(group.texts[0])} would be lost`);
    if (exponent === 'bare' && !pointed) {
      return check(`kept as text: ${shown(group.texts[0])} may be a code or a number with an exponent`);
    }
  }
  if (padded !== undefined) {
    return evidence(`kept as text: the leading 0 of ${shown(padded)} would be lost`);
  }
  // What separates groups of every number, and of nothing else, may be how a code is written.
  const marked = (test: (one: Fitting) => boolean) => fitting.every(test);
  const spaced = ({ body, digits }: Fitting) => digits.grouped && /[ \u00a0\u202f]|\..*\./.test(body);
  if (fitting.length === 1 && marked(spaced) && fitting[0].digits.fraction === 0) {
    return check(
      `kept as text: all values look like ${shown(fitting[0].group.texts[0])}, which may be a code`,
    );
  }
  const plain = ({ body, unit }: Fitting) => unit === null && /^9+$/.test(body);
  if (marked((one) => one.sign === 'parentheses' && plain(one)) && rows > 0) {
    return check(`kept as text: ${shown(fitting[0].group.texts[0])} may be a mark or a negative number`);
  }
  if (marked((one) => one.sign === 'trailing' && plain(one))) {
    return check(`kept as text: ${shown(fitting[0].group.texts[0])} may be a grade or a negative number`);
  }
  const bothSigns = ['parentheses', 'trailing'].every((sign) => fitting.some((one) => one.sign === sign));
  return bothSigns ? check('kept as text: negative numbers are written in two ways') : null;
}

function described(
  { marks, fitting, notes, shows }: FoundMarks,
  units: ChosenUnit,
  misfits: readonly string[],
  infinite: boolean,
): Numbers {
  const strip = [...new Set(fitting.flatMap(({ affixes }) => affixes))].sort();
  const negative = fitting.find(({ sign }) => sign === 'parentheses' || sign === 'trailing');
  const fractions = new Set(fitting.map(({ digits }) => digits.fraction).filter((digits) => digits > 0));
  const wholeMost = Math.max(1, ...fitting.map(({ digits }) => digits.whole));
  const all = [...units.notes, ...notes];
  if (strip.length > 0) {
    const example = fitting.find(({ affixes }) => affixes.length > 0)!;
    all.push(evidence(`without ${strip.join(', ')}: ${shown(example.group.texts[0])}`));
  }
  if (negative !== undefined) all.push(evidence(`${shown(negative.group.texts[0])} is negative`));
  return {
    options: {
      ...(marks.decimal === ',' && { decimal: ',' }),
      ...(marks.thousands !== null && { thousands: marks.thousands }),
      ...(strip.length > 0 && { strip }),
      ...(negative !== undefined && { negative: negative.sign }),
    },
    unit: units.unit,
    wholeMost,
    fractionMost: Math.max(0, ...fractions),
    marked: fitting.some(({ digits }) => digits.marked),
    fractionFixed: fractions.size <= 1,
    greatest: wholeMost < 10 ? '' : greatestOf(fitting),
    exponent: fitting.some(({ exponent }) => exponent !== 'none'),
    inexact: inexactOf(fitting),
    infinite,
    misfits,
    notes: all,
    shows,
  };
}

/** The digits of the largest whole part. */
function greatestOf(fitting: readonly Fitting[]): string {
  const most = Math.max(...fitting.map(({ digits }) => digits.whole));
  let greatest = '';
  for (const { group, digits } of fitting) {
    if (digits.whole < most || digits.fraction > 0) continue;
    for (const text of group.texts) {
      const plain = text.replace(/\D/g, '');
      if (plain > greatest) greatest = plain;
    }
  }
  return greatest === '' ? '9'.repeat(most) : greatest;
}

/** The first text that its double, printed with as many digits, would not give back. */
function inexactOf(fitting: readonly Fitting[]): string | null {
  for (const { group, digits, exponent } of fitting) {
    if (digits.whole + digits.fraction < 16 && exponent === 'none') continue;
    const text = firstText(group, (one) => String(Number(one)) !== one && !isExact(one));
    if (text !== undefined) return text;
  }
  return null;
}

/** True if a text, a plain number or one with an exponent, can be made again from its double. */
function isExact(text: string): boolean {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e');
  const [whole, fraction = ''] = mantissa.replace(/^[-+]/, '').split('.');
  const leading = (whole + fraction).replace(/^0+/, '');
  const digits = leading.replace(/0+$/, '');
  const number = Number(text);
  if (digits === '') return true;
  if (digits.length > 17 || !Number.isFinite(number) || number === 0) return false;
  const [printed, power] = Math.abs(number)
    .toExponential(digits.length - 1)
    .split('e');
  const written = Number(exponent) - fraction.length + leading.length - 1;
  return printed.replace('.', '') === digits && Number(power) === written;
}
