/**
 * Fetches one run of a source, page by page:
 *
 *   start ─▶ page ─▶ staged in the landing folder ─▶ placed ─▶ noted: file, position and cursor, in one transaction
 *             ▲                                                   │
 *             └───────────────────────────────────────────────────┴─▶ loaded like any landed file
 *
 * Only the transaction counts. A page that was placed and not noted is fetched again under the same name, and replaces
 * what lies there, so a process may die at any point.
 */
import type pg from 'pg';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { cursorOf, endRun, type LedgerRun, markedOf, type NotedPage, notePage } from '../../ledger/runs.ts';
import type { CompiledSource } from '../../model/compiled-source.ts';
import type { Held } from '../../model/events/held.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Storage } from '../../platform/storage/contract.ts';
import { objectUrl } from '../../platform/storage/index.ts';
import type { Fetched, FetchedFile, Json } from '../../sources/fetching/contract.ts';
import { type Fetchers, fetcherOf } from '../../sources/fetching/fetchers.ts';
import { fillFor } from '../../sources/fetching/fill.ts';
import { fetchedFolder } from '../../sources/identify.ts';

export interface Fetching {
  readonly pool: pg.Pool;
  readonly landing: Storage;
  /** The queue scope to which the files belong. */
  readonly scope: string;
  readonly fetchers: Fetchers;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Repeats a step after an outage of the database. */
  through<T>(step: () => Promise<T>): Promise<T>;
  /** Called as a page is read, with its bytes so far; with 0 when it is noted or given up. */
  onBytes?(run: LedgerRun, bytes: number): void;
  /** Starts a noted file on its path. */
  begin(file: LedgerFile): void;
  /** Resolves when no unfinished file has that address. */
  free(url: string): Promise<void>;
  /** What the star holds of a dataset. */
  held(dataset: string): Held;
  /** Resolves when one more file may wait to be loaded. Throws when the signal is aborted. */
  room(signal: AbortSignal): Promise<void>;
}

/** Where one run stands. */
export interface Fetch {
  readonly run: LedgerRun;
  readonly source: CompiledSource;
  readonly signal: AbortSignal;
  /** Whether another run of the source comes first. */
  givesWay(): boolean;
}

/**
 *   done     all pages are noted
 *   gaveWay  another run comes first; this one resumes after it
 *   lost     another coordinator has taken the run over
 */
export type Outcome = 'done' | 'gaveWay' | 'lost';

/** Fetches a run that has been started. Throws what the fetcher throws. */
export async function fetchRun(fetching: Fetching, fetch: Fetch): Promise<Outcome> {
  const { run, source, signal } = fetch;
  const { pool, fetchers, env, log } = fetching;
  const { dataset, window } = run;
  const backfill = run.kind === 'backfill';
  const texts = fillFor(dataset, source, window, env);
  const cursor = backfill
    ? null
    : (await fetching.through(() => cursorOf(pool, dataset, source.name))).cursor;
  const position = run.position as Json;
  const marked = (marks: readonly string[]) =>
    fetching.through(() => markedOf(pool, dataset, source.name, marks));
  const standing = { cursor: cursor as Json, position, marked };
  const held = fetching.held(dataset);
  const task = { dataset, source, window, backfill, signal, log, held, ...standing, ...texts };
  // Before a page is asked for: no server is kept waiting.
  await fetching.room(signal);
  for await (const page of fetcherOf(fetchers, source).fetch(task)) {
    signal.throwIfAborted();
    if (!(await takePage(fetching, run, page))) return 'lost';
    if (fetch.givesWay()) return 'gaveWay';
    await fetching.room(signal);
  }
  signal.throwIfAborted();
  const ended = await fetching.through(() => endRun(pool, run, null));
  crashPoint('fetch.run-ended');
  return ended ? 'done' : 'lost';
}

/** False: the run is not this coordinator's any more. */
async function takePage(fetching: Fetching, run: LedgerRun, fetched: Fetched): Promise<boolean> {
  const { pool } = fetching;
  const page: NotedPage =
    fetched.page === null ? { ...fetched, file: null } : await placePage(fetching, run, fetched);
  const note = async (client: pg.PoolClient) => {
    const noted = await notePage(client, run, page);
    crashPoint('fetch.page-written');
    return noted;
  };
  const noted = await fetching.through(() => inTransaction(pool, note));
  fetching.onBytes?.(run, 0);
  crashPoint('fetch.page-noted');
  if (noted === null) return false;
  if (noted.file !== null) fetching.begin(noted.file);
  return true;
}

/** Stores a page in the landing folder, where nobody looks for files. */
async function placePage(fetching: Fetching, run: LedgerRun, fetched: FetchedFile): Promise<NotedPage> {
  const { landing, scope } = fetching;
  const name = `${run.folder}/${checkedName(fetched.page)}`;
  const key = `${run.dataset}/${fetchedFolder}/${name}`;
  const url = objectUrl(landing, key);
  // A run of the same window may have fetched a page that is still being loaded.
  await fetching.free(url);
  const writer = await landing.writer(key);
  let bytes = 0;
  let settled: ReturnType<FetchedFile['settle']>;
  try {
    for await (const piece of fetched.body) {
      await writer.write(piece);
      bytes += piece.length;
      fetching.onBytes?.(run, bytes);
    }
    settled = fetched.settle();
    crashPoint('fetch.page-staged');
  } catch (error) {
    fetching.onBytes?.(run, 0);
    await writer.abort();
    throw error;
  }
  const { position, cursor, mark } = settled;
  if (bytes === 0 || settled.skip === true) {
    await writer.abort();
    return { file: null, position, cursor, mark };
  }
  await writer.commit();
  crashPoint('fetch.page-placed');
  const stored = await landing.stat(key);
  if (stored === null) throw new LandfallError('LF_FILE_MISSING', { file: url });
  const file = { name, url, scope, bytes: stored.bytes, fingerprint: stored.fingerprint };
  return { file, position, cursor, mark };
}

function checkedName(page: string): string {
  if (page !== '' && !/[/\\\p{Cc}]/u.test(page) && page !== '.' && page !== '..') return page;
  throw new LandfallError('LF_INTERNAL', { reason: `a source names a page ${JSON.stringify(page)}` });
}
