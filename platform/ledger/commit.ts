/** The last statements of a chunk's transaction. */
import type pg from 'pg';
import type { RowCounts } from '../progress.ts';
import { sql } from '../sql.ts';
import type { Part } from '../types.ts';
import type { LedgerReject } from './rows.ts';

/** Rejects and whose they are. */
export interface ChunkRejects {
  readonly chunkId: number;
  readonly fileId: number;
  readonly definitionVersion: string;
  readonly rejects: readonly LedgerReject[];
}

export interface ChunkCommit extends ChunkRejects {
  /** As claimChunk gave it. */
  readonly claim: number;
  readonly rows: RowCounts;
  readonly parts: readonly Part[];
}

/** Rejects in one statement: at 8 KiB of raw text each, 16 MiB at most. */
const rejectsPerStatement = 2000;

/** See Ledger.commitChunk. */
export async function commitChunk(client: pg.ClientBase, commit: ChunkCommit): Promise<boolean> {
  const { chunkId, fileId, claim, rows, parts } = commit;
  const counts = [rows.parsed, rows.loaded, rows.rejected, rows.deduplicated];
  const fenced = await client.query(sql('commit-chunk'), [chunkId, fileId, claim, ...counts, parts.length]);
  if (fenced.rowCount !== 1) return false;
  if (parts.length > 0) {
    const columns = [parts.map((p) => p.path), parts.map((p) => p.rows), parts.map((p) => p.bytes)];
    await client.query(sql('add-parts'), [chunkId, fileId, ...columns]);
  }
  await addRejects(client, commit);
  return true;
}

/** See Ledger.addRejects. */
export async function addRejects(client: pg.ClientBase, chunk: ChunkRejects): Promise<void> {
  for (let start = 0; start < chunk.rejects.length; start += rejectsPerStatement) {
    const rejects = chunk.rejects.slice(start, start + rejectsPerStatement);
    await client.query(sql('add-rejects'), [
      chunk.fileId,
      chunk.chunkId,
      chunk.definitionVersion,
      rejects.map((reject) => reject.byteOffset),
      rejects.map((reject) => reject.byteLength),
      rejects.map((reject) => reject.line),
      rejects.map((reject) => reject.column),
      rejects.map((reject) => reject.code),
      rejects.map((reject) => storable(reject.message)),
      rejects.map((reject) => storable(reject.raw)),
    ]);
  }
}

/** PostgreSQL's text holds every character but NUL; it is shown as the symbol for it. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u2400') : text;
}
