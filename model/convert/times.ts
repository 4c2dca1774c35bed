/** Converters for dates and timestamps whose formats the kernel does not read. */
import { RejectReason, type ZoneTable } from '../../kernel/types.ts';
import { type Converter, Refusal } from '../compiled.ts';
import { localToUtc } from '../zones.ts';
import { type CivilTime, formatReader } from './formats.ts';

const ambiguous = new Refusal(RejectReason.ambiguousTime);
const skipped = new Refusal(RejectReason.skippedTime);

/** The first format that fits. */
function firstFit(formats: readonly string[], locale: 'en' | 'ru'): (text: string) => CivilTime | undefined {
  const readers = formats.map((format) => formatReader(format, locale));
  return (text) => {
    for (const read of readers) {
      const time = read(text);
      if (time !== undefined) return time;
    }
    return undefined;
  };
}

/** Text → days since 1970-01-01. */
export function dateConverter(formats: readonly string[], locale: 'en' | 'ru'): Converter {
  const read = firstFit(formats, locale);
  return (text) => read(text)?.day;
}

/** Text → µs since the epoch (bigint), or why the local time has no such instant. */
export function timestampConverter(
  formats: readonly string[],
  locale: 'en' | 'ru',
  zone: ZoneTable,
): Converter {
  const read = firstFit(formats, locale);
  return (text) => {
    const time = read(text);
    if (time === undefined) return undefined;
    const local = time.day * 86_400 + time.second;
    const utc = time.offset === null ? localToUtc(zone, local) : local - time.offset;
    if (utc === 'ambiguous') return ambiguous;
    if (utc === 'skipped') return skipped;
    return BigInt(utc) * 1_000_000n + BigInt(time.micros);
  };
}
