/** What a dataset shows for a set of files, computed in the obvious way. */
import type { Event, EventFile } from './files.ts';
import type { Mode } from './modes.ts';

/** A row of the star, with names in place of keys. */
export interface Shown extends Event {
  /** Of a version. */
  readonly from?: string | null;
  readonly to?: string | null;
  /** When its key and its content were first seen. */
  readonly seen?: readonly [first: string, changed: string];
}

/** What the oracle takes from the product: its hashes, which break ties. The test checks that they tell contents apart. */
export interface Hashes {
  /** The hash of a row's content, in an order-preserving text. */
  readonly ofEvent: (event: Event) => string;
  /** The hash of a file's content. */
  readonly ofFile: (file: EventFile) => string;
  /** When the ledger first saw the file, in an order-preserving text. */
  readonly seenAt: (file: EventFile) => string;
}

/** Rejected rows never count. */
export function accepts(mode: Mode, event: Event): boolean {
  if (mode.hasKey && event.code === null && !mode.nullKeysEqual) return false;
  return !(mode.ordered && event.at === null);
}

export function shownOf(mode: Mode, files: readonly EventFile[], hashes: Hashes): Shown[] {
  return rowsOf(mode, files, hashes).map(({ event, row }) => ({
    ...row,
    seen: seenOf(mode, files, hashes, event),
  }));
}

/** A row that is shown, and the event that it is of. */
interface Row {
  readonly event: Event;
  readonly row: Shown;
}

function seenOf(mode: Mode, files: readonly EventFile[], hashes: Hashes, event: Event): [string, string] {
  const least = (having: readonly EventFile[]) => having.map(hashes.seenAt).sort()[0];
  const filesWith = (is: (other: Event) => boolean) =>
    files.filter(({ events }) => events.some((other) => accepts(mode, other) && is(other)));
  const content = JSON.stringify(event);
  const isKey = ({ area, code }: Event) => area === event.area && code === event.code;
  const isSame = (other: Event) => JSON.stringify(other) === content;
  const first = mode.hasKey
    ? filesWith((other) => isKey(other) && !(mode.deletes && other.gone))
    : filesWith(isSame);
  if (mode.kind !== 'snapshot') return [least(first), least(filesWith(isSame))];
  // Back from the newest snapshot of the area, as long as they have the same row.
  const back = holdersOf(mode, files, hashes, event.area);
  const other = back.findIndex(({ events }) => {
    const [greatest] = events.filter(isKey).sort((a, b) => compare(mode, hashes, b, a));
    return greatest === undefined || !isSame(greatest);
  });
  return [least(first), least(back.slice(0, other === -1 ? undefined : other).map(({ file }) => file))];
}

function rowsOf(mode: Mode, files: readonly EventFile[], hashes: Hashes): Row[] {
  if (mode.kind === 'snapshot') return snapshots(mode, files, hashes);
  const events = files.flatMap((file) => file.events).filter((event) => accepts(mode, event));
  const keyOf = (event: Event) =>
    mode.hasKey ? JSON.stringify([event.area, event.code]) : hashes.ofEvent(event);
  const greater = (a: Event, b: Event) => compare(mode, hashes, b, a);
  return [...grouped(events, keyOf).values()].flatMap((all) => {
    const sorted = [...all].sort(greater);
    if (mode.kind === 'history') return versions(sorted);
    if (mode.kind === 'dedupe') return [plain(sorted[mode.keepFirst ? sorted.length - 1 : 0])];
    const [greatest] = sorted;
    if (greatest.gone) return [];
    return [{ event: greatest, row: mode.keepNulls ? merged(sorted) : greatest }];
  });
}

function plain(event: Event): Row {
  return { event, row: event };
}

/** Order, then deletion, then the hash of the content. */
function compare(mode: Mode, hashes: Hashes, a: Event, b: Event): number {
  const byOrder = mode.ordered ? order(a.at!, b.at!) : 0;
  const byDeletion = mode.deletes ? Number(a.gone) - Number(b.gone) : 0;
  return byOrder || byDeletion || order(hashes.ofEvent(a), hashes.ofEvent(b));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

/** Of each column, the latest value since the last deletion that is not null. `sorted`: greatest first. */
function merged(sorted: readonly Event[]): Shown {
  const deletion = sorted.findIndex(({ gone }) => gone);
  const alive = deletion === -1 ? sorted : sorted.slice(0, deletion);
  const latest = <K extends keyof Event>(name: K) =>
    (alive.find((event) => event[name] !== null) ?? alive[0])[name];
  const [greatest] = alive;
  return { ...greatest, label: latest('label'), size: latest('size') };
}

/** `sorted`: greatest first. */
function versions(sorted: readonly Event[]): Row[] {
  const moments = [...grouped(sorted, ({ at }) => at!).values()].map(([greatest]) => greatest).reverse();
  const latest = moments.findLast(({ gone }) => !gone);
  const tracked = ({ label, kind }: Event) => JSON.stringify([label, kind]);
  const heads = moments.filter((event, m) => {
    const last = moments[m - 1];
    if (last === undefined) return true;
    return event.gone !== last.gone || (!event.gone && tracked(event) !== tracked(last));
  });
  return heads.flatMap((event, h) => {
    if (event.gone) return [];
    return [{ event, row: { ...event, price: latest!.price, from: event.at, to: heads[h + 1]?.at ?? null } }];
  });
}

/** For each area, the rows of the newest file that has rows of it. */
function snapshots(mode: Mode, files: readonly EventFile[], hashes: Hashes): Row[] {
  const areas = new Set(files.flatMap(({ events }) => events.map(({ area }) => area)));
  return [...areas].flatMap((area) => {
    const [newest] = holdersOf(mode, files, hashes, area);
    if (newest === undefined) return [];
    return [...grouped(newest.events, ({ code }) => String(code)).values()].map((same) =>
      plain([...same].sort((a, b) => compare(mode, hashes, b, a))[0]),
    );
  });
}

/** The files that have rows of the area, newest first, with these rows. */
function holdersOf(mode: Mode, files: readonly EventFile[], hashes: Hashes, area: number) {
  return files
    .map((file) => ({
      file,
      place: [mode.asOf!(file), hashes.ofFile(file)],
      events: file.events.filter((event) => event.area === area && accepts(mode, event)),
    }))
    .filter(({ events }) => events.length > 0)
    .sort((a, b) => order(b.place[0], a.place[0]) || order(b.place[1], a.place[1]));
}

/**
 * The labels that each member of the dimension may show: those of its events with the greatest order. Which of them, the
 * hash decides; all orders agree on it.
 */
export function labelsOf(events: readonly Event[]): Map<string, (string | null)[]> {
  const labels = new Map<string, (string | null)[]>();
  const ordered = events.filter(({ at }) => at !== null);
  for (const [kind, all] of grouped(ordered, (event) => event.kind)) {
    const latest = all
      .map(({ at }) => at!)
      .sort()
      .at(-1);
    labels.set(
      kind,
      all.filter(({ at }) => at === latest).map(({ label }) => label),
    );
  }
  return labels;
}
