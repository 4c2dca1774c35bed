/** Reads texts by the first of several formats that fits, for formats that the kernel does not read. */
import { RejectReason } from '../../../kernel/types.ts';
import type { ColumnOf, TimeFormat } from '../column-options.ts';
import { Refusal } from '../column-type.ts';
import { type FieldRules, formatFaults } from './format-faults.ts';
import type { Locale } from './months.ts';
import { type CivilTime, formatReader } from './text-formats.ts';

const outOfRange = new Refusal(RejectReason.range);
export const tooFine = new Refusal(RejectReason.fraction);
const noZone = new Refusal(RejectReason.zone);

/** Formats with their policies: part of the definition's version. */
export interface TimeFormats {
  readonly formats: readonly string[];
  readonly locale: Locale;
  /** The language of each format, if one differs from `locale`. */
  readonly locales?: readonly Locale[];
  readonly leapSecond: 'reject' | 'clamp';
  /** Default: 'reject'. */
  readonly fraction?: 'reject' | 'truncate';
}

/** A format without its language. */
export function formatOf(said: TimeFormat): string {
  return typeof said === 'string' ? said : said?.format;
}

/** The formats and policies of a column. `formats`: the formats to try. `needed`: fields that they must have. */
export function timeFormats(
  { options }: ColumnOf<{ readonly type: string }>,
  formats: readonly TimeFormat[],
  { needed }: FieldRules,
): TimeFormats {
  const { locale = 'en', leapSecond = 'reject', fraction } = options;
  // A format with a mistake is left out here; the compiler reports it.
  const good = formats.filter((said) => {
    const format = formatOf(said);
    return typeof format === 'string' && formatFaults(format, needed).length === 0;
  });
  const locales = good.map((said) => (typeof said === 'string' ? locale : said.locale));
  return {
    formats: good.map(formatOf),
    locale,
    ...(locales.some((one) => one !== locale) && { locales }),
    leapSecond,
    ...(fraction === 'truncate' && { fraction }),
  };
}

/**
 * Reads by the first format that fits. Returns a Refusal if one fits except for its values. `isZone`: whether the name
 * of a zone in a text is one.
 */
export function firstFit(
  { formats, locale, locales, leapSecond, fraction = 'reject' }: TimeFormats,
  isZone: (name: string) => boolean = () => false,
) {
  const readers = formats.map((format, i) =>
    formatReader(format, { locale: locales?.[i] ?? locale, leapSecond, fraction }),
  );
  return (text: string): CivilTime | Refusal | undefined => {
    let answer: Refusal | undefined;
    for (const read of readers) {
      const time = read(text);
      if (time === undefined) continue;
      if (time === 'range') answer = outOfRange;
      else if (time === 'fraction') answer = tooFine;
      else if (time.zone !== null && !isZone(time.zone)) answer = noZone;
      else return time;
    }
    return answer;
  };
}
