/** Adds a file that is named on the command line to the ledger. The file is not moved. */
import { basename, dirname } from 'node:path';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { openObject } from '../../platform/storage/index.ts';
import { addressOf } from '../../sources/landing.ts';
import type { Context } from '../context.ts';
import { chooseDataset } from '../detect/choose-dataset.ts';
import { readHeadOf } from '../detect/read-layout.ts';

/** Throws LF_FILE_MISSING and, if no dataset is named, the errors of chooseDataset. */
export async function noteSubmitted(
  { registry, scope, ledger }: Pick<Context, 'registry' | 'scope' | 'ledger'>,
  request: { readonly path: string; readonly dataset?: string },
): Promise<LedgerFile> {
  const url = await addressOf(request.path);
  const { storage, key } = await openObject(url);
  const stored = await storage.stat(key);
  if (stored === null) throw new LandfallError('LF_FILE_MISSING', { file: request.path });
  const { bytes, fingerprint } = stored;
  const dataset = await chooseDataset(registry, {
    path: request.path,
    folder: basename(dirname(request.path)),
    named: request.dataset,
    head: () => readHeadOf({ url, bytes, fingerprint, name: key }, 1024 * 1024),
  });
  const named = { dataset: dataset.name, name: basename(request.path), url };
  const file = await ledger.addFile({ ...named, scope, origin: 'ingest', bytes, fingerprint });
  crashPoint('ingest.noted');
  return file;
}
