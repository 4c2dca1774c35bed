/** Adds a file that is named on the command line to the ledger. The file is not moved. */
import { basename, dirname } from 'node:path';
import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import { childrenOf } from '../../model/registry.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { openObject } from '../../platform/storage/index.ts';
import { addressOf } from '../../sources/landing.ts';
import type { Context } from '../context.ts';
import { chooseDataset } from '../detect/choose-dataset.ts';
import type { Readable } from '../detect/content.ts';
import { readHeadOf } from '../detect/read-layout.ts';
import { originalOf } from '../plan/corrections.ts';
import { referenceOf } from './export-json.ts';

/** Bytes that have the name of the file that is corrected. */
const referenceBytes = 4096;

/** The dataset whose rejects the file corrects; undefined for all but corrected lines of JSON. */
async function corrected(ledger: Ledger, file: Readable): Promise<string | undefined> {
  // A file that cannot be read fails when it is prepared.
  const head = await readHeadOf(file, referenceBytes).catch(() => null);
  const reference = head === null ? null : referenceOf(new TextDecoder().decode(head.bytes));
  return reference === null ? undefined : (await originalOf(ledger, reference.file))?.dataset;
}

/**
 * Throws LF_FILE_MISSING, LF_DATASET_BROKEN for a dataset with a child that cannot be used, and, if no dataset is named,
 * the errors of chooseDataset.
 */
export async function noteSubmitted(
  { registry, scope, ledger }: Pick<Context, 'registry' | 'scope' | 'ledger'>,
  request: { readonly path: string; readonly dataset?: string },
): Promise<LedgerFile> {
  const url = await addressOf(request.path);
  const { storage, key } = await openObject(url);
  const stored = await storage.stat(key);
  if (stored === null) throw new LandfallError('LF_FILE_MISSING', { file: request.path });
  const { bytes, fingerprint } = stored;
  const readable = { url, bytes, fingerprint, name: key };
  const dataset = await chooseDataset(registry, {
    path: request.path,
    folder: basename(dirname(request.path)),
    named: request.dataset ?? (await corrected(ledger, readable)),
    head: () => readHeadOf(readable, 1024 * 1024),
  });
  childrenOf(registry, dataset.name);
  const named = { dataset: dataset.name, name: basename(request.path), url };
  const file = await ledger.addFile({ ...named, scope, origin: 'ingest', bytes, fingerprint });
  crashPoint('ingest.noted');
  return file;
}
