/**
 * Keys of unique rules, as the ledger keeps them (ddl/migrations/0008-unique.sql, 0011-unique-runs.sql).
 *
 *   (chunks) ─▶ keyed, one by one ─▶ settled: repeats known, other rows hold their keys
 *                 └───────────────────┴─▶ forgotten, when the file fails or is undone
 */
import type pg from 'pg';
import { type LedgerChunk, type LedgerFile, type Row, toChunk } from './rows.ts';
import { sql } from './sql.ts';

type Client = pg.Pool | pg.ClientBase;

/** First key of the locks under which a dataset's files settle; the second is the dataset. */
export const settleLock = 0x1a4df414;

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
  readonly firstFile: number;
  readonly firstName: string;
  /** 1-based; 0 where it is not known. */
  readonly firstLine: number;
}

/** The number of a rule, by what it is about. Another columns, type or scope is another rule. */
export async function uniqueRule(client: Client, dataset: string, about: unknown): Promise<number> {
  for (;;) {
    const { rows } = await client.query(sql('unique/unique-rule'), [dataset, JSON.stringify(about)]);
    // Empty when somebody else is just adding it.
    if (rows.length > 0) return rows[0].rule_id;
  }
}

/** The table, in schema landfall, that takes the keys of a file. */
export async function keyTable(client: Client, file: LedgerFile): Promise<string> {
  if (file.bytes >= runBytes) await client.query(sql('unique/open-run'), [file.fileId, file.dataset]);
  const { rows } = await client.query(sql('unique/keys-of'), [file.fileId]);
  return rows[0].table_name;
}

/** Chunks of the file whose keys are not noted yet, in order. */
export async function unkeyedChunks(client: Client, fileId: number): Promise<UnkeyedChunk[]> {
  return (await client.query(sql('unique/unkeyed-chunks'), [fileId])).rows.map((row: Row) => {
    const { unpacked_start: start, unpacked_end: end } = row;
    return {
      ...toChunk(row),
      ...(start !== null && { unpacked: { start: Number(start), end: Number(end) } }),
    };
  });
}

export async function isKeyed(client: Client, chunkId: number): Promise<boolean> {
  return (await client.query(sql('unique/keyed-chunk'), [chunkId])).rowCount === 1;
}

/** Ends the transaction that notes a chunk's keys; false when that must be rolled back: nobody needs them. */
export async function markKeyed(client: pg.ClientBase, fileId: number, chunkId: number): Promise<boolean> {
  return (await client.query(sql('unique/mark-keyed'), [chunkId, fileId])).rowCount === 1;
}

/** Repeats of a chunk past the byte offset `after`, in order, at most `limit`. */
export async function chunkRepeats(
  client: Client,
  chunkId: number,
  after: number,
  limit: number,
): Promise<Repeat[]> {
  const { rows } = await client.query(sql('unique/chunk-repeats'), [chunkId, after, limit]);
  return rows.map((row: Row) => ({
    byteOffset: Number(row.byte_offset),
    ruleId: row.rule_id,
    firstFile: row.first_file,
    firstName: row.name,
    firstLine: Number(row.first_line),
  }));
}

/** Files that fail or are undone have no keys any more. In the transaction that takes them out. */
export async function forgetKeys(client: pg.ClientBase, fileIds: readonly number[]): Promise<void> {
  const { rows } = await client.query(sql('unique/keyed-files'), [fileIds]);
  for (const { file_id: fileId, first_chunk: first, last_chunk: last } of rows) {
    await client.query(sql('unique/drop-keys'), [fileId, first, last]);
    await client.query(sql('unique/drop-file-repeats'), [[fileId]]);
    await client.query(sql('rules/unsettle-files'), [[fileId]]);
    await client.query(sql('unique/drop-dead-runs'), [settleLock, fileId]);
  }
}
