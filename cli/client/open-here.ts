import type { IngestResult } from '../../platform/file-receipt.ts';
import { createLog } from '../../platform/log/log.ts';
import type { ProgressState } from '../../platform/progress/progress.ts';
import { openSite } from '../site.ts';
import { askWith } from './ask-with.ts';
import type { IngestOptions } from './load-files.ts';
import { loadWith } from './load-with.ts';
import type { QueryOptions, QueryResult, Row } from './question.ts';
import type { Logs, Settings } from './settings-given.ts';
import { settleWith } from './settle-with.ts';
import { statesOf, type WatchOptions } from './watch-progress.ts';

export interface OpenOptions extends Settings, Logs {
  /** Whether the page, the API and the progress socket are served. Default: true. */
  readonly page?: boolean;
  /** Where they are served. Defaults: 127.0.0.1, 8080; a port of 0 is any that is free. */
  readonly host?: string;
  readonly port?: number;
  /** The token that they require. */
  readonly token?: string;
}

/** A coordinator and its workers in this program. Files that land are loaded until it is closed. */
export interface OpenSite {
  /** The address of the page; null if it is not served. */
  readonly url: string | null;
  /** Loads files from where they are, and waits for them: see `ingest`. */
  ingest(file: string, options?: IngestOptions): Promise<IngestResult>;
  ingest(files: readonly string[], options?: IngestOptions): Promise<IngestResult[]>;
  /** Asks the star or the lake: see `query`. */
  query<R extends Row = Row>(sql: string, options?: QueryOptions): Promise<QueryResult<R>>;
  /** The progress of this site: see `watch`. */
  watch(options?: WatchOptions): AsyncGenerator<ProgressState, void, undefined>;
  /** Resolves with the error if another coordinator has taken over. This one then does nothing any more: close it. */
  readonly takenOver: Promise<Error>;
  /** Stops everything. Chunks in flight are finished or given back. */
  close(): Promise<void>;
}

/**
 * Opens a site: coordinator, workers, landing folder and page, as `landfall up` does.
 * @throws LandfallError LF_CONFIG, LF_COORDINATOR_RUNNING, LF_DATABASE_…, LF_EMBEDDED_…, LF_PORT_…
 */
export async function open({ page = true, log = 'warn', ...settings }: OpenOptions = {}): Promise<OpenSite> {
  const { config, registry } = await settleWith(settings);
  const roles = { scope: 'pool', workers: config.workers, watch: true, serve: page };
  const site = await openSite({ config, registry, ...roles, log: createLog('landfall', { level: log }) });
  const { database, coordinator, hub, url } = site;
  const load = async (given: string | readonly string[], { dataset }: IngestOptions = {}) => {
    const results = await loadWith(site, typeof given === 'string' ? [given] : given, dataset);
    return typeof given === 'string' ? results[0] : results;
  };
  return {
    url,
    ingest: load as OpenSite['ingest'],
    query: (sql, options = {}) => askWith({ pool: database.pool, config, registry }, sql, options),
    watch: (options = {}) => statesOf(hub, options),
    takenOver: coordinator.takenOver,
    close: () => site.close(),
  };
}
