/** Random files of events, and counts of what is in them. */
import { randomFrom } from '../../../support/random.ts';
import { byRank, type Event, identity, type OracleFile, type OracleMode } from './oracle.ts';
import { chunkOf, uuid } from './world.ts';

export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  return randomFrom(seed).below;
}

/** What must have happened often enough for a test to mean something. */
export const kinds = [
  'tie',
  'identical in two files',
  'key twice in a file',
  'null key',
  'deletion',
  'deletion first',
  'reinsertion',
  'late',
  'null value',
  'empty file',
] as const;
export type Counts = Record<(typeof kinds)[number], number>;

export const noCounts = (): Counts => Object.fromEntries(kinds.map((kind) => [kind, 0])) as Counts;

/** `keys`: how many. Few orders and few contents, so that everything meets. */
export function randomFiles(
  random: Random,
  mode: OracleMode,
  { files, keys, first }: { files: number; keys: number; first: number },
): OracleFile[] {
  const made: OracleFile[] = [];
  for (let n = 0; n < files; n++) {
    const file = first + n;
    const events: Event[] = [];
    const size = file % 5 === 0 ? 0 : 1 + random(keys * 2);
    for (let i = 0; i < size; i++) {
      const earlier = made.length > 0 ? made[random(made.length)].events : [];
      const chunkId = chunkOf(file, random(3));
      const at = { file, chunkId, row: i, place: `${chunkId}/${i}` };
      if (earlier.length > 0 && random(6) === 0) events.push({ ...earlier[random(earlier.length)], ...at });
      else events.push({ ...randomEvent(random, mode, keys), ...at });
    }
    const asOf = `2026-01-${String(1 + random(6)).padStart(2, '0')}T00:00:00Z`;
    // One in four corrects rows of another one, and so is a part of its snapshot.
    const corrects = mode.kind === 'snapshot' && n > 0 && random(4) === 0 ? made[random(n)] : null;
    const { content } = corrects ?? { content: uuid(`content ${file}`) };
    const seenAt = `2026-02-${String(1 + ((file * 5) % 9)).padStart(2, '0')}T00:00:00.000Z`;
    made.push({ file, asOf: corrects?.asOf ?? asOf, content, seenAt, events });
  }
  return made;
}

function randomEvent(
  random: Random,
  mode: OracleMode,
  keys: number,
): Omit<Event, 'file' | 'chunkId' | 'row' | 'place'> {
  const scope = mode.scoped ? `s${random(4)}` : '';
  const number = random(keys);
  const key = number === 0 ? 'null' : `k${number}`;
  const order = mode.ordered ? random(7) : 0;
  const deleted = mode.deletes && random(5) === 0;
  const a = random(3) === 0 ? null : `a${random(3)}`;
  const b = random(3) === 0 ? null : random(3);
  const who_key = random(3);
  const content = [scope, key, order, deleted, a, b, who_key].join();
  return { key, order, deleted, hash: uuid(content), tracked: `${a}`, scope, a, b, who_key };
}

/** Adds what the files have, in the order in which they were applied. */
export function count(counts: Counts, files: readonly OracleFile[]): void {
  const seen = new Map<string, Event[]>();
  for (const { events } of files) {
    if (events.length === 0) counts['empty file']++;
    const inFile = new Set<string>();
    for (const event of events) {
      const { key, scope } = event;
      const of = seen.get(`${scope}/${key}`) ?? [];
      seen.set(`${scope}/${key}`, [...of, event]);
      if (inFile.has(`${scope}/${key}`)) counts['key twice in a file']++;
      inFile.add(`${scope}/${key}`);
      if (key === 'null') counts['null key']++;
      if (event.deleted) counts.deletion++;
      if (event.deleted && of.length === 0) counts['deletion first']++;
      if (event.a === null || event.b === null || event.who_key === 0) counts['null value']++;
      if (of.some((other) => other.file !== event.file && identity(other) === identity(event)))
        counts['identical in two files']++;
      if (
        of.some(
          (other) =>
            other.order === event.order && other.deleted === event.deleted && other.hash !== event.hash,
        )
      )
        counts.tie++;
      if (of.some((other) => other.file !== event.file && byRank(other, event) > 0)) counts.late++;
      if (!event.deleted && of.some((other) => other.deleted && other.order < event.order))
        counts.reinsertion++;
    }
  }
}
