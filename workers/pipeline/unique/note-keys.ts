/**
 * Notes the keys of a file's chunks, for every row that no other rule rejects. All chunks must be noted before the
 * first is loaded, because any row of the file may be the first one with its key. A worker that is about to load a
 * chunk notes the chunks that no other worker is noting, and waits for the rest.
 */
import type pg from 'pg';
import type { Kernel } from '../../../kernel/types.ts';
import type { LedgerFile } from '../../../ledger/ledger.ts';
import {
  isKeyed,
  keyTable,
  keyTables,
  markKeyed,
  type UnkeyedChunk,
  unkeyedChunks,
} from '../../../ledger/tables/unique/unique.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { convertFallbacks } from '../../../model/enrich/fallback.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { type FactCopy, openFactCopy } from '../../../sinks/postgres/facts/fact-copy.ts';
import { Slots } from '../../slots.ts';
import type { Stopwatch } from '../../stopwatch.ts';
import { openChunk } from '../chunk-source.ts';
import { RowFitter } from '../fit-rows.ts';
import { readChunk } from '../read-batches.ts';
import { batchKeys } from './batch-keys.ts';

/** What a worker provides for noting a chunk's keys. */
export interface KeyTools {
  readonly pool: pg.Pool;
  readonly lake: Storage;
  readonly kernel: Kernel;
  readonly stopwatch: Stopwatch;
  readonly signal: AbortSignal;
}

/** How many times to wait for the process that notes a chunk, before noting the chunk here as well. */
const waitsMost = 8;

/** Resolves when the keys of all chunks are noted, or the file is no longer being loaded. */
export async function noteKeys(
  dataset: CompiledDataset,
  ruleIds: readonly number[],
  file: LedgerFile,
  tools: KeyTools,
): Promise<void> {
  let table: string | null = null;
  for (let waits = 0; ; ) {
    const chunks = await unkeyedChunks(tools.pool, file.fileId);
    if (chunks.length === 0) return;
    table ??= await keyTable(tools.pool, file);
    let noted = 0;
    for (const chunk of chunks) {
      tools.signal.throwIfAborted();
      const insist = waits >= waitsMost && chunk === chunks[0];
      const outcome = await noteChunk(dataset, ruleIds, file, chunk, { table, insist }, tools);
      if (outcome === 'obsolete') return;
      if (outcome === 'noted') noted += 1;
    }
    if (noted > 0) waits = 0;
    else {
      waits += 1;
      await waitForOther(tools.pool, chunks[0].chunkId);
    }
  }
}

/** The first key of the advisory locks under which a chunk's keys are noted. The second is the chunk. */
const noteLock = 0x1a4df413;

/** If the process freezes, the server rolls back after this time. */
const frozen = '30s';

type Outcome = 'noted' | 'busy' | 'obsolete';

/**
 * `table` takes the keys. `insist`: note the chunk even if another process is noting it, which may be frozen. Keys
 * that are noted twice count once.
 */
function noteChunk(
  dataset: CompiledDataset,
  ruleIds: readonly number[],
  file: LedgerFile,
  chunk: UnkeyedChunk,
  { table, insist }: { readonly table: string; readonly insist: boolean },
  tools: KeyTools,
): Promise<Outcome> {
  const rollback = new RolledBack();
  return inTransaction(tools.pool, async (client): Promise<Outcome> => {
    const lock = await client.query('select pg_try_advisory_xact_lock($1, $2) as free', [
      noteLock,
      chunk.chunkId,
    ]);
    if (!lock.rows[0].free && !insist) return 'busy';
    // Another process has noted it since the list was read.
    if (await isKeyed(client, chunk.chunkId)) return 'noted';
    await copyKeys(client, dataset, ruleIds, table, file, chunk, tools);
    crashPoint('unique.keys-copied');
    // From here on this transaction locks rows that others wait for. A process that freezes now must not keep them
    // for long.
    await client.query(`set local idle_in_transaction_session_timeout = '${frozen}'`);
    if (!(await markKeyed(client, file.fileId, chunk.chunkId))) throw rollback;
    return 'noted';
  }).then(
    (outcome) => {
      if (outcome === 'noted') crashPoint('unique.keys-noted');
      return outcome;
    },
    async (error) => {
      if (error !== rollback) throw error;
      const open = await unkeyedChunks(tools.pool, file.fileId);
      return open.some(({ chunkId }) => chunkId === chunk.chunkId) ? 'obsolete' : 'noted';
    },
  );
}

/** Thrown to roll back a transaction. */
class RolledBack extends Error {}

async function copyKeys(
  client: pg.PoolClient,
  dataset: CompiledDataset,
  ruleIds: readonly number[],
  table: string,
  file: LedgerFile,
  chunk: UnkeyedChunk,
  { pool, lake, kernel, stopwatch, signal }: KeyTools,
): Promise<void> {
  const layout = file.layout!;
  const source = await openChunk(chunk, { file, lineStart: chunk.lineStart, unpacked: chunk.unpacked }, lake);
  // Progress counts bytes only once, when they are loaded.
  const counters = new Slots().begin(chunk);
  const fitter = await RowFitter.open(dataset, layout, pool, null);
  let copy: FactCopy | null = null;
  try {
    stopwatch.skip();
    for await (const parsed of readChunk({ dataset, layout, source, kernel, counters, stopwatch, signal })) {
      const batch = (await fitter.fit(convertFallbacks(dataset, parsed))).converted;
      const noted = dataset.unique.map((rule) => batchKeys(dataset, rule, batch, source.lineStart));
      for (const [r, { rows, keys, byteOffsets, lines }] of noted.entries()) {
        if (rows === 0) continue;
        const base = { length: rows, validity: null, nullCount: 0 } as const;
        copy ??= openFactCopy(client, { ...keyTables, table });
        const encoded = kernel.encodeCopyRows(
          [
            { kind: 'constant4', value: ruleIds[r] },
            { kind: 'uuid', vector: { kind: 'uuid', values: keys, ...base } },
            { kind: 'constant4', value: file.fileId },
            { kind: 'constant4', value: chunk.chunkId },
            { kind: 'int8', vector: { kind: 'int64', values: byteOffsets, ...base } },
            { kind: 'int8', vector: { kind: 'int64', values: lines, ...base } },
          ],
          rows,
        );
        await copy.write(encoded);
      }
      stopwatch.lap('copy');
    }
    await copy?.finish();
  } catch (error) {
    copy?.abort();
    throw error;
  }
}

const waitMs = 1_000;

/** Waits until the process that notes the chunk has ended, for at most `waitMs`. */
async function waitForOther(pool: pg.Pool, chunkId: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = ${waitMs}`);
    await client.query('select pg_advisory_xact_lock($1, $2)', [noteLock, chunkId]);
  }).catch((error) => {
    if (error.code !== '55P03') throw error;
  });
}
