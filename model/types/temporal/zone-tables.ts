/**
 * Time zones as tables of transitions, for the kernel. Intl knows the rules but takes about 1 µs per query. The
 * table is built once per zone, from 12,000 to 17,000 queries.
 */
import type { ZoneTable } from '../../../kernel/types.ts';
import { lastAtOrBefore } from '../../../kernel/zones.ts';

export interface ZonePolicy {
  readonly ambiguous: ZoneTable['ambiguous'];
  readonly skipped: ZoneTable['skipped'];
}

/** Years that a table covers. The nearest offset applies outside. */
const firstYear = 1900;
const lastYear = 2100;
/**
 * Seconds between two queries: less than the shortest time for which a zone has kept an offset (7 days: Brazil in
 * 2000). For years to come there are only rules, so the step is longer: the shortest is a month (Morocco's Ramadan).
 */
const pastStep = 5 * 86400;
const futureStep = 14 * 86400;
const futureBegins = Date.UTC(2030, 0, 1) / 1000;
/** Nearly all changes lie on full quarters of an hour. */
const gridSeconds = 900;

interface Transitions {
  readonly utc: Float64Array;
  readonly offset: Int32Array;
}

const cache = new Map<string, Transitions>();

/** True if Intl knows the zone. */
export function isZone(zone: string): boolean {
  // Most zones are this one, and the first question to Intl takes a tenth of a second.
  if (zone === 'UTC') return true;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** IANA names of three letters that are not abbreviations. */
const shortNames = ['UTC', 'GMT', 'UCT', 'PRC', 'ROC', 'ROK'];

/**
 * The IANA name that a text means. undefined: there is no such zone, or the text is an abbreviation, which several
 * zones share (IST, CST), or which does not say whether it is summer (EST, CET).
 */
export function zoneInText(text: string): string | undefined {
  const upper = text.toUpperCase();
  if (upper === 'Z') return 'UTC';
  if (/^[A-Z]{3}$/.test(upper) && !shortNames.includes(upper)) return undefined;
  return isZone(text) ? text : undefined;
}

/** A function from seconds since the epoch to seconds east of UTC. Intl writes GMT, GMT-05:00 or GMT-04:56:02. */
function offsetReader(zone: string): (utc: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (utc) => {
    const text = format.format(utc * 1000);
    const offset = text.slice(text.indexOf('GMT') + 3);
    if (offset === '') return 0;
    const [hours, minutes, seconds = 0] = offset.slice(1).split(':').map(Number);
    const east = hours * 3600 + minutes * 60 + seconds;
    return offset.startsWith('+') ? east : -east;
  };
}

/** First multiple of `grid` (or `high`) in (low, high] at which the offset is no longer `before`. */
function bisect(
  offsetAt: (utc: number) => number,
  before: number,
  low: number,
  high: number,
  grid: number,
): number {
  let from = Math.floor(low / grid);
  let to = Math.ceil(high / grid);
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offsetAt(middle * grid) === before) from = middle;
    else to = middle;
  }
  return Math.min(high, to * grid);
}

/** First second in (low, high] at which the offset is no longer `before`, the offset at `low`. */
function changeBetween(offsetAt: (utc: number) => number, before: number, low: number, high: number): number {
  const onGrid = bisect(offsetAt, before, low, high, gridSeconds);
  if (offsetAt(onGrid - 1) === before) return onGrid;
  return bisect(offsetAt, before, Math.max(low, onGrid - gridSeconds), onGrid, 1);
}

const utcOnly: Transitions = {
  utc: Float64Array.of(Number.MIN_SAFE_INTEGER),
  offset: Int32Array.of(0),
};

function findTransitions(zone: string): Transitions {
  if (zone === 'UTC') return utcOnly;
  if (new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone === 'UTC')
    return utcOnly;
  const offsetAt = offsetReader(zone);
  const end = Date.UTC(lastYear, 0, 1) / 1000;
  let at = Date.UTC(firstYear, 0, 1) / 1000;
  let known = offsetAt(at);
  const utc = [Number.MIN_SAFE_INTEGER];
  const offset = [known];
  while (at < end) {
    const next = at + (at < futureBegins ? pastStep : futureStep);
    const found = offsetAt(next);
    if (found === known) {
      at = next;
      continue;
    }
    at = changeBetween(offsetAt, known, at, next);
    known = offsetAt(at);
    utc.push(at);
    offset.push(known);
  }
  return { utc: Float64Array.from(utc), offset: Int32Array.from(offset) };
}

function transitionsOf(zone: string): Transitions {
  let transitions = cache.get(zone);
  if (transitions === undefined) {
    transitions = findTransitions(zone);
    cache.set(zone, transitions);
  }
  return transitions;
}

/** Queries Intl when first read: most processes that compile a dataset read none of its times. */
class LazyZoneTable implements ZoneTable {
  readonly zone: string;
  readonly ambiguous: ZoneTable['ambiguous'];
  readonly skipped: ZoneTable['skipped'];

  constructor(zone: string, { ambiguous, skipped }: ZonePolicy) {
    this.zone = zone;
    this.ambiguous = ambiguous;
    this.skipped = skipped;
  }

  get utc(): Float64Array {
    return transitionsOf(this.zone).utc;
  }

  get offset(): Int32Array {
    return transitionsOf(this.zone).offset;
  }
}

/**
 * The zone's transitions, 1900–2099, with the policy for local times that happened twice or never. The transitions
 * are computed when they are first read, and shared by all tables of the zone.
 */
export function zoneTable(zone: string, policy: ZonePolicy): ZoneTable {
  return new LazyZoneTable(zone, policy);
}

/** Intervals [from, to) of local seconds since 1970-01-01T00:00 that clocks showed twice. */
export function ambiguousIntervals(table: ZoneTable): { from: Float64Array; to: Float64Array } {
  const from: number[] = [];
  const to: number[] = [];
  for (let i = 1; i < table.utc.length; i++) {
    if (table.offset[i] >= table.offset[i - 1]) continue;
    from.push(table.utc[i] + table.offset[i]);
    to.push(table.utc[i] + table.offset[i - 1]);
  }
  return { from: Float64Array.from(from), to: Float64Array.from(to) };
}

/** Seconds east of UTC at the instant `utc` (seconds). */
export function offsetAt(table: ZoneTable, utc: number): number {
  return table.offset[lastAtOrBefore(table.utc, utc)];
}

/**
 * The instant (seconds, UTC) at which the zone's clocks show `local` (seconds since 1970-01-01T00:00). The table's
 * policy decides if they show it twice or never. If it rejects the time, returns the reason.
 */
export function localToUtc(table: ZoneTable, local: number): number | 'ambiguous' | 'skipped' {
  const last = lastAtOrBefore(table.utc, local + 86_400);
  let first = lastAtOrBefore(table.utc, local - 86_400);
  const found: number[] = [];
  // The intervals before and after the local time, in case it was skipped.
  let before = first;
  for (; first <= last; first++) {
    const utc = local - table.offset[first];
    if (lastAtOrBefore(table.utc, utc) === first) found.push(utc);
    if (table.utc[first] + table.offset[first] <= local) before = first;
  }
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    if (table.ambiguous === 'reject') return 'ambiguous';
    return table.ambiguous === 'earlier' ? Math.min(...found) : Math.max(...found);
  }
  if (table.skipped === 'reject') return 'skipped';
  const [earlier, later] = [local - table.offset[before + 1], local - table.offset[before]];
  return table.skipped === 'earlier' ? earlier : later;
}
