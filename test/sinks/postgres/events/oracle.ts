/** What a keyed dataset shows of a set of files, said as plainly as possible. */

/** An event as a file has it. `place`: where it is, unique. */
export interface Event {
  readonly place: string;
  readonly file: number;
  readonly chunkId: number;
  readonly row: number;
  readonly key: string;
  readonly order: number;
  readonly deleted: boolean;
  readonly hash: string;
  readonly tracked: string;
  readonly scope: string;
  /** The columns that people are shown: a value or null. `who_key`: 0 for null. */
  readonly a: string | null;
  readonly b: number | null;
  readonly who_key: number;
}

export interface OracleFile {
  readonly file: number;
  readonly asOf: string;
  readonly content: string;
  /** When it landed. */
  readonly seenAt: string;
  readonly events: readonly Event[];
}

export interface OracleMode {
  readonly kind: 'dedupe' | 'upsert' | 'keep' | 'history' | 'snapshot';
  readonly keep?: 'first' | 'last';
  readonly ordered: boolean;
  readonly deletes: boolean;
  readonly scoped?: boolean;
  readonly overwrite?: boolean;
  /** Rows say when they were first seen and last changed. */
  readonly seen?: boolean;
}

/** A row that is shown. Of a history with the order that it is valid from and to. */
export interface Shown {
  readonly key: string;
  readonly a: string | null;
  readonly b: number | null;
  readonly who_key: number;
  readonly from?: number;
  readonly to?: number | null;
  readonly first_seen?: string;
  readonly last_changed?: string;
}

export interface Expected {
  readonly shown: readonly Shown[];
  /** Identities of the events that are current. */
  readonly current: readonly string[];
}

export const identity = (e: Event) => [e.key, e.order, e.deleted, e.hash].join('|');

const compare = (a: string | number | boolean, b: string | number | boolean) => (a < b ? -1 : a > b ? 1 : 0);

/** The greater one is later. */
export function byRank(a: Event, b: Event): number {
  return compare(a.order, b.order) || compare(a.deleted, b.deleted) || compare(a.hash, b.hash);
}

function grouped<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group === undefined) groups.set(by(item), [item]);
    else group.push(item);
  }
  return groups;
}

const least = (times: readonly string[]) => [...times].sort()[0];

/** When the key of an event was first seen, and when its content was. */
function seenOf(event: Event, files: readonly OracleFile[]): Pick<Shown, 'first_seen' | 'last_changed'> {
  const having = (is: (other: Event) => boolean) =>
    least(files.filter(({ events }) => events.some(is)).map(({ seenAt }) => seenAt));
  return {
    first_seen: having((other) => other.scope === event.scope && other.key === event.key && !other.deleted),
    last_changed: having((other) => identity(other) === identity(event)),
  };
}

const plain = ({ key, a, b, who_key }: Event): Shown => ({ key, a, b, who_key });

export function expectedOf(mode: OracleMode, files: readonly OracleFile[]): Expected {
  if (mode.kind === 'snapshot') return snapshotOf(mode, files);
  const shown: Shown[] = [];
  const current: string[] = [];
  const events = files.flatMap((file) => file.events);
  for (const all of grouped(events, ({ key }) => key).values()) {
    const sorted = [...all].sort(byRank);
    if (mode.kind === 'history') {
      const versions = versionsOf(sorted, mode.overwrite === true);
      const alive = versions.current.filter(({ deleted }) => !deleted);
      shown.push(...versions.shown.map((row, i) => ({ ...row, ...(mode.seen && seenOf(alive[i], files)) })));
      current.push(...versions.current.map(identity));
      continue;
    }
    const best = mode.keep === 'first' ? sorted[0] : sorted[sorted.length - 1];
    current.push(identity(best));
    if (best.deleted) continue;
    const row = mode.kind === 'keep' ? keptOf(sorted) : plain(best);
    shown.push({ ...row, ...(mode.seen && seenOf(best, files)) });
  }
  return { shown, current };
}

/** Of each column the latest value after the last deletion. */
function keptOf(sorted: readonly Event[]): Shown {
  const after = sorted.slice(sorted.findLastIndex(({ deleted }) => deleted) + 1);
  const last = plain(after[after.length - 1]);
  return {
    ...last,
    a: after.findLast(({ a }) => a !== null)?.a ?? null,
    b: after.findLast(({ b }) => b !== null)?.b ?? null,
    who_key: after.findLast(({ who_key }) => who_key !== 0)?.who_key ?? 0,
  };
}

function versionsOf(sorted: readonly Event[], overwrite: boolean): { shown: Shown[]; current: Event[] } {
  const counting = sorted.filter((event, i) => sorted[i + 1]?.order !== event.order);
  const current: Event[] = [];
  let open: Event | null = null;
  for (const event of counting) {
    if (event.deleted ? open !== null : open === null || open.tracked !== event.tracked) current.push(event);
    open = event.deleted ? null : event;
  }
  const latest = counting.findLast(({ deleted }) => !deleted);
  const shown = current.flatMap((event, i): Shown[] => {
    if (event.deleted) return [];
    const row = { ...plain(event), from: event.order, to: current[i + 1]?.order ?? null };
    return [overwrite ? { ...row, b: latest!.b, who_key: latest!.who_key } : row];
  });
  return { shown, current };
}

function snapshotOf(mode: OracleMode, files: readonly OracleFile[]): Expected {
  const shown: Shown[] = [];
  const current: string[] = [];
  const scopes = new Set(files.flatMap(({ events }) => events.map(({ scope }) => scope)));
  scopes.add('');
  for (const scope of scopes) {
    // A file without scopes is complete for everything, also if it is empty.
    const having = files.filter(
      ({ events }) => scope === '' || events.some((event) => event.scope === scope),
    );
    const newest = [...having]
      .sort((x, y) => compare(x.asOf, y.asOf) || compare(x.content, y.content))
      .at(-1);
    const parts = having.filter(({ asOf, content }) => asOf === newest?.asOf && content === newest.content);
    const events = parts.flatMap((part) => part.events.filter((event) => event.scope === scope));
    for (const all of grouped(events, ({ key }) => key).values()) {
      const best = [...all].sort((x, y) => compare(x.hash, y.hash)).at(-1)!;
      const times = mode.seen && { ...seenOf(best, files), last_changed: lastChange(best, scope, having) };
      shown.push({ ...plain(best), ...times });
      current.push(identity(best));
    }
  }
  return { shown, current };
}

/** The least time of the snapshots since the last one that lacks the row or has another one of its key. */
function lastChange(row: Event, scope: string, having: readonly OracleFile[]): string {
  const snapshots = [...grouped(having, ({ asOf, content }) => `${asOf} ${content}`)].sort(([a], [b]) =>
    compare(b, a),
  );
  const times: string[] = [];
  for (const [, parts] of snapshots) {
    const same = parts.flatMap(({ events, seenAt }) =>
      events
        .filter((event) => event.scope === scope && event.key === row.key)
        .map((event) => ({ event, seenAt })),
    );
    const greatest = same
      .map(({ event }) => event.hash)
      .sort()
      .at(-1);
    if (greatest !== row.hash) break;
    times.push(...same.filter(({ event }) => event.hash === row.hash).map(({ seenAt }) => seenAt));
  }
  return least(times);
}
