/** Whether what the manifest says is in the lake. */
import { atATime } from '../platform/storage/at-a-time.ts';
import type { Part, Storage } from '../platform/types.ts';

export interface LakeAudit {
  /** Rows by the manifest or, where they were read, by the parts' footers. */
  readonly rows: number;
  readonly bytes: number;
  /** Parts that are missing, of another size or unreadable, each in words. */
  readonly faults: readonly string[];
}

/** Parts asked at a time. */
const concurrency = 16;

/** Bytes read from a part's end first: more than nearly every footer has. */
const tailBytes = 16 * 1024;

/**
 * Looks at every part of the manifest: it is there and of its size; with `footers`, its footer counts its rows.
 * What a worker has written it has counted, so an account does without; an audit does not take its word.
 */
export async function auditLake(
  lake: Storage,
  parts: readonly Part[],
  options: { readonly footers: boolean },
): Promise<LakeAudit> {
  return (await auditLakeOf(lake, [parts], options))[0];
}

/** The same for many files, each with its parts. */
export async function auditLakeOf(
  lake: Storage,
  files: readonly (readonly Part[])[],
  { footers }: { readonly footers: boolean },
): Promise<LakeAudit[]> {
  const audits = files.map(() => ({ rows: 0, bytes: 0, faults: [] as string[] }));
  const parts = files.flatMap((parts, file) => parts.map((part) => ({ part, audit: audits[file] })));
  await atATime(concurrency, parts, async ({ part, audit }) => {
    const found = await auditPart(lake, part, footers);
    if (found.fault !== null) audit.faults.push(found.fault);
    audit.rows += found.rows;
    audit.bytes += found.bytes;
  });
  for (const { faults } of audits) faults.sort();
  return audits;
}

async function auditPart(
  lake: Storage,
  part: Part,
  footers: boolean,
): Promise<{ rows: number; bytes: number; fault: string | null }> {
  const stored = await lake.stat(part.path);
  if (stored === null) return { rows: 0, bytes: 0, fault: `${part.path} is missing` };
  const { bytes } = stored;
  const fault = (reason: string) => ({ rows: 0, bytes, fault: `${part.path} ${reason}` });
  if (bytes !== part.bytes) return fault(`has ${bytes} bytes instead of ${part.bytes}`);
  try {
    const rows = footers ? await footerRows(lake, part) : part.rows;
    if (rows !== part.rows) return { ...fault(`has ${rows} rows instead of ${part.rows}`), rows };
    return { rows, bytes, fault: null };
  } catch (error) {
    return fault(`cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** num_rows of a Parquet file. Footer: metadata, its length in 4 bytes little-endian, `PAR1`. */
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
