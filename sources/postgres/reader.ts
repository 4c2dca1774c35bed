/** A session that reads one snapshot of a source's table. */
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Fetched, FetchTask } from '../fetching/contract.ts';
import { connectSource, sourceError } from './connect.ts';
import { runningTransactions, type Snapshot, takeSnapshot } from './snapshot.ts';
import { describeTable, type SourceTable, type TableSource, tableName } from './table.ts';

/** A session whose transaction shows one snapshot of the table. */
export interface Reader {
  readonly client: pg.Client;
  readonly table: SourceTable;
  readonly snapshot: Snapshot;
}

/**
 * Yields what `use` yields of a snapshot of the table. Errors name the source, and nothing is left open. A run that is
 * done yields nothing.
 */
export async function* readTable(
  source: TableSource & { readonly url: string },
  { position, signal }: Pick<FetchTask, 'position' | 'signal'>,
  use: (reader: Reader) => AsyncGenerator<Fetched>,
): AsyncGenerator<Fetched> {
  if ((position as { phase?: unknown } | null)?.phase === 'done') return;
  const client = await connectSource(source.name, source.url);
  const stop = () => client.abandon();
  signal.addEventListener('abort', stop);
  let ended = false;
  try {
    yield* use(await openReader(client, source));
    ended = true;
  } catch (error) {
    signal.throwIfAborted();
    throw sourceError(error, source.name, source.table);
  } finally {
    signal.removeEventListener('abort', stop);
    if (ended) await client.end().catch(() => {});
    else client.abandon();
  }
}

async function openReader(client: pg.Client, source: TableSource): Promise<Reader> {
  const running = await runningTransactions(client);
  const name = tableName(source.table);
  await client.query('begin isolation level repeatable read read only');
  await client.query(`lock table ${name} in access share mode`).catch((cause) => {
    if ((cause as pg.DatabaseError).code !== '42P01' && (cause as pg.DatabaseError).code !== '3F000')
      throw cause;
    throw new LandfallError('LF_SOURCE_TABLE', { source: source.name, table: source.table }, { cause });
  });
  const snapshot = await takeSnapshot(client, name, running);
  return { client, snapshot, table: await describeTable(client, source) };
}

/** The rows of a query, as CSV. */
export async function* copyOut(client: pg.Client, select: string): AsyncGenerator<Uint8Array> {
  const stream = client.query(copyTo(`copy (${select}) to stdout (format csv)`));
  yield* stream as AsyncIterable<Buffer>;
}
