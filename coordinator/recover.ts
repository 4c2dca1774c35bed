/**
 * Takes up what an earlier run left: unfinished files go on from where the ledger has them, finished ones
 * that were not put away are, and files of single ingests that died are failed and unloaded.
 *
 *   discovered ─▶ prepare      surveying ─▶ queue the missing surveys, then plan
 *   loading    ─▶ queue the chunks that are not committed, then finalise     finalising ─▶ finalise
 */
import { describeError, LandfallError } from '../platform/errors.ts';
import type { LedgerFile } from '../platform/ledger/ledger.ts';
import { toChunkJob, toFile } from '../platform/ledger/rows.ts';
import { sql } from '../platform/sql.ts';
import { archiveFile, moveFailed } from './archive.ts';
import { type Context, datasetNamed } from './context.ts';
import { submitMissingSurveys } from './prepare.ts';
import type { ScopeLock } from './scope-lock.ts';
import { failFile, finishFailed } from './unload.ts';

/** What recovering hands back to the coordinator. */
export interface Resume {
  prepare(file: LedgerFile): void;
  finalise(file: LedgerFile): void;
  /** The file is on its way again without further steps here. */
  follow(file: LedgerFile): void;
}

/** Goes on with every unfinished file of the scope. */
export async function resumeFiles(context: Context, resume: Resume): Promise<void> {
  for (const file of await context.ledger.unfinishedFiles(context.scope)) {
    try {
      await resumeFile(context, resume, file);
    } catch (error) {
      context.log.error({ err: error, file: file.name }, 'the file cannot be taken up again');
    }
  }
}

async function resumeFile(context: Context, resume: Resume, file: LedgerFile): Promise<void> {
  const { registry, ledger, queues } = context;
  const dataset = datasetNamed(registry, file.dataset);
  if (file.state === 'discovered') return resume.prepare(file);
  if (file.definitionVersion !== dataset.version) {
    const changed = new LandfallError('LF_DEFINITION_CHANGED', { dataset: dataset.name, file: file.name });
    await failFile(context, file, changed.toJSON());
    return;
  }
  if (file.state === 'surveying') {
    resume.follow(file);
    return submitMissingSurveys(context, file);
  }
  const chunks = await ledger.chunks(file.fileId);
  const planned = chunks.filter((chunk) => chunk.state === 'planned');
  if (planned.length === 0 || chunks.some((chunk) => chunk.state === 'failed')) return resume.finalise(file);
  resume.follow(file);
  const { version: definitionVersion, name } = dataset;
  const jobs = planned.map((chunk) => toChunkJob(chunk, { dataset: name, definitionVersion }));
  await queues.submitChunks(file.fileId, jobs);
}

/** Puts away finished files that still lie in the landing folder. `landing`: address theirs begin with. */
export async function putAway(context: Context, landing: string): Promise<void> {
  const { rows } = await context.pool.query(sql('unsettled-files'), [context.scope, landing]);
  for (const file of rows.map(toFile)) {
    try {
      if (file.state !== 'failed') await archiveFile(context, file);
      else if (file.receipt !== null) await moveFailed(context, file, file.receipt);
      else await finishFailed(context, file, errorOf(file), { checks: [], rows: { parsed: 0, rejected: 0 } });
    } catch (error) {
      context.log.error({ err: error, file: file.name }, 'the finished file cannot be put away');
    }
  }
}

function errorOf(file: LedgerFile) {
  return file.error ?? describeError(new Error('no reason was noted'));
}

/** Fails what single ingests left behind whose process is gone, so that their content can be loaded again. */
export async function buryDeadIngests(
  context: Context,
  lock: ScopeLock,
  removeQueues: (scope: string) => Promise<void>,
): Promise<void> {
  const { rows } = await context.pool.query(sql('other-scopes'), [context.scope]);
  for (const { scope } of rows as { scope: string }[]) {
    await lock.ifDead(scope, async () => {
      for (const file of await context.ledger.unfinishedFiles(scope)) {
        const abandoned = new LandfallError('LF_INGEST_ABANDONED', { file: file.name });
        await failFile(context, file, abandoned.toJSON());
      }
      await removeQueues(scope);
    });
  }
}
