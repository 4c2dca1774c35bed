/**
 * Accounts for loaded files: compares what chunks, ledger and sinks say about each, and creates its receipt. Many
 * files take as many statements as one.
 */
import type { StoredDefinition } from '../../ledger/definition.ts';
import type { LedgerFile } from '../../ledger/ledger.ts';
import { partsAndRejects } from '../../ledger/tables/groups.ts';
import { exceededLimit } from '../../model/file/reject-limit.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { fileChanged } from '../../platform/storage/file-changed.ts';
import { openObjects } from '../../platform/storage/index.ts';
import { type Context, linkOf } from '../context.ts';
import type { Accounted, Loaded } from '../stages.ts';
import { doneReceipt } from './receipt.ts';
import { accountOf, type Check, countSinks, differingMembers } from './reconcile.ts';

/** `loaded`: at least one file. All were planned with the same definition. Returns the accounts in the same order. */
export async function accountFor(context: Context, loaded: readonly Loaded[]): Promise<Accounted[]> {
  const { pool, ledger } = context;
  const [{ definition }] = loaded;
  const files = loaded.map(({ file }) => file);
  const recorded = partsAndRejects(
    pool,
    files.map(({ fileId }) => fileId),
  );
  const [outputs, sinks, fingerprints] = await Promise.all([
    recorded,
    recorded.then((outputs) => {
      const written = loaded.map(({ chunks }, i) => ({ chunks, parts: outputs[i].parts }));
      return countSinks(context.sinks, definition, written, { recount: false });
    }),
    fingerprintsNow(files),
  ]);
  const accounted: Accounted[] = [];
  for (const [i, one] of loaded.entries()) {
    const { file, chunks } = one;
    const fingerprint = fingerprints[i];
    const { checks, counts } = accountOf({ file, chunks, ...outputs[i], sinks: sinks[i], fingerprint });
    const link = await linkOf(ledger, file);
    const members = differingMembers(chunks);
    const receipt = doneReceipt(file, {
      ...counts,
      checks,
      ...(link && { link }),
      ...(members && { members }),
    });
    const fault =
      reconcileError(file, fingerprint, checks) ?? rejectLimitError(definition, file, counts.rows);
    accounted.push({ ...one, receipt, fault });
  }
  return accounted;
}

/** In the order of `files`. Null for a file that no longer exists. */
async function fingerprintsNow(files: readonly LedgerFile[]): Promise<(string | null)[]> {
  const found: (string | null)[] = files.map(() => null);
  for (const { storage, keys, at } of await openObjects(files.map(({ url }) => url))) {
    const stored = await storage.stats(keys);
    for (const [i, place] of at.entries()) found[place] = stored[i]?.fingerprint ?? null;
  }
  return found;
}

/**
 * Null if all accounts agree. The error says if the file has changed or no longer exists. Any other difference is
 * ours.
 */
function reconcileError(
  file: LedgerFile,
  fingerprint: string | null,
  checks: readonly Check[],
): LandfallError | null {
  const broken = checks.find(({ ok }) => !ok);
  if (broken === undefined) return null;
  if (fingerprint === null) return new LandfallError('LF_FILE_MISSING', { file: file.name });
  if (fingerprint !== file.fingerprint) return fileChanged(file.name, file.fingerprint, fingerprint);
  return new LandfallError('LF_RECONCILE', {
    file: file.name,
    differences: `${broken.name}: ${broken.detail}`,
  });
}

/**
 * Null within the limit. Corrected rows and replays have no limit, because rows that were rejected before are likely
 * to be rejected again.
 */
function rejectLimitError(
  definition: Pick<StoredDefinition, 'rejectLimit'>,
  file: LedgerFile,
  { parsed, rejected }: { readonly parsed: number; readonly rejected: number },
): LandfallError | null {
  if (file.link === 'corrects' || file.link === 'replays') return null;
  const limit = exceededLimit(definition.rejectLimit, { parsed, rejected });
  if (limit === null) return null;
  return new LandfallError('LF_REJECT_LIMIT', { file: file.name, parsed, rejected, limit });
}
