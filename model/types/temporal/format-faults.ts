/** Checks date and time formats. */
import { list, shown } from '../../words.ts';
import type { TimeFormat } from '../column-options.ts';
import type { Fault } from '../column-type.ts';
import { locales } from './months.ts';
import { formatTokens } from './text-formats.ts';

/** Fields of a format: how they begin, and how they are written. */
const fieldKinds = {
  year: { begins: /^[yu]/, name: 'year', written: 'yyyy, yy, y or uuuu' },
  month: { begins: /^M/, name: 'month', written: 'M, MM, MMM or MMMM' },
  day: { begins: /^d/, name: 'day', written: 'd or dd' },
  hour: { begins: /^[Hh]/, name: 'hour', written: 'H or HH, or h or hh with a' },
  minute: { begins: /^m/, name: 'minute', written: 'm or mm' },
  second: { begins: /^s/, name: 'second', written: 's or ss' },
  fraction: { begins: /^S/, name: 'fraction of a second', written: 'S to SSSSSSSSS' },
  half: { begins: /^a/, name: 'half of the day', written: 'a' },
  offset: { begins: /^X/, name: 'offset', written: 'X' },
  zone: { begins: /^V/, name: 'zone', written: 'VV' },
  era: { begins: /^G/, name: 'era', written: 'G' },
  weekday: { begins: /^E/, name: 'day of the week', written: 'EEE or EEEE' },
} as const;

type Field = keyof typeof fieldKinds;

/** The fields that formats of a type must and must not have. */
export interface FieldRules {
  readonly needed: readonly Field[];
  readonly refused: readonly Field[];
  /** The mistake for a format with a refused field, and what to write instead. */
  readonly refusal: readonly [what: string, fix: string];
  /** The mistake for a format that has a year only. */
  readonly yearAlone?: readonly [what: string, fix: string];
  /** The first of the default formats. */
  readonly usual: string;
}

function fieldsOf(format: string): string[] {
  return formatTokens(format).flatMap(({ kind, text }) => (kind === 'field' ? [text] : []));
}

/** What is wrong with the formats of a column. */
export function formatsFaults(formats: readonly TimeFormat[], rules: FieldRules): readonly Fault[] {
  if (formats.length === 0) {
    return [{ at: '.formats', what: 'the list is empty', fix: `Leave it out for ${rules.usual}` }];
  }
  return formats.flatMap((said) => {
    const format = typeof said === 'string' ? said : said?.format;
    if (typeof format !== 'string') return [notFormat(said)];
    if (typeof said !== 'string' && !locales.includes(said.locale)) return [noLocale(said)];
    const { yearAlone } = rules;
    const isYear = fieldsOf(format).length > 0 && fieldsOf(format).every((one) => /^[yu]+$/.test(one));
    const faults: [string, string][] =
      isYear && yearAlone !== undefined ? [[...yearAlone]] : formatFaults(format, rules.needed);
    const refused = rules.refused.map((field) => fieldKinds[field].begins);
    if (fieldsOf(format).some((field) => refused.some((begins) => begins.test(field)))) {
      faults.push([...rules.refusal]);
    }
    return faults.map(([what, fix]) => ({ at: `.formats ${JSON.stringify(format)}`, what, fix }));
  });
}

function notFormat(said: unknown): Fault {
  const fix = "Write 'yyyy-MM-dd', or { format: 'd MMMM yyyy', locale: 'ru' }";
  return { at: '.formats', what: `${shown(said)} is not a format`, fix };
}

function noLocale({ format, locale }: { readonly format: string; readonly locale?: string }): Fault {
  const what = `there is no locale ${shown(locale)}`;
  return { at: `.formats ${JSON.stringify(format)}`, what, fix: `Say ${list(locales, 'or')}` };
}

/** What is wrong with a format, and what to write instead. */
export function formatFaults(format: string, needed: readonly Field[]): [what: string, fix: string][] {
  const faults: [string, string][] = [];
  const fields = fieldsOf(format);
  const unknown = formatTokens(format).flatMap(({ kind, text }) => (kind === 'unknown' ? [text] : []));
  if (unknown.length > 0) {
    const letters = list([...new Set(unknown)]);
    const fix =
      "Put letters that stand for themselves between single quotes; an offset is X, a month's name MMMM";
    faults.push([`it has unknown letters: ${letters}`, fix]);
  }
  for (const [field, { name, begins, written }] of Object.entries(fieldKinds)) {
    const count = fields.filter((one) => begins.test(one)).length;
    if (count !== 1 && needed.includes(field as Field)) {
      faults.push([`it must have one ${name}`, `Write ${written}, once`]);
    } else if (count > 1) faults.push([`it has more than one ${name}`, `Write ${written}, once`]);
  }
  const twelve = fields.some((field) => field.startsWith('h'));
  if (twelve !== fields.includes('a'))
    faults.push(['h and a must be used together', 'Write h or hh with a, or H or HH']);
  if (fields.includes('uuuu') && fields.includes('G'))
    faults.push(['uuuu is signed and cannot be combined with G', 'Write yyyy or y with G']);
  return faults;
}
