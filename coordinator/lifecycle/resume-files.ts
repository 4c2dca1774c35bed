/**
 * Resumes the files that an earlier run left unfinished, each from its state in the ledger.
 *
 *   discovered           prepare
 *   scanning             queue the missing scans, then plan
 *   loading              queue the chunks that are not committed, then finalise
 *   finalising, failing  finalise
 *
 * A file whose definition has changed since it was planned is planned again while nothing of it is committed, and
 * also when no process has the version any more with which it was planned: after a restart. Otherwise it is finished
 * with that version.
 */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { toChunkJob } from '../../ledger/rows.ts';
import { stateOf } from '../../ledger/states.ts';
import type { ErrorCode } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import { submitMissingScans } from '../plan/scan-file.ts';

/** Why a worker gives a chunk back that it has no definition for. */
const definitionCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'LF_DATASET_BROKEN',
  'LF_DATASET_UNKNOWN',
  'LF_DEFINITION_MISMATCH',
]);

/** How the coordinator continues with a file. */
export interface Resume {
  prepare(file: LedgerFile): void;
  finalise(file: LedgerFile): void;
  /** `evenCommitted`: also what is loaded of it is taken back. */
  planAgain(file: LedgerFile, options: { readonly evenCommitted: boolean }): void;
  /** The queue has what the file needs next. */
  follow(file: LedgerFile): void;
}

/** Resumes every unfinished file of the scope. One that cannot be resumed keeps no other from it. */
export async function resumeFiles(context: Context, resume: Resume): Promise<void> {
  for (const file of await context.ledger.unfinishedFiles(context.scope)) {
    try {
      await resumeFile(context, resume, file);
    } catch (error) {
      context.log.error({ err: error, file: file.name }, 'the file could not be resumed');
    }
  }
}

async function resumeFile(context: Context, resume: Resume, file: LedgerFile): Promise<void> {
  const { registry, ledger, queues } = context;
  // Its unloading threw, or the process died: finalising a file that is failing unloads it.
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
    // Its other chunks can be loaded with the version that it was planned with: this process has had it.
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

/** Whether the file was planned with another version than its dataset has today. */
function isOutdated({ registry }: Pick<Context, 'registry'>, file: LedgerFile): boolean {
  const today = registry.get(file.dataset);
  return today !== undefined && file.definitionVersion !== null && file.definitionVersion !== today.version;
}

/**
 * Plans files again of which no worker can load the rest: chunks were given back for lack of their definition, and
 * the dataset has another one today.
 */
export async function planStuckAgain(context: Context, planAgain: (file: LedgerFile) => void): Promise<void> {
  const { ledger, scope } = context;
  for (const { fileId, error } of await ledger.waitingFiles()) {
    if (!definitionCodes.has(error.code)) continue;
    const file = await ledger.file(fileId);
    if (file?.scope === scope && isOutdated(context, file)) planAgain(file);
  }
}
