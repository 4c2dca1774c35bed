/** Reads texts by the first of several formats that fits, for formats that the kernel does not read. */
import { RejectReason } from '../../../kernel/types.ts';
import type { ColumnOf } from '../column-options.ts';
import { Refusal } from '../column-type.ts';
import { type FieldRules, formatFaults } from './format-faults.ts';
import { type CivilTime, formatReader } from './text-formats.ts';

const outOfRange = new Refusal(RejectReason.range);

export interface TimeFormats {
  readonly formats: readonly string[];
  readonly locale: 'en' | 'ru';
  readonly leapSecond: 'reject' | 'clamp';
}

/** The formats and policies of a column. `formats`: the formats to try. `needed`: fields that they must have. */
export function timeFormats(
  { options }: ColumnOf<{ readonly type: string }>,
  formats: readonly string[],
  { needed }: FieldRules,
): TimeFormats {
  const { locale = 'en', leapSecond = 'reject' } = options;
  // A format with a mistake is left out here; the compiler reports it.
  const good = formats.filter((format) => formatFaults(format, needed).length === 0);
  return { formats: good, locale, leapSecond };
}

/** Reads by the first format that fits. Returns a Refusal if one fits except for its values. */
export function firstFit({ formats, locale, leapSecond }: TimeFormats) {
  const readers = formats.map((format) => formatReader(format, locale, leapSecond === 'clamp'));
  return (text: string): CivilTime | Refusal | undefined => {
    let answer: Refusal | undefined;
    for (const read of readers) {
      const time = read(text);
      if (typeof time === 'object') return time;
      if (time === 'range') answer = outOfRange;
    }
    return answer;
  };
}
