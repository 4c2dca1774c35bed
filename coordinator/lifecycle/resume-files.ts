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

import type { LedgerChunk, LedgerFile } from '../../ledger/ledger.ts';
import { toChunkJobs } from '../../ledger/rows.ts';
import { stateOf } from '../../ledger/states.ts';
import { filesAndChunks } from '../../ledger/tables/groups.ts';
import type { ErrorCode } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import { isOutdated } from '../plan/plan-again.ts';
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
  const { pool, registry, ledger, queues } = context;
  // Unloading it failed, or the process died. Finalising a failing file unloads it.
  if (stateOf(file) === 'failing') return resume.finalise(file);
  const files = await ledger.withChildren(file.fileId);
  const isOther = files.some((one) => isOutdated(context, one));
  if (file.state === 'discovered') return resume.prepare(file);
  if (file.state === 'scanning') {
    if (isOther) return resume.planAgain(file, { evenCommitted: false });
    resume.follow(file);
    return submitMissingScans(context, file);
  }
  const loaded = await filesAndChunks(
    pool,
    files.map(({ fileId }) => fileId),
  );
  const chunks = loaded.flatMap((one) => one.chunks);
  const isPlanned = ({ state }: LedgerChunk) => state === 'planned';
  const planned = loaded.flatMap((one) => toChunkJobs(one.file, one.chunks.filter(isPlanned)));
  if (planned.length === 0 || chunks.some((chunk) => chunk.state === 'failed')) return resume.finalise(file);
  if (isOther) {
    // The other chunks can be loaded with the version the file was planned with: this process has loaded it.
    const isKnown = files.every(
      ({ dataset, definitionVersion }) => registry.version(dataset, definitionVersion ?? '') !== undefined,
    );
    const isBegun = planned.length < chunks.length;
    if (!isKnown || !isBegun) return resume.planAgain(file, { evenCommitted: !isKnown });
  }
  resume.follow(file);
  await queues.submitChunks(file.fileId, planned);
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
    if (file?.scope !== scope || !isOutdated(context, file)) continue;
    const parent = file.parentId === null ? file : await ledger.file(file.parentId);
    if (parent !== null) planAgain(parent);
  }
}
