/** Writes the formats that read the texts of a structure. */

import { type Locale, locales } from '../../../types/temporal/months.ts';
import { monthsNamed } from './names.ts';
import type { FieldName, Layout, Part } from './shape-layout.ts';
import type { Order, ShortField, Structure, Valid } from './structures.ts';

export interface LocalFormat {
  readonly format: string;
  /** Language of the month's name; null if there is none. */
  readonly locale: Locale | null;
}

/** More formats than this are not written for one column. */
export const formatsMost = 20;

/** The formats of a structure, with names of months in these languages. `least`: as in Valid. */
export function formatsOf(
  structure: Structure,
  order: Order | null,
  { least }: Pick<Valid, 'least'>,
  among: readonly Locale[],
): readonly LocalFormat[] {
  const languages = structure.months.size === 0 ? [null] : languagesOf(structure.months, among);
  const formats = patternsOf(structure, order, least);
  return languages.flatMap((locale) => formats.map((format) => ({ format, locale })));
}

/** The fewest languages, the first ones, of which one has each name. Names are folded, and of some language. */
export function languagesOf(names: Iterable<string>, among: readonly Locale[] = locales): readonly Locale[] {
  const has = (locale: Locale, name: string) => monthsNamed(name)?.has(locale) ?? false;
  const chosen: Locale[] = [];
  let left = [...names];
  while (left.length > 0) {
    const counts = among.map((locale) => left.filter((name) => has(locale, name)).length);
    const locale = among[counts.indexOf(Math.max(...counts))];
    chosen.push(locale);
    left = left.filter((name) => !has(locale, name));
  }
  return chosen;
}

/** Digits of each field over all layouts of a structure. */
type Lengths = ReadonlyMap<FieldName, ReadonlySet<number>>;

function lengthsOf(layouts: readonly Layout[]): Lengths {
  const lengths = new Map<FieldName, Set<number>>();
  for (const { parts } of layouts) {
    for (const part of parts) {
      if (part.kind !== 'field') continue;
      const known = lengths.get(part.name) ?? new Set();
      known.add(part.digits);
      lengths.set(part.name, known);
    }
  }
  return lengths;
}

function patternsOf(
  { layouts, months }: Structure,
  order: Order | null,
  least: Valid['least'],
): readonly string[] {
  const lengths = lengthsOf(layouts);
  const one = oneDigitFields(layouts, order, lengths, least);
  let formats = [''];
  for (const part of layouts[0].parts) {
    const options = optionsOf(part, lengths, order, months, one);
    formats = formats.flatMap((format) => options.map((option) => joined(format, option)));
  }
  return formats;
}

/** Literals in quotes are joined: 'a''b' would be a'b. */
function joined(format: string, option: string): string {
  if (format.endsWith("'") && option.startsWith("'")) return format.slice(0, -1) + option.slice(1);
  return format + option;
}

/**
 * The fields that may have one digit: those of which a value has one, and day and month if either has. Where the year
 * does not stand first, one may have a single digit too if no number below 10 shows that a 0 is put before it.
 */
function oneDigitFields(
  [{ parts, has }]: readonly Layout[],
  order: Order | null,
  lengths: Lengths,
  least: Valid['least'],
): (field: string) => boolean {
  const shortest = (field: ShortField) => {
    const at = order?.indexOf(field as Order[number]) ?? -1;
    return Math.min(...(lengths.get(at >= 0 ? ('xyz'[at] as FieldName) : field) ?? []));
  };
  const first = parts.find((part) => part.kind === 'field');
  const yearFirst = first?.name === 'year' || first?.name === 'compact' || order?.[0] === 'shortYear';
  const hasDay = order !== null || has.has('day');
  const day = Math.min(shortest('month'), shortest('day')) === 1;
  const unproven = (number: number) => number >= 10 && !yearFirst;
  return (field) => {
    if (field === 'month' || field === 'day') return day || unproven(Math.min(least.month, least.day));
    if (field !== 'hour' && field !== 'hour12') return false;
    return shortest(field) === 1 || (unproven(least[field]) && (hasDay || field === 'hour12'));
  };
}

function optionsOf(
  part: Part,
  lengths: Lengths,
  order: Order | null,
  months: ReadonlySet<string>,
  one: (field: string) => boolean,
): string[] {
  if (part.kind === 'literal') return [literal(part.text)];
  if (part.kind === 'weekday') return [part.long ? 'EEEE' : 'EEE'];
  if (part.kind === 'words') return part.texts.map(literal);
  const { name } = part;
  if (name === 'monthName') {
    const short = [...months].every((month) => month.length <= 4);
    return [short ? 'MMM' : 'MMMM'];
  }
  if (name === 'fraction') return fractions(lengths.get(name)!);
  const field = name === 'x' || name === 'y' || name === 'z' ? order!['xyz'.indexOf(name)] : name;
  const digits = lengths.get(name)!;
  const letter = letters[field as keyof typeof letters];
  if (letter !== undefined) return [Math.min(...digits) === 1 || one(field) ? letter : letter + letter];
  if (name === 'hour') {
    const most = Math.max(...digits);
    if (most > 2) return [most === 4 ? 'HHmm' : 'HHmmss'];
    return [one('hour') ? 'H' : 'HH'];
  }
  return [others[field as keyof typeof others]];
}

/** Fields of one or two digits. */
const letters = { month: 'M', day: 'd', hour12: 'h', minute: 'm', second: 's' } as const;

const others = {
  year: 'yyyy',
  shortYear: 'yy',
  compact: 'yyyyMMdd',
  half: 'a',
  offset: 'X',
  zone: 'VV',
} as const;

/** S reads 1 to 9 digits, more letters as many digits. */
function fractions(digits: ReadonlySet<number>): string[] {
  const [count] = digits;
  return [digits.size === 1 && count > 1 ? 'S'.repeat(count) : 'S'];
}

/** A text as formats write it. T stands for itself. */
function literal(text: string): string {
  if (text === "'") return "''";
  return /\p{L}/u.test(text) && text !== 'T' ? `'${text}'` : text;
}
