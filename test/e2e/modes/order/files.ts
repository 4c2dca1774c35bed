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

/** The dataset of the events, or the one that shares a dimension with it. */
export type Owner = 'events' | 'visits';

/** How a file differs from the definition. */
export interface Differences {
  /** The file lacks the column `size`, whose values are then null. */
  readonly lacksSize: boolean;
  /** It has a column that the definition does not have. */
  readonly unknown: boolean;
  /** The columns are in another order. */
  readonly reordered: boolean;
  /** The label is under its alias. */
  readonly renamed: boolean;
  /** Fields are separated by semicolons, and lines end with CR LF. */
  readonly dialect: boolean;
}

/** Content that lands under a name. A name may have two versions, of which the second replaces the first. */
export interface EventFile {
  readonly owner: Owner;
  readonly name: string;
  readonly version: number;
  readonly events: readonly Event[];
  readonly differs: Differences;
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
  /** Members of the shared dimension that both datasets name. */
  sharedMembers: number;
  /** Members whose latest label is an event of the other dataset. */
  lentLabels: number;
}

/** How many files differ in each way. */
export type Drifted = Record<keyof Differences, number>;

/** A whole number from 0 up to, but not including, `sides`. */
export type Dice = (sides: number) => number;

export function diceOf(seed: string): Dice {
  return randomFrom(createHash('sha256').update(seed).digest().readUInt32LE()).below;
}

const days = Array.from({ length: 7 }, (_, day) => `2024-03-0${day + 1} 12:00:00`);
/** Visits are late in the week, so that many of them give a member its label. */
const instants: Readonly<Record<Owner, readonly string[]>> = {
  events: days.slice(0, 6),
  visits: days.slice(4),
};

/** Each way in which a file may differ comes up in any six files, alone and together with others. */
function differencesOf(f: number): Differences {
  return {
    lacksSize: f % 3 === 2,
    unknown: f % 3 === 1,
    reordered: f % 2 === 1,
    renamed: f % 4 === 2,
    dialect: f % 4 === 3,
  };
}

/** `names`: the names of the files; each but the last is of one version. */
export function makeFiles(
  seed: string,
  { owner, areas, names }: { owner: Owner; areas: number; names: readonly string[] },
): EventFile[] {
  const dice = diceOf(seed);
  const versions = [...names.map((name) => ({ name, version: 1 })), { name: names.at(-1)!, version: 2 }];
  const before: Event[][] = Array.from({ length: areas }, () => []);
  return versions.map(({ name, version }, f) => {
    const differs = differencesOf(f);
    const events: Event[] = [];
    for (let area = 0; area < areas; area++) {
      for (let n = dice(5); n > 0; n--) {
        const earlier = before[area];
        const copy = earlier.length > 0 && dice(5) === 0 ? earlier[dice(earlier.length)] : null;
        const event = copy ?? makeEvent(dice, owner, area);
        const fitting = differs.lacksSize ? { ...event, size: null } : event;
        events.push(fitting);
        earlier.push(fitting);
      }
    }
    return { owner, name, version, events, differs };
  });
}

function makeEvent(dice: Dice, owner: Owner, area: number): Event {
  const at = instants[owner];
  return {
    area,
    code: dice(12) === 0 ? null : `k${area}-${dice(3)}`,
    at: dice(25) === 0 ? null : at[dice(at.length)],
    gone: dice(5) === 0,
    label: [null, 'red', 'green', 'blau "x"'][dice(4)],
    size: [null, 1, 2, 3][dice(4)],
    amount: [0.1, 0.2, 0.3, 1e15, -0.1, 7][dice(6)],
    price: ['0.10', '19.99', '-3.50'][dice(3)],
    // Each member of the dimension has events of a few areas.
    kind: `${['a', 'b', 'c'][dice(3)]}${area % 20}`,
  };
}

const header = ['area', 'code', 'at', 'gone', 'label', 'size', 'amount', 'price', 'kind'] as const;

/** The file as CSV. */
export function csvOf({ events, differs }: EventFile): string {
  const names = header.filter((name) => !(differs.lacksSize && name === 'size'));
  const columns = differs.reordered ? [...names].reverse() : names;
  const [delimiter, lineEnd] = differs.dialect ? [';', '\r\n'] : [',', '\n'];
  const line = (values: readonly (string | number | boolean | null)[], place: string) => {
    const cells = values.map((value) => {
      const text = value === null ? '' : String(value);
      return /[",;\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    });
    return `${(differs.unknown ? [place, ...cells] : cells).join(delimiter)}${lineEnd}`;
  };
  const heads = columns.map((name) => (differs.renamed && name === 'label' ? 'Beschriftung' : name));
  const rows = events.map((event, n) =>
    line(
      columns.map((name) => event[name]),
      `row ${n}`,
    ),
  );
  return [line(heads, 'remark'), ...rows].join('');
}

export function countDrifted(files: readonly EventFile[]): Drifted {
  const drifted: Drifted = { lacksSize: 0, unknown: 0, reordered: 0, renamed: 0, dialect: 0 };
  for (const { differs } of files)
    for (const way of Object.keys(drifted) as (keyof Drifted)[]) drifted[way] += Number(differs[way]);
  return drifted;
}

/** Counts what is in the files, in the order in which they are listed. */
export function countMade(all: readonly EventFile[]): Made {
  const files = all.filter(({ owner }) => owner === 'events');
  const made: Made = {
    ...{ ties: 0, copies: 0, copiesWithin: 0, late: 0 },
    ...{ deletions: 0, nullKeys: 0, nullOrders: 0, repeatsWithin: 0 },
    ...countShared(files, all),
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

function countShared(files: readonly EventFile[], all: readonly EventFile[]) {
  const [own, lent] = [latestOf(files), latestOf(all.filter(({ owner }) => owner === 'visits'))];
  const shared = [...own.keys()].filter((kind) => lent.has(kind));
  const lentLabels = shared.filter((kind) => lent.get(kind)! > own.get(kind)!);
  return { sharedMembers: shared.length, lentLabels: lentLabels.length };
}

/** Of each member, the greatest order of its events. */
function latestOf(files: readonly EventFile[]): Map<string, string> {
  const latest = new Map<string, string>();
  for (const { kind, at } of files.flatMap(({ events }) => events))
    if ((at ?? '') > (latest.get(kind) ?? '')) latest.set(kind, at!);
  return latest;
}
