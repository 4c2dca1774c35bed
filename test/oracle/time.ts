/** Reads one date format by a regular expression made from it. */
import { Temporal } from 'temporal-polyfill';

/** What a clock on the wall showed, and how far it was east of UTC where the text says so. */
export interface WallTime {
  readonly date: Temporal.PlainDateTime;
  readonly offsetSeconds: number | null;
}

const PARTS: Record<string, string> = {
  yyyy: '(?<year>\\d{4})',
  yy: '(?<short>\\d{2})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  hh: '(?<half>\\d{2})',
  h: '(?<half>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  m: '(?<minute>\\d{1,2})',
  ss: '(?<second>\\d{2})',
  s: '(?<second>\\d{1,2})',
  a: '(?<noon>[AaPp][Mm])',
  XXX: '(?<offset>[Zz]|[+-]\\d{2}(?::?\\d{2})?)',
};

/** The pattern of a format: a greedy digit run takes what it can, as the kernel does. */
function pattern(format: string): RegExp {
  const source = format.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*|./gs, (part, quoted: string | undefined) => {
    if (quoted !== undefined)
      return quoted === '' ? "'" : quoted.replaceAll("''", "'").replace(/\W/g, '\\$&');
    if (/^S+$/.test(part)) return `(?<fraction>\\d{${part.length === 1 ? '1,9' : part.length}})`;
    if (/^[XZ]+$/.test(part)) return PARTS.XXX;
    return PARTS[part] ?? part.replace(/\W/g, '\\$&');
  });
  // Digit runs never give back: (?=(…))\k… is JavaScript's atomic group; \d{1,2} before \d is not used here.
  return new RegExp(`^${source}$`);
}

/**
 * 'type': the text is not of this format; 'range': it is, but there is no such time; 'fraction': it is finer than a
 * microsecond. `clamp`: second 60 is 59. `truncate`: what is finer than a microsecond is cut.
 */
export function readFormat(
  text: string,
  format: string,
  clamp = false,
  truncate = false,
): WallTime | 'type' | 'range' | 'fraction' {
  const groups = pattern(format).exec(text)?.groups;
  if (!groups) return 'type';
  const number = (name: string, otherwise: number) =>
    groups[name] === undefined ? otherwise : Number(groups[name]);
  const short = number('short', 0);
  const year = number('year', short < 70 ? 2000 + short : 1900 + short);
  let hour = number('hour', 0);
  if (groups.half !== undefined) {
    const half = Number(groups.half);
    if (half < 1 || half > 12) return 'range';
    hour = (half % 12) + (groups.noon.toLowerCase() === 'pm' ? 12 : 0);
  }
  const offset = readOffset(groups.offset);
  if (offset === 'type') return 'type';
  if (year < 1) return 'range';
  try {
    const nanos = Number((groups.fraction ?? '').padEnd(9, '0'));
    const micros = Math.floor(nanos / 1000);
    const date = Temporal.PlainDateTime.from(
      {
        year,
        month: number('month', 1),
        day: number('day', 1),
        hour,
        minute: number('minute', 0),
        second: clamp && groups.second === '60' ? 59 : number('second', 0),
        millisecond: Math.floor(micros / 1000),
        microsecond: micros % 1000,
      },
      { overflow: 'reject' },
    );
    return nanos % 1000 !== 0 && !truncate ? 'fraction' : { date, offsetSeconds: offset };
  } catch (error) {
    if (error instanceof RangeError) return 'range';
    throw error;
  }
}

function readOffset(text: string | undefined): number | null | 'type' {
  if (text === undefined) return null;
  if (/^z$/i.test(text)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text)!;
  if (Number(hours) > 23 || Number(minutes ?? 0) > 59) return 'type';
  const seconds = Number(hours) * 3600 + Number(minutes ?? 0) * 60;
  return sign === '-' ? -seconds : seconds;
}
