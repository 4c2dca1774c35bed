/**
 * Counts a loaded file again in every sink that it was loaded into: the rows in the star, and the footers of the
 * parts in the lake. (A file's receipt, in contrast, relies on what the sinks counted while they wrote.)
 */
import type pg from 'pg';
import { definitionOf, type StoredDefinition } from '../../ledger/definition.ts';
import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import type { Registry } from '../../model/registry.ts';
import { plural } from '../../platform/plural.ts';
import type { Sink } from '../../sinks/contract.ts';
import { type EventCounts, wrongTimes } from '../../sinks/postgres/events/index.ts';
import { currentEvents } from '../finalise/current-events.ts';
import { accountOf, type Check, countSinks } from '../finalise/reconcile.ts';

export interface AuditTools {
  readonly pool: pg.Pool;
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly sinks: readonly Sink[];
}

export interface Audit {
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

/**
 * Audits a file that is done. If the index of the star cannot tell the file's rows from others, the star is read
 * row by row.
 */
export async function auditFile(tools: AuditTools, file: LedgerFile): Promise<Audit> {
  const { pool, ledger, registry } = tools;
  const definition = await definitionOf(pool, registry, file);
  const [chunks, parts, rejectsByCode] = await Promise.all([
    ledger.chunks(file.fileId),
    ledger.parts(file.fileId),
    // The rejects of a replay went back to the file that they came from; its receipt says how many there were.
    (file.link === 'replays' && file.receipt?.rejectsByCode) || ledger.rejectCounts(file.fileId),
  ]);
  const [sinks] = await countSinks(tools.sinks, definition, [{ chunks, parts }], { recount: true });
  // Does not check whether the file itself still exists: archives are moved and emptied.
  const { fingerprint } = file;
  const { checks, counts } = accountOf({ file, chunks, parts, rejectsByCode, fingerprint, sinks });
  const { starRows, lakeRows } = counts;
  const chunkIds = chunks.map(({ chunkId }) => chunkId);
  const events = await currentEvents(tools, file, chunkIds);
  const times = await timesCheck(pool, definition, { chunkIds, seenAt: file.seenAt });
  const { fileId, dataset, name } = file;
  return { fileId, dataset, file: name, starRows, lakeRows, events, checks: [...checks, ...times] };
}

/** Whether rows were first seen and last changed when they say so; nothing where they do not say it. */
async function timesCheck(
  pool: pg.Pool,
  { star }: StoredDefinition,
  file: Parameters<typeof wrongTimes>[2],
): Promise<Check[]> {
  const wrong = star === null ? null : await wrongTimes(pool, star, file);
  if (wrong === null) return [];
  const { events, rows } = wrong;
  const detail = `${plural(events, 'event')} and ${plural(rows, 'row')} with other times than their files`;
  return [{ name: 'times in the star', ok: events + rows === 0, detail }];
}
