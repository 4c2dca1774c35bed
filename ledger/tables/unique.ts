/**
 * Keys of unique rules, as the ledger keeps them (ddl/migrations/0008-unique.sql, 0011-unique-runs.sql).
 *
 *   (chunks) ─▶ keyed, one by one ─▶ settled: repeats are known, all other rows have their keys
 *                 └───────────────────┴─▶ forgotten, when the file fails or is undone
 */
import type pg from 'pg';
import { toJson } from '../json.ts';
import { type LedgerChunk, type LedgerFile, placeInUnpacked, toChunk } from '../rows.ts';
import { type Client, count, run } from '../statements/run.ts';
import { unsettleFiles } from './rules.ts';

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
  readonly firstFile: number;
  readonly firstName: string;
  /** 1-based; 0 where it is not known. */
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
    firstFile: row.first_file,
    firstName: row.name,
    firstLine: row.first_line,
  }));
}

/** Forgets the repeats of a chunk, in its transaction: they are rejects now. */
export async function dropRepeats(client: pg.ClientBase, chunkId: number): Promise<void> {
  await run(client, 'unique/drop-repeats', [chunkId]);
}

/** How the facts of a star show the keys of a rule, in SQL. */
export interface FactKeys {
  /** The fact table, which is `f` in what follows. */
  readonly facts: string;
  /** Joins of the dimensions that have a part of the key. */
  readonly joins: string;
  /** The key of a fact. */
  readonly key: string;
  /** True for facts that have a key. */
  readonly condition: string;
}

/** Notes the keys of files that were loaded before there was the rule, from their facts. */
export async function noteFactKeys(
  client: pg.ClientBase,
  ruleId: number,
  fileIds: readonly number[],
  { facts, joins, key, condition }: FactKeys,
): Promise<void> {
  await client.query(
    `insert into landfall.unique_key (rule_id, key, file_id, chunk_id, byte_offset, line)
     select $1, ${key}, c.file_id, c.chunk_id, -1, 0
     from ${facts} f join landfall.chunk c on c.chunk_id = f.chunk_id ${joins}
     where c.file_id = any($2) and ${condition}`,
    [ruleId, fileIds],
  );
}

/** Waits until no other file of the dataset settles; none does until the caller's transaction ends. */
export async function lockSettling(client: pg.ClientBase, dataset: string): Promise<void> {
  await run(client, 'unique/lock-settling', [settleLock, dataset]);
}

/** What decides which rows of a file repeat a key. */
export interface Settling {
  readonly fileId: number;
  readonly firstChunk: number;
  readonly lastChunk: number;
  /** In the order in which they are applied. `star`: keys of other files count too. */
  readonly rules: readonly { readonly ruleId: number; readonly scope: 'star' | 'file' }[];
  /** Other files whose keys do not count. */
  readonly without: readonly number[];
}

/** Notes which rows of a file repeat a key, and keeps the keys of the others. All its chunks must be keyed. */
export async function findRepeats(client: pg.ClientBase, settling: Settling): Promise<void> {
  const { fileId, firstChunk, lastChunk, rules, without } = settling;
  const idsOf = (of: typeof rules) => of.map(({ ruleId }) => ruleId);
  const ruleIds = idsOf(rules);
  const starRules = idsOf(rules.filter(({ scope }) => scope === 'star'));
  const fileRules = idsOf(rules.filter(({ scope }) => scope === 'file'));
  await run(client, 'unique/hold-run', [fileId]);
  const range = [fileId, firstChunk, lastChunk] as const;
  if (ruleIds.length === 1) {
    await run(client, 'unique/find-repeats-of-one', [...range, ruleIds[0], starRules, without]);
  } else {
    await run(client, 'unique/find-repeats-of-many', [...range, ruleIds, starRules, without]);
  }
  await run(client, 'unique/keep-keys', [...range, starRules, fileRules]);
}

/** Drops and merges the dataset's tables of keys, so that a key is looked up in few. Requires lockSettling. */
export async function tidyRuns(client: pg.ClientBase, dataset: string): Promise<void> {
  await run(client, 'unique/tidy-runs', [dataset]);
}

/** Forgets the keys of files, in the transaction in which they fail or are undone. */
export async function forgetKeys(client: pg.ClientBase, fileIds: readonly number[]): Promise<void> {
  const rows = await run(client, 'unique/keyed-files', [fileIds]);
  for (const { file_id: fileId, first_chunk: first, last_chunk: last } of rows) {
    await run(client, 'unique/drop-keys', [fileId, first, last]);
    await run(client, 'unique/drop-file-repeats', [[fileId]]);
    await unsettleFiles(client, [fileId]);
    await run(client, 'unique/drop-dead-runs', [settleLock, fileId]);
  }
}
