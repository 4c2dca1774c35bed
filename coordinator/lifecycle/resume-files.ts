/**
 * Resumes the files that an earlier run left unfinished, each from its state in the ledger.
 *
 *   discovered           prepare
 *   scanning             queue the missing scans, then plan
 *   loading              queue the chunks that are not committed, then finalise
 *   finalising, failing  finalise
 */

import type { LedgerFile } from '../../ledger/ledger.ts';
import { toChunkJob } from '../../ledger/rows.ts';
import { stateOf } from '../../ledger/states.ts';
import { datasetNamed } from '../../model/registry.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Context } from '../context.ts';
import { failFile } from '../finalise/unload.ts';
import { submitMissingScans } from '../plan/scan-file.ts';

/** How the coordinator continues with a file. */
export interface Resume {
  prepare(file: LedgerFile): void;
  finalise(file: LedgerFile): void;
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
  const dataset = datasetNamed(registry, file.dataset);
  if (file.state === 'discovered') return resume.prepare(file);
  if (file.definitionVersion !== dataset.version) {
    const changed = new LandfallError('LF_DEFINITION_CHANGED', { dataset: dataset.name, file: file.name });
    await failFile(context, file, changed.toJSON());
    return;
  }
  if (file.state === 'scanning') {
    resume.follow(file);
    return submitMissingScans(context, file);
  }
  const chunks = await ledger.chunks(file.fileId);
  const planned = chunks.filter((chunk) => chunk.state === 'planned');
  if (planned.length === 0 || chunks.some((chunk) => chunk.state === 'failed')) return resume.finalise(file);
  resume.follow(file);
  const { version: definitionVersion, name } = dataset;
  const jobs = planned.map((chunk) => toChunkJob(chunk, { dataset: name, definitionVersion }));
  await queues.submitChunks(file.fileId, jobs);
}
