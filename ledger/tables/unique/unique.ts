/**
 * Keys of unique rules within a file, as the ledger keeps them (ddl/migrations/0008-unique.sql,
 * 0022-unique-in-a-file.sql).
 *
 *   (chunks) ─▶ keyed, one by one ─▶ settled: repeats are known, and the keys are forgotten
 *                 └─▶ forgotten, when the file fails
 */
import type pg from 'pg';
import { toJson } from '../../json.ts';
import { type LedgerChunk, type LedgerFile, placeInUnpacked, toChunk } from '../../rows.ts';
import { type Client, count, run } from '../../statements/run.ts';
import { unsettleFile } from './rules.ts';

/** First key of the locks under which a dataset's files settle; the second is the dataset. */
const settleLock = 0x1a4df414;

/** A file of at least this many bytes has its keys in a table of its own, which gets its index at the end. */
const runBytes = 256 * 1024;

/** A chunk whose keys are to be noted: what it takes to read it. */
export interface UnkeyedChunk extends LedgerChunk {
  /** Of a compressed file: the chunk's place in what that unpacks to. */
  readonly unpacked?: { readonly start: number; readonly end: number };
}

/** A row that repeats a key, and the row that has it. */
export interface Repeat {
  readonly byteOffset: number;
  readonly ruleId: number;
  /** 1-based, in the same file. */
  readonly firstLine: number;
}

/** The number of a rule, by what it is about. With other columns, types or scope it is another rule. */
export async function uniqueRule(client: Client, dataset: string, about: unknown): Promise<number> {
  for (;;) {
    const [row] = await run(client, 'unique/unique-rule', [dataset, toJson(about)]);
    // None where another transaction is just adding it.
    if (row !== undefined) return row.rule_id;
  }
}

/** What the tables of keys have in common: their schema, and the columns of a key, in the order of a COPY. */
export const keyTables = {
  schema: 'landfall',
  columns: ['rule_id', 'key', 'file_id', 'chunk_id', 'byte_offset', 'line'],
} as const;

/** The name of the table that takes the keys of a file. */
export async function keyTable(client: Client, file: LedgerFile): Promise<string> {
  if (file.bytes >= runBytes) await run(client, 'unique/open-run', [file.fileId, file.dataset]);
  const [row] = await run(client, 'unique/keys-of', [file.fileId]);
  return row.table_name;
}

/** Chunks of the file whose keys are not noted yet, in order. */
export async function unkeyedChunks(client: Client, fileId: number): Promise<UnkeyedChunk[]> {
  return (await run(client, 'unique/unkeyed-chunks', [fileId])).map((row) => {
    const unpacked = placeInUnpacked(row);
    return { ...toChunk(row), ...(unpacked && { unpacked }) };
  });
}

/** Whether the chunk's keys are noted. */
export async function isKeyed(client: Client, chunkId: number): Promise<boolean> {
  return (await count(client, 'unique/keyed-chunk', [chunkId])) === 1;
}

/** Ends the transaction that notes a chunk's keys. False: they are noted already or not needed; roll back. */
export async function markKeyed(client: pg.ClientBase, fileId: number, chunkId: number): Promise<boolean> {
  return (await count(client, 'unique/mark-keyed', [chunkId, fileId])) === 1;
}

/** Repeats of a chunk past the byte offset `after`, in order, at most `limit`. */
export async function chunkRepeats(
  client: Client,
  chunkId: number,
  after: number,
  limit: number,
): Promise<Repeat[]> {
  const rows = await run(client, 'unique/chunk-repeats', [chunkId, after, limit]);
  return rows.map((row) => ({
    byteOffset: row.byte_offset,
    ruleId: row.rule_id,
    firstLine: row.first_line,
  }));
}

/** Forgets the repeats of a chunk, in its transaction: they are rejects now. */
export async function dropRepeats(client: pg.ClientBase, chunkId: number): Promise<void> {
  await run(client, 'unique/drop-repeats', [chunkId]);
}

/** Waits until no other file of the dataset settles; none does until the caller's transaction ends. */
export async function lockSettling(client: pg.ClientBase, dataset: string): Promise<void> {
  await run(client, 'unique/lock-settling', [settleLock, dataset]);
}

/** A file whose keys are all noted, and its unique rules. */
export interface Settling {
  readonly fileId: number;
  readonly firstChunk: number;
  readonly lastChunk: number;
  /** In the order in which they are applied. */
  readonly ruleIds: readonly number[];
}

/** Notes which rows of a file repeat a key. All its chunks must be keyed. */
export async function findRepeats(client: pg.ClientBase, settling: Settling): Promise<void> {
  const { fileId, firstChunk, lastChunk, ruleIds } = settling;
  await run(client, 'unique/hold-run', [fileId]);
  const range: [number, number, number] = [fileId, firstChunk, lastChunk];
  if (ruleIds.length === 1) await run(client, 'unique/find-repeats-of-one', [...range, ruleIds[0]]);
  else await run(client, 'unique/find-repeats-of-many', [...range, ruleIds]);
  await run(client, 'unique/drop-keys', range);
}

/** Drops the dataset's tables of keys that are no longer needed. Requires lockSettling. */
export async function tidyRuns(client: pg.ClientBase, dataset: string): Promise<void> {
  await run(client, 'unique/tidy-runs', [dataset]);
}

/** Forgets the keys of files, in the transaction in which they fail or are undone. */
export async function forgetKeys(client: pg.ClientBase, fileIds: readonly number[]): Promise<void> {
  const rows = await run(client, 'unique/keyed-files', [fileIds]);
  for (const { file_id: fileId, first_chunk: first, last_chunk: last } of rows) {
    await run(client, 'unique/drop-keys', [fileId, first, last]);
    await run(client, 'unique/drop-file-repeats', [fileId]);
    await unsettleFile(client, fileId);
    await run(client, 'unique/drop-dead-runs', [settleLock, fileId]);
  }
}
