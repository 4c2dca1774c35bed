/**
 * Random files of events. A run has many sets of events that have nothing to do with each other: every key belongs to
 * one area, and each area is a set of its own. So a few files make hundreds of cases.
 */
import { createHash } from 'node:crypto';
import { randomFrom } from '../../../support/random.ts';

/** A row of a file. A null `code` is a null key, a null `at` is a null order. */
export interface Event {
  readonly area: number;
  readonly code: string | null;
  readonly at: string | null;
  readonly gone: boolean;
  readonly label: string | null;
  readonly size: number | null;
  readonly amount: number;
  readonly price: string;
  readonly kind: string;
}

/** Content that lands under a name. A name may have two versions, of which the second replaces the first. */
export interface EventFile {
  readonly name: string;
  readonly version: number;
  readonly events: readonly Event[];
  /** The file lacks the column `size`, whose values are then null. */
  readonly lacksSize: boolean;
}

/** What the generator made of each kind that an implementation may get wrong. */
export interface Made {
  ties: number;
  copies: number;
  copiesWithin: number;
  late: number;
  deletions: number;
  nullKeys: number;
  nullOrders: number;
  repeatsWithin: number;
}

/** A whole number from 0 up to, but not including, `sides`. */
export type Dice = (sides: number) => number;

export function diceOf(seed: string): Dice {
  return randomFrom(createHash('sha256').update(seed).digest().readUInt32LE()).below;
}

const instants = Array.from({ length: 6 }, (_, day) => `2024-03-0${day + 1} 12:00:00`);

/** `names`: the names of the files; each but the last is of one version. */
export function makeFiles(
  seed: string,
  { areas, names, withSize }: { areas: number; names: readonly string[]; withSize?: boolean },
): EventFile[] {
  const dice = diceOf(seed);
  const versions = [...names.map((name) => ({ name, version: 1 })), { name: names.at(-1)!, version: 2 }];
  const before: Event[][] = Array.from({ length: areas }, () => []);
  return versions.map(({ name, version }, f) => {
    const lacksSize = withSize !== true && f % 3 === 2;
    const events: Event[] = [];
    for (let area = 0; area < areas; area++) {
      for (let n = dice(5); n > 0; n--) {
        const earlier = before[area];
        const copy = earlier.length > 0 && dice(5) === 0 ? earlier[dice(earlier.length)] : null;
        const event = copy ?? makeEvent(dice, area);
        const fitting = lacksSize ? { ...event, size: null } : event;
        events.push(fitting);
        earlier.push(fitting);
      }
    }
    return { name, version, events, lacksSize };
  });
}

function makeEvent(dice: Dice, area: number): Event {
  return {
    area,
    code: dice(12) === 0 ? null : `k${area}-${dice(3)}`,
    at: dice(25) === 0 ? null : instants[dice(instants.length)],
    gone: dice(5) === 0,
    label: [null, 'red', 'green', 'blau "x"'][dice(4)],
    size: [null, 1, 2, 3][dice(4)],
    amount: [0.1, 0.2, 0.3, 1e15, -0.1, 7][dice(6)],
    price: ['0.10', '19.99', '-3.50'][dice(3)],
    kind: ['a', 'b', 'c'][dice(3)],
  };
}

const header = ['area', 'code', 'at', 'gone', 'label', 'size', 'amount', 'price', 'kind'] as const;

/** The file as CSV. Columns are in another order in every other file. */
export function csvOf({ events, lacksSize, version }: EventFile): string {
  const names = header.filter((name) => !(lacksSize && name === 'size'));
  const columns = version % 2 === 0 ? [...names].reverse() : names;
  const cell = (value: Event[keyof Event]) => {
    const text = value === null ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = events.map((event) => columns.map((name) => cell(event[name])).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

/** Counts what is in the files, in the order in which they are listed. */
export function countMade(files: readonly EventFile[]): Made {
  const made: Made = {
    ...{ ties: 0, copies: 0, copiesWithin: 0, late: 0 },
    ...{ deletions: 0, nullKeys: 0, nullOrders: 0, repeatsWithin: 0 },
  };
  const seen = new Map<string, { latest: string; contents: Set<string>; instants: Set<string> }>();
  for (const { events } of files) {
    const here = new Set<string>();
    const contentsHere = new Set<string>();
    for (const event of events) {
      if (event.gone) made.deletions++;
      if (event.code === null) made.nullKeys++;
      if (event.at === null) made.nullOrders++;
      const key = `${event.area} ${event.code}`;
      const content = JSON.stringify(event);
      const at = event.at ?? '';
      const known = seen.get(key) ?? { latest: '', contents: new Set(), instants: new Set() };
      seen.set(key, known);
      if (here.has(key)) made.repeatsWithin++;
      if (contentsHere.has(content)) made.copiesWithin++;
      else if (known.contents.has(content)) made.copies++;
      else if (known.instants.has(at)) made.ties++;
      if (at < known.latest) made.late++;
      here.add(key);
      contentsHere.add(content);
      known.contents.add(content);
      known.instants.add(at);
      if (at > known.latest) known.latest = at;
    }
  }
  return made;
}
