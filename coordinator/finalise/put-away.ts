/** Puts away finished files, including those of a process that died before it could. */
import { realpath } from 'node:fs/promises';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { filesNotPutAway } from '../../ledger/tables/archive.ts';
import type { Places } from '../../ledger/tables/scopes.ts';
import type { Config } from '../../platform/config/config.ts';
import { describeError } from '../../platform/errors/errors.ts';
import type { ReadableStore } from '../../platform/storage/contract.ts';
import { folderUrl } from '../../platform/storage/index.ts';
import { schemeOf } from '../../platform/storage/schemes.ts';
import type { Context } from '../context.ts';
import type { Moved } from '../stages.ts';
import { archiveFile, moveFailed } from './archive.ts';
import { finishFailed } from './unload.ts';

export type { Places };

/** The beginning of the addresses of all objects in a place. Those of a folder are below its real path. */
export async function addressesIn(url: string): Promise<string> {
  const real = schemeOf(url) === 'folder' ? await realpath(url).catch(() => url) : url;
  return folderUrl({ url: real });
}

/** `landing`: null for a command that is not responsible for the landing folder. */
export async function placesOf(landing: ReadableStore | null, { failedUrl }: Config): Promise<Places> {
  if (landing === null) return { landing: null, failed: null };
  return { landing: folderUrl(landing), failed: await addressesIn(failedUrl) };
}

/** Calls `put` for each finished file of a scope that is not put away yet. */
export async function putAway(
  context: Context,
  scope: string,
  places: Places,
  put: (file: LedgerFile) => Promise<unknown> = (file) => putAwayOne(context, file),
): Promise<void> {
  for (const file of await filesNotPutAway(context.pool, scope, places)) {
    await put(file).catch((error) =>
      context.log.error({ err: error, file: file.name }, 'could not put away a finished file'),
    );
  }
}

/** Puts a finished file away. May be repeated. */
export function putAwayOne(context: Context, file: LedgerFile): Promise<Moved> {
  if (file.state !== 'failed') return archiveFile(context, file);
  if (file.receipt !== null) return moveFailed(context, file, file.receipt);
  return finishFailed(context, file, errorOf(file), file.failedChecks ?? []);
}

function errorOf(file: LedgerFile) {
  return file.error ?? describeError(new Error('no reason was recorded'));
}
