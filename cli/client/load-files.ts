import type { IngestResult } from '../../platform/file-receipt.ts';
import { createLog } from '../../platform/log/log.ts';
import { openIngestSite, resultsOfBroken } from './ingest-files.ts';
import { loadWith } from './load-with.ts';
import type { Logs, Settings } from './settings-given.ts';
import { settleWith } from './settle-with.ts';

export interface IngestOptions {
  /** Dataset of the files. Default: the one whose columns match the header. */
  readonly dataset?: string;
}

/**
 * Loads files from where they are, with workers of its own, and waits for them. Resolves with what became of each, in
 * the order in which they were given: a file that cannot be loaded has status `failed` and an `error`.
 * @throws LandfallError where nothing can be loaded: LF_CONFIG, LF_DATABASE_…, LF_EMBEDDED_…
 */
export function ingest(file: string, options?: IngestOptions & Settings & Logs): Promise<IngestResult>;
export function ingest(
  files: readonly string[],
  options?: IngestOptions & Settings & Logs,
): Promise<IngestResult[]>;
export async function ingest(
  given: string | readonly string[],
  { dataset, log = 'warn', ...settings }: IngestOptions & Settings & Logs = {},
): Promise<IngestResult | IngestResult[]> {
  const files = typeof given === 'string' ? [given] : given;
  const { config, registry } = await settleWith(settings, [dataset]);
  const broken = resultsOfBroken(registry, files, dataset);
  const results = broken ?? (await loaded());
  return typeof given === 'string' ? results[0] : results;

  async function loaded(): Promise<IngestResult[]> {
    const site = await openIngestSite(config, registry, createLog('ingest', { level: log }));
    try {
      return await loadWith(site, files, dataset);
    } finally {
      await site.close();
    }
  }
}
