/** Checks that the lake contains what the manifest lists. */

import type { LedgerPart, Part } from '../../ledger/rows.ts';
import { plural } from '../../platform/plural.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';
import type { Storage, StoredObject } from '../../platform/storage/contract.ts';
import { rowsByChunk } from './shared/chunk-rows.ts';
import { footerBytes, readTail } from './shared/stored-part.ts';

export interface LakeAudit {
  /** Rows according to the manifest or, if they were read, to the footers of the parts. */
  readonly rows: number;
  readonly bytes: number;
  /** A message for each part that is missing, unreadable or of another size. */
  readonly faults: readonly string[];
}

/** Parts whose footers are read at the same time. */
const readAtATime = 16;

/** A part as the manifest lists it, perhaps shared with other chunks. */
export type PartToAudit = Part & Partial<Pick<LedgerPart, 'chunkId' | 'shared'>>;

/**
 * Checks that every part of the manifest exists and has the right size and, with `footers`, that its footer gives the
 * right number of rows. Of a part that chunks share, the rows of each chunk are counted then. Accounts of loaded files do without the footers, because the workers have counted the rows
 * that they wrote. An audit reads them.
 */
export async function auditLake(
  lake: Storage,
  parts: readonly PartToAudit[],
  options: { readonly footers: boolean },
): Promise<LakeAudit> {
  return (await auditLakeOf(lake, [parts], options))[0];
}

/** auditLake for many files, each with its parts. */
export async function auditLakeOf(
  lake: Storage,
  files: readonly (readonly PartToAudit[])[],
  { footers }: { readonly footers: boolean },
): Promise<LakeAudit[]> {
  const audits = files.map(() => ({ rows: 0, bytes: 0, faults: [] as string[] }));
  const parts = files.flatMap((parts, file) => parts.map((part) => ({ part, audit: audits[file] })));
  const there = await statsOf(
    lake,
    parts.map(({ part }) => part.path),
  );
  const shared = new Map<string, Promise<ReadonlyMap<number, number>>>();
  const add = (audit: (typeof audits)[number], found: PartAudit) => {
    if (found.fault !== null) audit.faults.push(found.fault);
    audit.rows += found.rows;
    audit.bytes += found.bytes;
  };
  if (footers) {
    await atATime(readAtATime, parts, async ({ part, audit }, i) =>
      add(audit, await readPart(lake, part, there[i], shared)),
    );
  } else {
    for (const [i, { part, audit }] of parts.entries()) add(audit, auditPart(part, there[i]));
  }
  for (const { faults } of audits) faults.sort();
  return audits;
}

/** In the order of `paths`. Each object is looked at once. */
async function statsOf(lake: Storage, paths: readonly string[]): Promise<(StoredObject | null)[]> {
  const distinct = [...new Set(paths)];
  const stats = await lake.stats(distinct);
  const found = new Map(distinct.map((path, i) => [path, stats[i]]));
  return paths.map((path) => found.get(path)!);
}

interface PartAudit {
  readonly rows: number;
  readonly bytes: number;
  readonly fault: string | null;
}

/** Checks a part by what the store reports about it. */
function auditPart(part: PartToAudit, stored: StoredObject | null): PartAudit {
  if (stored === null) return { rows: 0, bytes: 0, fault: `${part.path} is missing` };
  const expected = part.shared?.bytes ?? part.bytes;
  if (stored.bytes === expected) return { rows: part.rows, bytes: part.bytes, fault: null };
  const fault = `${part.path} has ${plural(stored.bytes, 'byte')} instead of ${expected}`;
  return { rows: 0, bytes: part.shared == null ? stored.bytes : 0, fault };
}

/** Like auditPart, and reads the footer. `shared`: what was read of parts that chunks share, by path. */
async function readPart(
  lake: Storage,
  part: PartToAudit,
  stored: StoredObject | null,
  shared: Map<string, Promise<ReadonlyMap<number, number>>>,
): Promise<PartAudit> {
  const audit = auditPart(part, stored);
  if (audit.fault !== null) return audit;
  const { bytes } = audit;
  try {
    const rows = part.shared == null ? await footerRows(lake, part) : await chunkRows(lake, part, shared);
    if (rows === part.rows) return audit;
    const of = part.shared == null ? '' : ` of chunk ${part.chunkId}`;
    return { rows, bytes, fault: `${part.path} has ${plural(rows, 'row')}${of} instead of ${part.rows}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    return { rows: 0, bytes, fault: `${part.path} cannot be read: ${reason}` };
  }
}

/** The rows of a chunk in a part that it shares. */
async function chunkRows(
  lake: Storage,
  { path, chunkId, shared }: PartToAudit,
  known: Map<string, Promise<ReadonlyMap<number, number>>>,
): Promise<number> {
  const counts = known.get(path) ?? rowsByChunk(lake, { path, bytes: shared!.bytes });
  known.set(path, counts);
  return (await counts).get(chunkId!) ?? 0;
}

/** Bytes to read from the end of a part at first. Nearly every footer is shorter. */
const tailBytes = 16 * 1024;

/** Reads num_rows of a Parquet file. Its end is the metadata, their length in 4 bytes (little-endian), and `PAR1`. */
async function footerRows(lake: Storage, part: Part): Promise<number> {
  let tail = await readTail(lake, part, tailBytes);
  const length = footerBytes(tail) + 8;
  if (length > tail.length) tail = await readTail(lake, part, length);
  const buffer = tail.buffer.slice(tail.byteOffset, tail.byteOffset + tail.byteLength) as ArrayBuffer;
  const { parquetMetadata } = await import('hyparquet');
  return Number(parquetMetadata(buffer).num_rows);
}
