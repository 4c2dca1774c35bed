/** What the star shows of events, computed in the obvious way from all events of the files that are done. */
import type { KeyedDataset } from '../plan/types.ts';

/** An event, with its columns as JavaScript has them. */
export interface Event {
  readonly code: string;
  /** 'YYYY-MM-DD HH:MM:SS'. */
  readonly toldAt: string;
  readonly gone: boolean | null;
  readonly label: string | null;
  readonly kind: string;
  readonly size: number | null;
  readonly amount: number | null;
  readonly price: string;
}

/** The hash of an event's content, which decides between events that tie otherwise. */
export type HashOf = (event: Event) => string;

/** A row of the fact table as a text, with names in place of keys. A version ends with its range. */
export function lineOf(event: Event, ...range: (string | null)[]): string {
  const { code, toldAt, gone, label, kind, size, amount, price } = event;
  return JSON.stringify([code, toldAt, gone, label, kind, size, amount, price, ...range]);
}

/** The events of a file that is done, and its place among the snapshots: of two, the one with the greater is later. */
export interface FileEvents {
  readonly place: string;
  readonly events: readonly Event[];
}

/** The lines of the rows that the fact table must show, in no order. */
export function shownLines(dataset: KeyedDataset, files: readonly FileEvents[], hashOf: HashOf): string[] {
  if (dataset === 'stocks') return newest(files, hashOf);
  const events = files.flatMap((file) => file.events);
  const compare = (a: Event, b: Event) =>
    byBytes(a.toldAt, b.toldAt) || Number(isGone(a)) - Number(isGone(b)) || byBytes(hashOf(a), hashOf(b));
  return [...byKey(events).values()].flatMap((all) => {
    const sorted = all.toSorted(compare);
    if (dataset === 'tiers') return versions(sorted);
    const latest = sorted.at(-1)!;
    return isGone(latest) ? [] : [lineOf(latest)];
  });
}

/** Of each kind, the rows of the latest file that has rows of it; of two with one key, the one with the greater hash. */
function newest(files: readonly FileEvents[], hashOf: HashOf): string[] {
  const latest = new Map<string, string>();
  for (const { place, events } of files)
    for (const { kind } of events) if (byBytes(place, latest.get(kind) ?? '') > 0) latest.set(kind, place);
  const rows = files.flatMap(({ place, events }) => events.filter(({ kind }) => latest.get(kind) === place));
  const best = new Map<string, Event>();
  for (const event of rows) {
    const key = `${event.kind} ${event.code}`;
    const other = best.get(key);
    if (other === undefined || byBytes(hashOf(event), hashOf(other)) > 0) best.set(key, event);
  }
  return [...best.values()].map((event) => lineOf(event));
}

function byKey(events: readonly Event[]): Map<string, Event[]> {
  const keys = new Map<string, Event[]>();
  for (const event of events) {
    const same = keys.get(event.code);
    if (same === undefined) keys.set(event.code, [event]);
    else same.push(event);
  }
  return keys;
}

function isGone({ gone }: Event): boolean {
  return gone === true;
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of the greatest event at each instant: each that differs from the one before it in what is tracked. */
function versions(sorted: readonly Event[]): string[] {
  const moments = sorted.filter((event, n) => event.toldAt !== sorted[n + 1]?.toldAt);
  const heads = moments.filter((event, n) => n === 0 || tracked(event) !== tracked(moments[n - 1]));
  const price = moments.findLast((event) => !isGone(event))?.price ?? '';
  return heads.flatMap((event, n) =>
    isGone(event) ? [] : [lineOf({ ...event, price }, event.toldAt, heads[n + 1]?.toldAt ?? null)],
  );
}

function tracked(event: Event): string {
  return isGone(event) ? 'gone' : JSON.stringify([event.label, event.kind]);
}
