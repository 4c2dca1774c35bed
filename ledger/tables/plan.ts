/** Writes the plan of a file: its chunks, and what it takes over from the file that it corrects or replays. */
import type pg from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError, restoreError } from '../../platform/errors/errors.ts';
import type { ChunkJob } from '../../platform/queue/contract.ts';
import { toJson } from '../json.ts';
import type { FilePlan } from '../requests.ts';
import { type LedgerFile, toChunkJob } from '../rows.ts';
import { run } from '../statements/run.ts';
import { afterEvent, stateOf } from '../states.ts';
import { chunksOf } from './chunks.ts';
import { lockFile } from './files.ts';
import { takeRejects } from './rejects.ts';

/**
 * Writes a file's plan and moves the file on to loading, in one transaction. For a file that is past planning it
 * returns the stored plan and changes nothing. For one that is failing it throws the reason.
 * @throws LandfallError LF_FILE_DUPLICATE when a file with the same content was planned since
 *   findContent was asked; ask again. LF_CORRECTION_ORIGINAL, LF_CORRECTION_TAKEN, LF_CORRECTION_UNKNOWN: see takeRejects
 */
export async function planFile(pool: pg.Pool, fileId: number, plan: FilePlan): Promise<ChunkJob[]> {
  return inTransaction(pool, async (client) => {
    let file = await lockFile(client, fileId);
    if (file === null) throw new LandfallError('LF_FILE_UNKNOWN', { file: fileId });
    if (stateOf(file) === 'failing') throw restoreError(file.error!);
    if (afterEvent(file, 'plan') !== null) file = await writePlan(client, file, plan);
    const { dataset, definitionVersion } = file;
    const chunks = await chunksOf(client, fileId);
    return chunks.map((chunk) => toChunkJob(chunk, { dataset, definitionVersion: definitionVersion ?? '' }));
  });
}

async function writePlan(client: pg.ClientBase, file: LedgerFile, plan: FilePlan): Promise<LedgerFile> {
  const { contentHash, definitionVersion, layout, link } = plan;
  await run(client, 'files/plan-file', [
    file.fileId,
    contentHash,
    definitionVersion,
    toJson(layout),
    plan.chunks.length,
  ]).catch((cause) => {
    if (cause.constraint !== 'file_by_content') throw cause;
    throw new LandfallError('LF_FILE_DUPLICATE', { file: file.name }, { cause });
  });
  await planChunks(client, file.fileId, plan.chunks);
  if (link) await run(client, 'files/link-file', [file.fileId, link.kind, link.fileId]);
  if (plan.takes) {
    await takeRejects(client, file, { from: link!.fileId, byteOffsets: plan.takes });
    crashPoint('plan.rejects-taken');
  }
  return { ...file, definitionVersion };
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
