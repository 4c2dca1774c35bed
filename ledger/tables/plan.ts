/** Writes the plan of a file: its chunks, and what it takes over from the file that it corrects or replays. */
import type pg from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError, restoreError } from '../../platform/errors/errors.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { toJson } from '../json.ts';
import type { ChildPlan, FilePlan } from '../requests.ts';
import { type LedgerFile, toChunkJobs } from '../rows.ts';
import { run } from '../statements/run.ts';
import { runFiles } from '../statements/stored-files.ts';
import { afterEvent, stateOf } from '../states.ts';
import { chunksOf } from './chunks.ts';
import { lockFile } from './files.ts';
import { withChildren } from './groups.ts';
import { takeRejects } from './rejects.ts';

/** Called for each child of a file that is being planned, in the transaction of the plan. */
export type OnChild = (client: pg.ClientBase, child: LedgerFile) => Promise<void>;

/**
 * Writes the plan of a file and of its children, and moves them on to loading, in one transaction. Returns the jobs of
 * all. For a file that is past planning it returns the stored plan and changes nothing. For one that is failing it
 * throws the reason.
 * @throws LandfallError LF_FILE_DUPLICATE when a file with the same content was planned since
 *   findContent was asked; ask again. LF_CORRECTION_ORIGINAL, LF_CORRECTION_TAKEN, LF_CORRECTION_UNKNOWN: see takeRejects
 */
export async function planFile(
  pool: pg.Pool,
  fileId: number,
  plan: FilePlan,
  onChild?: OnChild,
): Promise<ChunkJob[]> {
  return inTransaction(pool, async (client) => {
    const file = await lockFile(client, fileId);
    if (file === null) throw new LandfallError('LF_FILE_UNKNOWN', { file: fileId });
    if (stateOf(file) === 'failing') throw restoreError(file.error!);
    if (afterEvent(file, 'plan') !== null) await writePlan(client, file, plan, onChild);
    return jobsOf(client, await withChildren(client, fileId));
  });
}

async function jobsOf(client: pg.ClientBase, files: readonly LedgerFile[]): Promise<ChunkJob[]> {
  const jobs: ChunkJob[] = [];
  for (const file of files) jobs.push(...toChunkJobs(file, await chunksOf(client, file.fileId)));
  return jobs;
}

async function writePlan(
  client: pg.ClientBase,
  file: LedgerFile,
  plan: FilePlan,
  onChild?: OnChild,
): Promise<void> {
  const { contentHash, definitionVersion, layout, link } = plan;
  const { length } = plan.chunks;
  const { fileId } = file;
  await orDuplicate(
    file,
    run(client, 'files/plan-file', [fileId, contentHash, definitionVersion, toJson(layout), length]),
  );
  await planChunks(client, fileId, plan.chunks);
  if (link) await run(client, 'files/link-file', [fileId, link.kind, link.fileId]);
  if (plan.takes) {
    await takeRejects(client, file, { from: link!.fileId, byteOffsets: plan.takes });
    crashPoint('plan.rejects-taken');
  }
  for (const child of plan.children ?? []) {
    const added = await addChild(client, file, child);
    await planChunks(client, added.fileId, plan.chunks);
    await onChild?.(client, added);
    crashPoint('plan.child-added');
  }
}

async function addChild(client: pg.ClientBase, file: LedgerFile, child: ChildPlan): Promise<LedgerFile> {
  const { dataset, contentHash, definitionVersion, layout, link } = child;
  const [added] = await orDuplicate(
    file,
    runFiles(client, 'files/add-child', [
      ...([file.fileId, dataset, contentHash, definitionVersion, toJson(layout)] as const),
      link?.kind,
      link?.fileId,
    ]),
  );
  return added;
}

/** Names the error of a file whose content another one has. */
async function orDuplicate<T>(file: LedgerFile, planned: Promise<T>): Promise<T> {
  return planned.catch((cause) => {
    if (cause.constraint !== 'file_by_content') throw cause;
    throw new LandfallError('LF_FILE_DUPLICATE', { file: file.name }, { cause });
  });
}

async function planChunks(client: pg.ClientBase, fileId: number, chunks: FilePlan['chunks']): Promise<void> {
  await run(client, 'chunks/plan-chunks', [
    fileId,
    chunks.map((chunk) => chunk.number),
    chunks.map((chunk) => chunk.byteStart),
    chunks.map((chunk) => chunk.byteEnd),
    chunks.map((chunk) => chunk.lineStart),
    chunks.map((chunk) => chunk.unpackedStart ?? null),
    chunks.map((chunk) => chunk.unpackedEnd ?? null),
    chunks.map(({ entry }) => entry?.name ?? null),
    chunks.map(({ entry }) => entry?.line ?? null),
  ]);
}
