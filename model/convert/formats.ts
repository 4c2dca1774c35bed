/**
 * Date and time formats: cutting one into tokens, for the compiler's checks, and reading texts by one, for
 * formats with month names, which the kernel leaves to us.
 */
import { monthOfName } from './months.ts';

/** Field tokens of formats; a longer one is tried before its beginning. */
const fieldTokens = /yyyy|yy|MMMM|MMM|MM|M|dd|d|HH|H|hh|h|mm|m|ss|s|S{1,6}|a|X/y;

export type FormatToken =
  | { readonly kind: 'field'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: string }
  /** A letter that is no token and would mean something else elsewhere. */
  | { readonly kind: 'unknown'; readonly text: string };

/** Cuts a format. Letters between single quotes stand for themselves, and so does T. */
export function formatTokens(format: string): FormatToken[] {
  const tokens: FormatToken[] = [];
  let at = 0;
  while (at < format.length) {
    const quotedEnd = format[at] === "'" ? format.indexOf("'", at + 1) : -1;
    fieldTokens.lastIndex = at;
    const field = fieldTokens.exec(format)?.[0];
    if (quotedEnd > at) {
      tokens.push({ kind: 'literal', text: format.slice(at + 1, quotedEnd) || "'" });
      at = quotedEnd + 1;
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

/** True where a format has month names, so that the text is read here and not in the kernel. */
export function hasMonthName(format: string): boolean {
  return formatTokens(format).some(({ kind, text }) => kind === 'field' && text.startsWith('MMM'));
}

/** A time as a format reads it, on its own clock. */
export interface CivilTime {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** Second of the day. */
  readonly second: number;
  readonly micros: number;
  /** Seconds east of UTC where the text says so. */
  readonly offset: number | null;
}

const patterns: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  yy: '(?<shortYear>\\d{2})',
  MMMM: '(?<monthName>[\\p{L}]+\\.?)',
  MMM: '(?<monthName>[\\p{L}]+\\.?)',
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
};

/** Reads a text by one format; undefined where it does not fit or there is no such day or time. */
export type FormatReader = (text: string) => CivilTime | undefined;

export function formatReader(format: string, locale: 'en' | 'ru'): FormatReader {
  const source = formatTokens(format)
    .map(({ kind, text }) => {
      if (kind !== 'field') return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replace(/ /g, '\\s+');
      return text.startsWith('S') ? `(?<fraction>\\d{1,${text.length}})` : patterns[text];
    })
    .join('');
  const expression = new RegExp(`^\\s*${source}\\s*$`, 'iu');
  return (text) => {
    const groups = expression.exec(text.normalize('NFC'))?.groups;
    return groups === undefined ? undefined : civilTime(groups, locale);
  };
}

type Groups = Readonly<Record<string, string | undefined>>;

function civilTime(groups: Groups, locale: 'en' | 'ru'): CivilTime | undefined {
  const month = groups.monthName ? monthOfName(groups.monthName, locale) : Number(groups.month ?? 1);
  const dayOfMonth = Number(groups.day ?? 1);
  const date = new Date(0);
  date.setUTCFullYear(yearOf(groups), month - 1, dayOfMonth);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== dayOfMonth) return undefined;
  const hour = hourOf(groups);
  const minute = Number(groups.minute ?? 0);
  const second = Number(groups.second ?? 0);
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined;
  return {
    day: date.getTime() / 86_400_000,
    second: hour * 3600 + minute * 60 + second,
    micros: Number((groups.fraction ?? '').padEnd(6, '0')),
    offset: groups.offset === undefined ? null : offsetOf(groups.offset),
  };
}

/** Two-digit years are 1970 to 2069, as in the kernel. */
function yearOf({ year, shortYear }: Groups): number {
  if (year !== undefined) return Number(year);
  const short = Number(shortYear ?? 70);
  return short + (short < 70 ? 2000 : 1900);
}

/** NaN where there is no such hour. */
function hourOf({ hour, hour12, half }: Groups): number {
  if (hour12 === undefined || half === undefined) return Number(hour ?? hour12 ?? 0);
  const number = Number(hour12);
  if (number < 1 || number > 12) return Number.NaN;
  return (number % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

/** Seconds of Z, +03, +0300 or +03:00. */
function offsetOf(text: string): number {
  if (text.toLowerCase() === 'z') return 0;
  const digits = text.slice(1).replace(':', '').padEnd(4, '0');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return text.startsWith('-') ? -seconds : seconds;
}
