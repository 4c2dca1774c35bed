/**
 * Resumes the files that an earlier run left unfinished, each from its state in the ledger.
 *
 *   discovered           prepare
 *   scanning             queue the missing scans, then plan
 *   loading              queue the chunks that are not committed, then finalise
 *   finalising, failing  finalise
 *
 * A file whose definition has changed since it was planned is planned again if none of it is committed, or if no
 * process has the version it was planned with, as after a restart. Otherwise it is finished with that version.
 */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { toChunkJob } from '../../ledger/rows.ts';
import { stateOf } from '../../ledger/states.ts';
import type { ErrorCode } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import { submitMissingScans } from '../plan/scan-file.ts';

/** The codes with which a worker gives back a chunk for which it has no definition. */
const definitionCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'LF_DATASET_BROKEN',
  'LF_DATASET_UNKNOWN',
  'LF_DEFINITION_MISMATCH',
]);

/** How the coordinator continues with a file. */
export interface Resume {
  prepare(file: LedgerFile): void;
  finalise(file: LedgerFile): void;
  /** `evenCommitted`: even if chunks are committed; they are then removed. */
  planAgain(file: LedgerFile, options: { readonly evenCommitted: boolean }): void;
  /** The jobs that the file needs next are in the queue. */
  follow(file: LedgerFile): void;
}

/** Resumes every unfinished file of the scope. A file that cannot be resumed does not hold up the others. */
export async function resumeFiles(context: Context, resume: Resume): Promise<void> {
  for (const file of await context.ledger.unfinishedFiles(context.scope)) {
    try {
      await resumeFile(context, resume, file);
    } catch (error) {
      context.log.error({ err: error, file: file.name }, 'could not resume a file');
    }
  }
}

async function resumeFile(context: Context, resume: Resume, file: LedgerFile): Promise<void> {
  const { registry, ledger, queues } = context;
  // Unloading it failed, or the process died. Finalising a failing file unloads it.
  if (stateOf(file) === 'failing') return resume.finalise(file);
  const isOther = isOutdated(context, file);
  if (file.state === 'discovered') return resume.prepare(file);
  if (file.state === 'scanning') {
    if (isOther) return resume.planAgain(file, { evenCommitted: false });
    resume.follow(file);
    return submitMissingScans(context, file);
  }
  const chunks = await ledger.chunks(file.fileId);
  const planned = chunks.filter((chunk) => chunk.state === 'planned');
  if (planned.length === 0 || chunks.some((chunk) => chunk.state === 'failed')) return resume.finalise(file);
  const { dataset, definitionVersion } = file;
  if (isOther) {
    // The other chunks can be loaded with the version the file was planned with: this process has loaded it.
    const isKnown = registry.version(dataset, definitionVersion ?? '') !== undefined;
    const isBegun = planned.length < chunks.length;
    if (!isKnown || !isBegun) return resume.planAgain(file, { evenCommitted: !isKnown });
  }
  resume.follow(file);
  const about = { dataset, definitionVersion: definitionVersion ?? '' };
  await queues.submitChunks(
    file.fileId,
    planned.map((chunk) => toChunkJob(chunk, about)),
  );
}

/** Whether the file was planned with a version other than the current one of its dataset. */
function isOutdated({ registry }: Pick<Context, 'registry'>, file: LedgerFile): boolean {
  const today = registry.get(file.dataset);
  return today !== undefined && file.definitionVersion !== null && file.definitionVersion !== today.version;
}

/**
 * Plans again the files that no worker can finish: their chunks were given back because no worker has the
 * definition, and the current definition of the dataset is another one.
 */
export async function planStuckAgain(context: Context, planAgain: (file: LedgerFile) => void): Promise<void> {
  const { ledger, scope } = context;
  for (const { fileId, error } of await ledger.waitingFiles()) {
    if (!definitionCodes.has(error.code)) continue;
    const file = await ledger.file(fileId);
    if (file?.scope === scope && isOutdated(context, file)) planAgain(file);
  }
}
