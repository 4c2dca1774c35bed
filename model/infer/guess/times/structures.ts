/** The ways in which the times of a column are written, and which of its texts are times. */
import { dayFromCivil } from '../../../enrich/calendar.ts';
import { foldedMonth } from '../../../types/temporal/months.ts';
import { type ColumnValues, digitRuns } from '../column-values.ts';
import { monthsNamed } from './names.ts';
import { type Layout, layoutOf, type Part } from './shape-layout.ts';

export type Kind = 'date' | 'timestamp' | 'time';

/** Texts that one format reads, or one for each language. */
export interface Structure {
  readonly kind: Kind;
  readonly layouts: readonly Layout[];
  readonly texts: readonly string[];
  readonly rows: number;
  /** Folded names of months. */
  readonly months: ReadonlySet<string>;
  /** Numbers at the places x, y and z, which are parts of a day. */
  readonly places: Readonly<Record<Place, PlaceFacts>> | null;
}

export type Place = 'x' | 'y' | 'z';

export interface PlaceFacts {
  least: number;
  most: number;
  /** Texts in which it is too large for a month, with the first of them. */
  beyondMonth: number;
  example: string;
}

interface Growing extends Structure {
  readonly layouts: Layout[];
  readonly texts: string[];
  rows: number;
  readonly months: Set<string>;
}

/** The structures of a column, and the texts that have none. */
export function structuresIn(values: ColumnValues): { structures: Structure[]; others: string[] } {
  const byKey = new Map<string, Growing>();
  const others: string[] = [];
  for (const group of values.shapes) {
    const layout = group.shape === '' ? null : layoutOf(group);
    if (layout === null) {
      for (const text of group.texts) others.push(text);
      continue;
    }
    const structure = byKey.get(layout.key) ?? grow(layout);
    byKey.set(layout.key, structure);
    structure.layouts.push(layout);
    structure.rows += group.rows;
    for (const text of group.texts) structure.texts.push(text);
    for (const part of layout.parts) {
      if (part.kind !== 'field' || part.name !== 'monthName') continue;
      for (const word of group.words[(part as { word: number }).word])
        structure.months.add(foldedMonth(word));
    }
    if (structure.places !== null) measure(structure.places, layout, group.texts);
  }
  return { structures: [...byKey.values()].sort((a, b) => b.rows - a.rows), others };
}

function grow(layout: Layout): Growing {
  const { has } = layout;
  const clock = has.has('hour') || has.has('hour12');
  const day = has.has('year') || has.has('compact') || has.has('shortYear') || has.has('x');
  const fact = (): PlaceFacts => ({ least: Number.POSITIVE_INFINITY, most: 0, beyondMonth: 0, example: '' });
  return {
    kind: !day ? 'time' : clock ? 'timestamp' : 'date',
    layouts: [],
    texts: [],
    rows: 0,
    months: new Set(),
    places: has.has('x') ? { x: fact(), y: fact(), z: fact() } : null,
  };
}

const runs = new Int32Array(16);

function runOf(parts: readonly Part[], name: string): number {
  for (const part of parts) if (part.kind === 'field' && part.name === name) return part.run;
  return -1;
}

/** Adds what texts show of the places x, y and z. */
function measure(places: Record<Place, PlaceFacts>, { parts }: Layout, texts: readonly string[]): void {
  const at = (['x', 'y', 'z'] as const).map((name) => [places[name], runOf(parts, name)] as const);
  for (const text of texts) {
    digitRuns(text, runs);
    for (const [facts, run] of at) {
      if (run < 0) continue;
      const value = runs[run];
      if (value < facts.least) facts.least = value;
      if (value > facts.most) facts.most = value;
      if (value <= 12) continue;
      if (facts.beyondMonth++ === 0) facts.example = text;
    }
  }
}

/** The parts of a day at x, y and z. */
export type Order = readonly ('year' | 'shortYear' | 'month' | 'day')[];

/** Fields of one or two digits. */
export type ShortField = 'month' | 'day' | 'hour' | 'hour12';

export interface Valid {
  /** The least number of each field that may have one digit: below 10 it shows whether a 0 is put before it. */
  readonly least: Readonly<Record<ShortField, number>>;
  /** Texts with a second 60. */
  readonly leap: boolean;
  readonly invalid: readonly string[];
  /** All times are midnight, on a clock of 24 hours. */
  readonly midnight: boolean;
}

/** Which texts of a structure are no day or no time that there is. */
export function validate({ texts, layouts }: Structure, order: Order | null): Valid {
  const { parts } = layouts[0];
  const named = (name: string, place: string) => {
    const at = order?.indexOf(name as Order[number]) ?? -1;
    return at >= 0 ? runOf(parts, 'xyz'[at]) : runOf(parts, place);
  };
  const year = named('year', 'year');
  const shortYear = named('shortYear', 'shortYear');
  const month = named('month', 'month');
  const day = named('day', 'day');
  const compact = runOf(parts, 'compact');
  const [hour, hour12, minute, second] = ['hour', 'hour12', 'minute', 'second'].map((n) => runOf(parts, n));
  const compactHour = layouts.some((layout) =>
    layout.parts.some((part) => part.kind === 'field' && part.name === 'hour' && part.digits > 2),
  );
  const hasOffset = parts.some((part) => part.kind === 'field' && part.name === 'offset');
  const monthWord = parts.find((part) => part.kind === 'field' && part.name === 'monthName');
  const invalid: string[] = [];
  let leap = false;
  let midnight = true;
  const shorts = [month, day, hour, hour12];
  const least = [99, 99, 99, 99];
  for (const text of texts) {
    digitRuns(text, runs);
    for (let i = 0; i < 4; i++) if (shorts[i] >= 0) least[i] = Math.min(least[i], runs[shorts[i]]);
    const clock = compactHour ? compactClock(runs[hour], layouts) : clockOf(hour, hour12, minute, second);
    if (clock === leapClock) leap = true;
    else if (clock > 0) midnight = false;
    let valid = clock >= 0 && !(hasOffset && noOffset.test(text));
    if (compact >= 0) valid &&= isCompactDay(runs[compact]);
    else if (year >= 0 || shortYear >= 0) {
      const short = shortYear < 0 ? 0 : runs[shortYear];
      const full = year >= 0 ? runs[year] : short + (short < 70 ? 2000 : 1900);
      const inMonth = day < 0 ? 1 : runs[day];
      const number = monthWord === undefined ? runs[month] : inMonth <= 28 ? 1 : monthIn(text);
      valid &&= full > 0 && isDay(full, number, inMonth);
    }
    if (!valid) invalid.push(text);
  }
  const [leastMonth, leastDay, leastHour, leastHour12] = least;
  return {
    leap,
    invalid,
    midnight,
    least: { month: leastMonth, day: leastDay, hour: leastHour, hour12: leastHour12 },
  };
}

/** Hours and minutes that no offset has. */
const noOffset = /[+-](\d\d:?[6-9]\d|(2[4-9]|[3-9]\d)(:?\d\d)?)\D*$/;

/** What `clockOf` returns for a leap second: no second of a day. */
const leapClock = 86_400;

/** The second of the day or of its half, -1 if there is none, `leapClock` for a leap second. */
function clockOf(hour: number, hour12: number, minute: number, second: number): number {
  if (hour < 0 && hour12 < 0) return 0;
  const hours = hour >= 0 ? runs[hour] : runs[hour12];
  const minutes = minute < 0 ? 0 : runs[minute];
  const seconds = second < 0 ? 0 : runs[second];
  if (minutes > 59 || seconds > 60) return -1;
  if (hour >= 0 ? hours > 23 : hours < 1 || hours > 12) return -1;
  return seconds === 60 ? (minutes === 59 ? leapClock : -1) : hours * 3600 + minutes * 60 + seconds;
}

/** As clockOf, for HHmm and HHmmss. */
function compactClock(clock: number, layouts: readonly Layout[]): number {
  const four = layouts[0].parts.some(
    (part) => part.kind === 'field' && part.name === 'hour' && part.digits === 4,
  );
  const seconds = four ? clock * 100 : clock;
  const [h, m, s] = [Math.trunc(seconds / 10_000), Math.trunc(seconds / 100) % 100, seconds % 100];
  return h > 23 || m > 59 || s > 59 ? -1 : h * 3600 + m * 60 + s;
}

const monthLengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > monthLengths[month - 1]) return false;
  return day < 29 || dayFromCivil(year, month, day) !== undefined;
}

function isCompactDay(digits: number): boolean {
  const year = Math.trunc(digits / 10_000);
  return year >= 1 && isDay(year, Math.trunc(digits / 100) % 100, digits % 100);
}

/** The month that a text names, in any language; NaN if none. */
function monthIn(text: string): number {
  for (const [word] of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const found = monthsNamed(word);
    if (found !== undefined) return [...found.values()][0];
  }
  return Number.NaN;
}
