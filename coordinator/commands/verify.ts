/**
 * Counts loaded files again in every sink that they were loaded into: the rows in the star, and the footers of the
 * parts in the lake. (A file's receipt, in contrast, relies on what the sinks counted while they wrote.)
 *
 * Many files take as many statements as one, and one listing of each partition.
 */
import type pg from 'pg';
import { definitionOf, type StoredDefinition } from '../../ledger/definition.ts';
import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import {
  type FileChunks,
  type FileOutput,
  families,
  filesAndChunks,
  partsAndRejects,
} from '../../ledger/tables/groups.ts';
import type { Registry } from '../../model/registry.ts';
import { plural } from '../../platform/plural.ts';
import type { Sink } from '../../sinks/contract.ts';
import {
  type EventCounts,
  eventsByChunk,
  sumOfEvents,
  wrongTimes,
} from '../../sinks/postgres/events/index.ts';
import { accountOf, type Check, countSinks } from '../finalise/reconcile.ts';

export interface VerifyTools {
  readonly pool: pg.Pool;
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly sinks: readonly Sink[];
}

export interface Verified {
  readonly fileId: number;
  readonly dataset: string;
  readonly file: string;
  /** Rows found in the star; null if the file was loaded without one. */
  readonly starRows: number | null;
  /** Rows found in the lake. */
  readonly lakeRows: number;
  /** The rows in the star by whether they are current; null where they are no events. */
  readonly events: EventCounts | null;
  readonly checks: readonly Check[];
}

/** A file with what the ledger says of it. */
export type Recorded = FileChunks & FileOutput;

/** Verifies a file that is done. */
export async function verifyFile(tools: VerifyTools, file: LedgerFile): Promise<Verified> {
  const [verified] = await verifyFiles(tools, [file.fileId]);
  return verified;
}

/**
 * Verifies files, in the order of their numbers. Those that are not done are left out, as are those that stop being done
 * meanwhile: what was counted of them means nothing. If the index of the star cannot tell the rows of these files from
 * others, the star is read row by row.
 */
export async function verifyFiles(tools: VerifyTools, fileIds: readonly number[]): Promise<Verified[]> {
  const found = await verifyAll(tools, fileIds);
  const broken = found.filter(isBroken).map(({ fileId }) => fileId);
  if (broken.length === 0) return found;
  // Whatever ended or undid them has been committed by now: what differs still is wrong.
  const again = await verifyAll(tools, broken);
  const still = new Map(again.map((one) => [one.fileId, one]));
  return found.flatMap((one) => (isBroken(one) ? (still.get(one.fileId) ?? []) : one));
}

/** Whether something about the file differs. */
export function isBroken({ checks }: Pick<Verified, 'checks'>): boolean {
  return checks.some(({ ok }) => !ok);
}

async function verifyAll(tools: VerifyTools, fileIds: readonly number[]): Promise<Verified[]> {
  const { pool, registry } = tools;
  const files = (await filesAndChunks(pool, fileIds)).filter(({ file }) => file.state === 'done');
  const doneIds = files.map(({ file }) => file.fileId);
  const [outputs, together] = await Promise.all([
    partsAndRejects(pool, doneIds),
    togetherChecks(pool, doneIds),
  ]);
  const byVersion = new Map<string, Recorded[]>();
  for (const [i, one] of files.entries()) {
    const version = `${one.file.dataset} ${one.file.definitionVersion}`;
    const known = byVersion.get(version) ?? [];
    byVersion.set(version, known);
    known.push({ ...one, ...outputs[i] });
  }
  const verified: Verified[] = [];
  for (const group of byVersion.values())
    verified.push(...(await verifyRecorded(tools, await definitionOf(pool, registry, group[0].file), group)));
  return verified
    .map((one) => ({ ...one, checks: [...one.checks, ...(together.get(one.fileId) ?? [])] }))
    .sort((a, b) => a.fileId - b.fileId);
}

/** Verifies files that were loaded with this definition. */
export async function verifyRecorded(
  { pool, sinks }: Pick<VerifyTools, 'pool' | 'sinks'>,
  definition: StoredDefinition,
  files: readonly Recorded[],
): Promise<Verified[]> {
  const counted = await countSinks(sinks, definition, files, { recount: true });
  const times = await timesChecks(pool, definition, files);
  const { star } = definition;
  const allChunks = files.flatMap(chunkIdsOf);
  const events = star?.keyed ? await eventsByChunk(pool, star, allChunks) : null;
  return files.map((one, i) => {
    const { file, chunks, parts } = one;
    const { fileId, dataset, name, fingerprint } = file;
    // The rejects of a replay went back to the file that they came from; its receipt says how many there were.
    const rejectsByCode = (file.link === 'replays' && file.receipt?.rejectsByCode) || one.rejectsByCode;
    // Does not check whether the file itself still exists: archives are moved and emptied.
    const account = accountOf({ file, chunks, parts, rejectsByCode, fingerprint, sinks: counted[i] });
    const { starRows, lakeRows } = account.counts;
    return {
      ...{ fileId, dataset, file: name, starRows, lakeRows },
      events: events && sumOfEvents(events, chunkIdsOf(one)),
      checks: [...account.checks, ...(times.get(fileId) ?? [])],
    };
  });
}

function chunkIdsOf({ chunks }: FileChunks): number[] {
  return chunks.map(({ chunkId }) => chunkId);
}

/** Whether files are done in all datasets that they were loaded into. No check for those that belong to one. */
async function togetherChecks(pool: pg.Pool, fileIds: readonly number[]): Promise<Map<number, Check[]>> {
  const checks = new Map<number, Check[]>();
  for (const family of await families(pool, fileIds)) {
    const ok = family.every(({ state }) => state === 'done');
    const detail = family
      .map(({ fileId, dataset, state }) => `${dataset} (file ${fileId}) ${state}`)
      .join(', ');
    for (const { fileId } of family) checks.set(fileId, [{ name: 'done in every dataset', ok, detail }]);
  }
  return checks;
}

/** Whether rows were first seen and last changed when they say so. No check where they do not say it. */
async function timesChecks(
  pool: pg.Pool,
  { star }: StoredDefinition,
  files: readonly Recorded[],
): Promise<Map<number, Check[]>> {
  const times = files.map((one) => ({ chunkIds: chunkIdsOf(one), seenAt: one.file.seenAt }));
  const all = star === null ? null : await wrongTimes(pool, star, times);
  if (star === null || all === null) return new Map();
  // Asked of each file only where some of them is wrong.
  const areRight = all.events + all.rows === 0;
  const checks = new Map<number, Check[]>();
  for (const [i, { file }] of files.entries()) {
    const { events, rows } = areRight ? all : (await wrongTimes(pool, star, [times[i]]))!;
    const detail = `${plural(events, 'event')} and ${plural(rows, 'row')} with other times than their files`;
    checks.set(file.fileId, [{ name: 'times in the star', ok: events + rows === 0, detail }]);
  }
  return checks;
}
