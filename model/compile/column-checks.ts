/** What is wrong with the options of a column. */
import type { AnyColumnOptions, Column } from '../language/columns.ts';
import { foldedWord } from '../types/convert-values.ts';
import { formatTokens } from '../types/text-formats.ts';
import { isZone } from '../types/zone-tables.ts';
import { didYouMean, list, type Mistakes } from './mistakes.ts';

/** `formats`: those that a date or timestamp is tried with. */
export function checkType(
  place: string,
  column: Column,
  formats: readonly string[],
  mistakes: Mistakes,
): void {
  const { logical, options } = column;
  if (logical.type === 'numeric') {
    const { precision, scale } = logical;
    if (!(Number.isInteger(precision) && precision >= 1 && precision <= 38)) {
      mistakes.add(
        place,
        `numeric has 1 to 38 digits, not ${precision}`,
        'Use float8 or text for longer numbers: readers of Parquet know no longer decimals',
      );
    } else if (!(Number.isInteger(scale) && scale >= 0 && scale <= precision)) {
      mistakes.add(
        place,
        `of ${precision} digits, ${scale} cannot follow the point`,
        `Say 0 to ${precision}`,
      );
    }
  }
  if (logical.type === 'timestamp') checkZone(place, options, mistakes);
  if (logical.type === 'date' || logical.type === 'timestamp')
    checkFormats(place, logical.type, formats, mistakes);
  if (logical.type === 'boolean') checkWords(place, options, mistakes);
  for (const [option, known] of Object.entries(choices)) {
    const said = options[option as keyof typeof choices];
    if (said === undefined || (known as readonly string[]).includes(said)) continue;
    mistakes.add(`${place}.${option}`, `there is no ${said}`, `Say ${list(known).replace(' and ', ' or ')}`);
  }
}

/** Options that are one of a few words. */
const choices = {
  locale: ['en', 'ru'],
  encoding: ['dictionary', 'utf8'],
  form: ['wkt', 'latlon'],
  ambiguous: ['earlier', 'later', 'reject'],
  skipped: ['earlier', 'later', 'reject'],
  leapSecond: ['reject', 'clamp'],
  nonFinite: ['reject', 'null', 'keep'],
} as const;

function checkWords(place: string, options: AnyColumnOptions, mistakes: Mistakes): void {
  if (options.true === undefined && options.false === undefined) return;
  const [yes, no] = [options.true ?? [], options.false ?? []].map((words) => words.map(foldedWord));
  if (yes.length === 0 || no.length === 0) {
    mistakes.add(
      place,
      'it has words for one of true and false only',
      "Say both: true: ['ja'], false: ['nein']",
    );
  }
  const both = yes.filter((word) => no.includes(word));
  if (both.length > 0)
    mistakes.add(place, `${list(both)} means true and false`, 'Take it out of one of them');
}

function checkZone(place: string, options: AnyColumnOptions, mistakes: Mistakes): void {
  const { zone = 'UTC' } = options;
  if (!isZone(zone)) {
    const proposal = didYouMean(zone, Intl.supportedValuesOf('timeZone')).slice(0, 80);
    mistakes.add(`${place}.zone`, `there is no time zone ${zone}`, `Use an IANA name. ${proposal}`);
  }
}

function checkFormats(
  place: string,
  type: 'date' | 'timestamp',
  formats: readonly string[],
  mistakes: Mistakes,
): void {
  if (formats.length === 0) {
    mistakes.add(`${place}.formats`, 'there is none', 'Leave it out for yyyy-MM-dd');
  }
  for (const format of formats) {
    const where = `${place}.formats ${JSON.stringify(format)}`;
    for (const [what, fix] of formatFaults(format)) mistakes.add(where, what, fix);
    if (type === 'date' && fieldsOf(format).some((field) => /^[HhmsSaXV]/.test(field))) {
      mistakes.add(where, 'a date has no time of day', 'Use timestamp, or leave the time out of the format');
    }
  }
}

function fieldsOf(format: string): string[] {
  return formatTokens(format).flatMap(({ kind, text }) => (kind === 'field' ? [text] : []));
}

/** Fields of a format: how they begin, whether there must be one, how they are written. */
const fieldKinds: readonly (readonly [name: string, begins: RegExp, needed: boolean, written: string])[] = [
  ['year', /^[yu]/, true, 'yyyy, yy, y or uuuu'],
  ['month', /^M/, true, 'M, MM, MMM or MMMM'],
  ['day', /^d/, true, 'd or dd'],
  ['hour', /^[Hh]/, false, 'H or HH, or h or hh with a'],
  ['minute', /^m/, false, 'm or mm'],
  ['second', /^s/, false, 's or ss'],
  ['fraction of a second', /^S/, false, 'S to SSSSSS'],
  ['half of the day', /^a/, false, 'a'],
  ['offset', /^X/, false, 'X'],
  ['zone', /^V/, false, 'VV'],
  ['era', /^G/, false, 'G'],
];

/** What is wrong with a format, and what to write instead. */
export function formatFaults(format: string): [what: string, fix: string][] {
  const faults: [string, string][] = [];
  const fields = fieldsOf(format);
  const unknown = formatTokens(format).flatMap(({ kind, text }) => (kind === 'unknown' ? [text] : []));
  if (unknown.length > 0) {
    const letters = list([...new Set(unknown)]);
    const fix =
      "Put letters that stand for themselves between single quotes; an offset is X, a month's name MMMM";
    faults.push([`${letters} mean nothing in a format`, fix]);
  }
  for (const [name, begins, needed, written] of fieldKinds) {
    const count = fields.filter((field) => begins.test(field)).length;
    if (needed && count !== 1) faults.push([`it must have one ${name}`, `Write ${written}, once`]);
    else if (count > 1) faults.push([`it has more than one ${name}`, `Write ${written}, once`]);
  }
  const twelve = fields.some((field) => field.startsWith('h'));
  if (twelve !== fields.includes('a'))
    faults.push(['h and a go together', 'Write h or hh with a, or H or HH']);
  if (fields.includes('uuuu') && fields.includes('G'))
    faults.push(['uuuu has a sign and needs no G', 'Write yyyy or y with G']);
  return faults;
}
