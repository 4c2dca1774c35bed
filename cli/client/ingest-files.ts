/** Loads files from where they are, with workers of its own, and reports what became of each. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Coordinator } from '../../coordinator/contract.ts';
import { notUsable, type Registry } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import { describeError } from '../../platform/errors/errors.ts';
import type { IngestResult, Receipt } from '../../platform/file-receipt.ts';
import type { Log } from '../../platform/log/log.ts';
import { type OutageDeadline, unlessOutlasted } from '../load/outlasted.ts';
import { openSite, type Site } from '../site.ts';

/** A site without landing folder and page, whose work is its own. */
export function openIngestSite(config: Config, registry: Registry, log: Log): Promise<Site> {
  const scope = `ingest-${randomBytes(6).toString('hex')}`;
  const roles = { scope, workers: config.workers, watch: false, serve: false };
  return openSite({ config, registry, ...roles, reportsFiles: true, showsDefinitions: true, log });
}

/** The results of files whose dataset has a broken definition; null if it can be used. */
export function resultsOfBroken(
  registry: Registry,
  files: readonly string[],
  dataset: string | undefined,
): IngestResult[] | null {
  if (dataset === undefined || !registry.broken().some((one) => one.dataset === dataset)) return null;
  const error = notUsable(registry, dataset);
  return files.map((file) => failed(file, dataset, error));
}

/**
 * Loads one file. An error becomes its result, so that the other files are still loaded.
 * @param onSubmitted takes the file's number in the ledger
 */
export async function ingestOne(
  coordinator: Coordinator,
  file: string,
  dataset: string | undefined,
  deadline: OutageDeadline,
  onSubmitted?: (fileId: number) => void,
): Promise<IngestResult> {
  const load = async () => {
    const fileId = await coordinator.submit({ path: resolve(file), dataset });
    onSubmitted?.(fileId);
    return coordinator.settled(fileId);
  };
  try {
    return resultOf(file, await unlessOutlasted(load(), deadline));
  } catch (error) {
    return failed(file, dataset, error);
  }
}

/** The result of a file that is not in the ledger. */
function failed(file: string, dataset: string | undefined, error: unknown): IngestResult {
  const rows = { parsed: 0, loaded: 0, rejected: 0, deduplicated: 0 };
  return {
    file,
    dataset: dataset ?? null,
    status: 'failed',
    rows,
    bytes: 0,
    parts: 0,
    seconds: 0,
    rowsPerSecond: 0,
    receipt: null,
    error: describeError(error),
  };
}

export function resultOf(file: string, receipt: Receipt): IngestResult {
  const { parsed, loaded, rejected, deduplicated } = receipt.rows;
  return {
    file,
    dataset: receipt.dataset,
    status: receipt.status,
    rows: { parsed, loaded, rejected, deduplicated },
    bytes: receipt.bytes,
    parts: receipt.parts,
    seconds: receipt.seconds,
    rowsPerSecond: receipt.rowsPerSecond,
    receipt,
    ...(receipt.error && { error: receipt.error }),
  };
}
