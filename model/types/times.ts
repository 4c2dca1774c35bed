/** Converters for dates and timestamps whose formats the kernel does not read. */
import { RejectReason, type ZoneTable } from '../../kernel/types.ts';
import { type Converter, Refusal } from '../compiled.ts';
import { type CivilTime, formatReader } from './text-formats.ts';
import { isZone, localToUtc, zoneTable } from './zone-tables.ts';

const ambiguous = new Refusal(RejectReason.ambiguousTime);
const skipped = new Refusal(RejectReason.skippedTime);
const outOfRange = new Refusal(RejectReason.range);

export interface TimeFormats {
  readonly formats: readonly string[];
  readonly locale: 'en' | 'ru';
  readonly leapSecond: 'reject' | 'clamp';
}

/** By the first format that fits; a Refusal where one fits but for its values. */
function firstFit({ formats, locale, leapSecond }: TimeFormats) {
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

/** Text → days since 1970-01-01. */
export function dateConverter(formats: TimeFormats): Converter {
  const read = firstFit(formats);
  return (text) => {
    const time = read(text);
    return time instanceof Refusal ? time : time?.day;
  };
}

/** Text → µs since the epoch (bigint), or why the local time has no such instant. */
export function timestampConverter(formats: TimeFormats, zone: ZoneTable): Converter {
  const read = firstFit(formats);
  const zoneOf = zonesNamed(zone);
  return (text) => {
    const time = read(text);
    if (time === undefined || time instanceof Refusal) return time;
    const named = time.zone === null ? zone : zoneOf(time.zone);
    if (named === undefined) return undefined;
    const local = time.day * 86_400 + time.second;
    const utc = time.offset === null ? localToUtc(named, local) : local - time.offset;
    if (utc === 'ambiguous') return ambiguous;
    if (utc === 'skipped') return skipped;
    return BigInt(utc) * 1_000_000n + BigInt(time.micros);
  };
}

/** Names that are remembered, those of no zone among them: there are about 600 zones. */
const namesKept = 2000;

/** Zones that texts name, with the policies of the column; undefined for what is no zone. */
function zonesNamed({ ambiguous, skipped }: ZoneTable): (name: string) => ZoneTable | undefined {
  const known = new Map<string, ZoneTable | undefined>();
  return (name) => {
    if (!known.has(name)) {
      if (known.size >= namesKept) known.clear();
      known.set(name, isZone(name) ? zoneTable(name, { ambiguous, skipped }) : undefined);
    }
    return known.get(name);
  };
}
