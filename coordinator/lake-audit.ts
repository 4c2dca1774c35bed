/** Counts what is in the lake by asking the parts themselves. */
import type { Part, Storage } from '../platform/types.ts';

export interface LakeAudit {
  /** Rows by the parts' footers. */
  readonly rows: number;
  readonly bytes: number;
  /** Parts that are missing, of another size or unreadable, each in words. */
  readonly faults: readonly string[];
}

/** Parts asked at a time. */
const concurrency = 16;

/** Bytes read from a part's end first: more than nearly every footer has. */
const tailBytes = 16 * 1024;

/** Looks at every part of the manifest: it is there, of its size, and its footer counts its rows. */
export async function auditLake(lake: Storage, parts: readonly Part[]): Promise<LakeAudit> {
  const faults: string[] = [];
  let rows = 0;
  let bytes = 0;
  const queue = parts.values();
  const auditNext = async (): Promise<void> => {
    for (const part of queue) {
      const found = await auditPart(lake, part);
      if (found.fault !== null) faults.push(found.fault);
      rows += found.rows;
      bytes += found.bytes;
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, parts.length) }, auditNext));
  return { rows, bytes, faults: faults.sort() };
}

async function auditPart(
  lake: Storage,
  part: Part,
): Promise<{ rows: number; bytes: number; fault: string | null }> {
  const stored = await lake.stat(part.path);
  if (stored === null) return { rows: 0, bytes: 0, fault: `${part.path} is missing` };
  const { bytes } = stored;
  const fault = (reason: string) => ({ rows: 0, bytes, fault: `${part.path} ${reason}` });
  if (bytes !== part.bytes) return fault(`has ${bytes} bytes instead of ${part.bytes}`);
  try {
    const rows = await footerRows(lake, part);
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
