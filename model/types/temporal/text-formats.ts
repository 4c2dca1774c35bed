/**
 * Date and time formats. Splits them into tokens, for the compiler's checks, and reads texts by formats that the
 * kernel does not read: month names, years before our era, names of zones. The letters are Unicode's (CLDR), and
 * mean the same as in kernel/formats.ts.
 */
import { literalPattern } from '../../../platform/literal-pattern.ts';
import { dayFromCivil, firstDay, lastDay } from '../../enrich/calendar.ts';
import type { Locale } from './months.ts';
import { monthOfName } from './months.ts';

/** Field tokens of formats. A longer token comes before its prefixes. */
const fieldTokens = /uuuu|yyyy|yy|y|MMMM|MMM|MM|M|dd|d|HH|H|hh|h|mm|m|ss|s|S{1,9}|a|X{1,3}|VV|G|EEEE|EEE/y;
const quotedText = /'(?:[^']|'')*'/y;

export type FormatToken =
  | { readonly kind: 'field'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: string }
  /** A letter that is not a token here, but may be one elsewhere. */
  | { readonly kind: 'unknown'; readonly text: string };

/** Splits a format into tokens. Letters between single quotes stand for themselves, and so does T. */
export function formatTokens(format: string): FormatToken[] {
  const tokens: FormatToken[] = [];
  let at = 0;
  while (at < format.length) {
    fieldTokens.lastIndex = quotedText.lastIndex = at;
    const quoted = quotedText.exec(format)?.[0];
    const field = fieldTokens.exec(format)?.[0];
    if (quoted !== undefined) {
      const text = quoted === "''" ? "'" : quoted.slice(1, -1).replaceAll("''", "'");
      tokens.push({ kind: 'literal', text });
      at += quoted.length;
    } else if (field !== undefined) {
      tokens.push({ kind: 'field', text: field });
      at += field.length;
    } else {
      const text = format[at];
      const letter = /\p{L}/u.test(text) && text !== 'T';
      tokens.push({ kind: letter ? 'unknown' : 'literal', text });
      at += 1;
    }
  }
  return tokens;
}

/** True if a format has fields that the kernel does not read, so that its texts are read here. */
export function needsConverter(format: string): boolean {
  return formatTokens(format).some(
    ({ kind, text }) => kind === 'field' && /^(?:MMM|uuuu$|y$|VV$|G$|E)/.test(text),
  );
}

/** A local time as a format reads it. */
export interface CivilTime {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** Second of the day. */
  readonly second: number;
  readonly micros: number;
  /** Seconds east of UTC; null if the text has no offset. */
  readonly offset: number | null;
  /** Name of the zone; null if the text has none. */
  readonly zone: string | null;
}

const patterns: Readonly<Record<string, string>> = {
  uuuu: '(?<signedYear>\\d{4}|[+-]\\d{4,6})',
  yyyy: '(?<year>\\d{4})',
  yy: '(?<shortYear>\\d{2})',
  y: '(?<year>\\d{1,4})',
  MMMM: '(?<monthName>[\\p{L}\\p{M}]+\\.?)',
  MMM: '(?<monthName>[\\p{L}\\p{M}]+\\.?)',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  hh: '(?<hour12>\\d{2})',
  h: '(?<hour12>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  m: '(?<minute>\\d{1,2})',
  ss: '(?<second>\\d{2})',
  s: '(?<second>\\d{1,2})',
  a: '(?<half>[ap]m)',
  X: '(?<offset>z|[+-]\\d{2}(?::?\\d{2})?)',
  VV: '(?<zone>[a-z][a-z0-9_+/-]*)',
  // Not compared with the day.
  EEEE: '(?:[\\p{L}\\p{M}]+\\.?)',
  EEE: '(?:[\\p{L}\\p{M}]+\\.?)',
  G: '(?:(?<before>b\\.?c\\.?(?:e\\.?)?|до\\s+н\\.?\\s*э\\.?)|a\\.?d\\.?|c\\.?e\\.?|н\\.?\\s*э\\.?)',
};

function patternOf(field: string): string {
  if (field.startsWith('X')) return patterns.X;
  if (!field.startsWith('S')) return patterns[field];
  return `(?<fraction>\\d{${field.length === 1 ? '1,9' : field.length}})`;
}

/**
 * Reads a text by one format. undefined: the text does not have this format. 'range': it does, but there is no such
 * day or time, or it lies before PostgreSQL's first day or after the year 9999. 'fraction': it is finer than a
 * microsecond.
 */
export type FormatReader = (text: string) => CivilTime | 'range' | 'fraction' | undefined;

export interface FormatPolicy {
  readonly locale: Locale;
  /** Second 60 is out of range, or read as 59. */
  readonly leapSecond: 'reject' | 'clamp';
  /** A fraction that is finer than a microsecond is rejected, or cut after six digits. */
  readonly fraction: 'reject' | 'truncate';
}

export function formatReader(format: string, policy: FormatPolicy): FormatReader {
  const source = formatTokens(format)
    .map(({ kind, text }) => {
      if (kind === 'field') return patternOf(text);
      return literalPattern(text).replace(/ /g, '\\s+');
    })
    .join('');
  const expression = new RegExp(`^\\s*${source}\\s*$`, 'iu');
  return (text) => {
    const groups = expression.exec(text.normalize('NFC'))?.groups;
    return groups === undefined ? undefined : civilTime(groups, policy);
  };
}

type Groups = Readonly<Record<string, string | undefined>>;

/** Digits of a fraction that are kept: microseconds. */
const fractionDigits = 6;

function civilTime(
  groups: Groups,
  { locale, leapSecond, fraction }: FormatPolicy,
): CivilTime | 'range' | 'fraction' | undefined {
  const month = groups.monthName ? monthOfName(groups.monthName, locale) : Number(groups.month ?? 1);
  if (Number.isNaN(month)) return undefined;
  const offset = groups.offset === undefined ? null : offsetOf(groups.offset);
  if (offset === undefined) return undefined;
  const year = yearOf(groups);
  const day = year === undefined ? undefined : dayFromCivil(year, month, Number(groups.day ?? 1));
  if (day === undefined || day < firstDay || day > lastDay) return 'range';
  const hour = hourOf(groups);
  const minute = Number(groups.minute ?? 0);
  const said = Number(groups.second ?? 0);
  const second = leapSecond === 'clamp' && said === 60 ? 59 : said;
  if (!(hour < 24 && minute < 60 && second < 60)) return 'range';
  const digits = (groups.fraction ?? '').padEnd(fractionDigits, '0');
  if (fraction === 'reject' && /[1-9]/.test(digits.slice(fractionDigits))) return 'fraction';
  return {
    day,
    second: hour * 3600 + minute * 60 + second,
    micros: Number(digits.slice(0, fractionDigits)),
    offset,
    zone: groups.zone ?? null,
  };
}

/**
 * The astronomical year: 0 is 1 BC. undefined: there is no such year. Two-digit years are 1970 to 2069, as in the
 * kernel.
 */
function yearOf({ signedYear, year, shortYear, before }: Groups): number | undefined {
  if (signedYear !== undefined) return Number(signedYear);
  const short = Number(shortYear ?? 70);
  const said = year === undefined ? short + (short < 70 ? 2000 : 1900) : Number(year);
  if (said < 1) return undefined;
  return before === undefined ? said : 1 - said;
}

/** Hour of the day, or NaN if there is no such hour. */
function hourOf({ hour, hour12, half }: Groups): number {
  if (hour12 === undefined || half === undefined) return Number(hour ?? hour12 ?? 0);
  const number = Number(hour12);
  if (number < 1 || number > 12) return Number.NaN;
  return (number % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

/** Seconds of Z, +03, +0300 or +03:00; undefined if there is no such offset. */
function offsetOf(text: string): number | undefined {
  if (text.toLowerCase() === 'z') return 0;
  const digits = text.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 23 || minutes > 59) return undefined;
  const seconds = hours * 3600 + minutes * 60;
  return text.startsWith('-') ? -seconds : seconds;
}
