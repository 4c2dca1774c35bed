/** Checks that the lake contains what the manifest lists. */

import type { Part } from '../../ledger/rows.ts';
import { plural } from '../../platform/plural.ts';
import { atATime } from '../../platform/storage/at-a-time.ts';
import type { Storage, StoredObject } from '../../platform/storage/contract.ts';

export interface LakeAudit {
  /** Rows according to the manifest or, if they were read, to the footers of the parts. */
  readonly rows: number;
  readonly bytes: number;
  /** A message for each part that is missing, unreadable or of another size. */
  readonly faults: readonly string[];
}

/** Parts whose footers are read at the same time. */
const readAtATime = 16;

/** Bytes to read from the end of a part at first. Nearly every footer is shorter. */
const tailBytes = 16 * 1024;

/**
 * Checks that every part of the manifest exists and has the right size and, with `footers`, that its footer gives the
 * right number of rows. Accounts of loaded files do without the footers, because the workers have counted the rows
 * that they wrote. An audit reads them.
 */
export async function auditLake(
  lake: Storage,
  parts: readonly Part[],
  options: { readonly footers: boolean },
): Promise<LakeAudit> {
  return (await auditLakeOf(lake, [parts], options))[0];
}

/** auditLake for many files, each with its parts. */
export async function auditLakeOf(
  lake: Storage,
  files: readonly (readonly Part[])[],
  { footers }: { readonly footers: boolean },
): Promise<LakeAudit[]> {
  const audits = files.map(() => ({ rows: 0, bytes: 0, faults: [] as string[] }));
  const parts = files.flatMap((parts, file) => parts.map((part) => ({ part, audit: audits[file] })));
  const there = await lake.stats(parts.map(({ part }) => part.path));
  const add = (audit: (typeof audits)[number], found: PartAudit) => {
    if (found.fault !== null) audit.faults.push(found.fault);
    audit.rows += found.rows;
    audit.bytes += found.bytes;
  };
  if (footers) {
    await atATime(readAtATime, parts, async ({ part, audit }, i) =>
      add(audit, await readPart(lake, part, there[i])),
    );
  } else {
    for (const [i, { part, audit }] of parts.entries()) add(audit, auditPart(part, there[i]));
  }
  for (const { faults } of audits) faults.sort();
  return audits;
}

interface PartAudit {
  readonly rows: number;
  readonly bytes: number;
  readonly fault: string | null;
}

/** Checks a part by what the store reports about it. */
function auditPart(part: Part, stored: StoredObject | null): PartAudit {
  if (stored === null) return { rows: 0, bytes: 0, fault: `${part.path} is missing` };
  const { bytes } = stored;
  if (bytes === part.bytes) return { rows: part.rows, bytes, fault: null };
  return { rows: 0, bytes, fault: `${part.path} has ${plural(bytes, 'byte')} instead of ${part.bytes}` };
}

/** Like auditPart, and reads the footer. */
async function readPart(lake: Storage, part: Part, stored: StoredObject | null): Promise<PartAudit> {
  const audit = auditPart(part, stored);
  if (audit.fault !== null) return audit;
  const { bytes } = audit;
  try {
    const rows = await footerRows(lake, part);
    if (rows === part.rows) return audit;
    return { rows, bytes, fault: `${part.path} has ${plural(rows, 'row')} instead of ${part.rows}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    return { rows: 0, bytes, fault: `${part.path} cannot be read: ${reason}` };
  }
}

/** Reads num_rows of a Parquet file. Its end is the metadata, their length in 4 bytes (little-endian), and `PAR1`. */
async function footerRows(lake: Storage, part: Part): Promise<number> {
  let tail = await readTail(lake, part, tailBytes);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const footerBytes = view.getUint32(tail.length - 8, true) + 8;
  if (footerBytes > tail.length) tail = await readTail(lake, part, footerBytes);
  const buffer = tail.buffer.slice(tail.byteOffset, tail.byteOffset + tail.byteLength) as ArrayBuffer;
  const { parquetMetadata } = await import('hyparquet');
  return Number(parquetMetadata(buffer).num_rows);
}

async function readTail(lake: Storage, part: Part, length: number): Promise<Uint8Array> {
  const start = Math.max(0, part.bytes - length);
  const tail = new Uint8Array(part.bytes - start);
  let filled = 0;
  for await (const bytes of lake.read(part.path, { start, end: part.bytes })) {
    tail.set(bytes, filled);
    filled += bytes.length;
  }
  return tail;
}
