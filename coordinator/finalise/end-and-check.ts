/** Ends files in their sinks and runs the data checks, in the transaction in which the files become done. */
import type pg from 'pg';
import { arrivalsSince } from '../../ledger/tables/files.ts';
import { openSnapshot } from '../../ledger/tables/snapshots.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { endInSinks, endInTurn } from '../../sinks/all-sinks.ts';
import type { EndedNote } from '../../sinks/contract.ts';
import { type TakenOut, undoOf } from '../commands/undo.ts';
import type { Context } from '../context.ts';
import { addToWindow, judgeVolume, sumWindows, volumeSinceMs } from '../judge/volume.ts';
import type { Accounted } from '../stages.ts';
import { isBlocking, runChecks } from './data-checks.ts';
import type { Check } from './reconcile.ts';

/**
 * Ends files of one definition and returns those that may become done, with the checks in their receipts. Data checks
 * see the star as it will be then, without the versions that the files replace (`replaced`). Where files end in turn,
 * what a file shows depends on its end. Elsewhere the checks come first, so that no other file waits for them.
 * Throws BrokenChecks.
 */
export async function endAndCheck(
  client: pg.ClientBase,
  { sinks }: Pick<Context, 'sinks'>,
  files: readonly Accounted[],
  replaced?: TakenOut,
): Promise<readonly Accounted[]> {
  const end = (some: readonly Accounted[]) => endFiles(client, { sinks }, some, replaced);
  if (endInTurn(sinks, files[0].definition)) return passChecks(client, await end(files));
  return end(await passChecks(client, files));
}

async function endFiles(
  client: pg.ClientBase,
  { sinks }: Pick<Context, 'sinks'>,
  files: readonly Accounted[],
  replaced?: TakenOut,
): Promise<readonly Accounted[]> {
  const [{ file, definition }] = files;
  const ends = { kind: 'end' as const, fileIds: files.map(({ file }) => file.fileId) };
  // Files that were taken out before their snapshot was opened are noted in it now.
  const changes = replaced?.snapshotId === null ? [ends, undoOf(replaced.files)] : [ends];
  const snapshot = await openSnapshot(client, file.dataset, changes, replaced?.snapshotId);
  if (snapshot === null) return [];
  crashPoint('end.snapshot-noted');
  const ending = files.filter(({ file }) => snapshot.fileIds.has(file.fileId));
  if (ending.length === 0) return [];
  const written = ending.map(({ file, chunks }) => ({
    file,
    chunkIds: chunks.map(({ chunkId }) => chunkId),
  }));
  const notes = await endInSinks(sinks, client, definition, written, snapshot.snapshotId);
  crashPoint('end.sinks-ended');
  return ending.map((one) => withNotes(one, notes.get(one.file.fileId)));
}

/** The places of ties are said by the numbers that chunks have in their file. */
function withNotes(one: Accounted, { ties, rollups }: EndedNote = {}): Accounted {
  const numbers = new Map(one.chunks.map(({ chunkId, number }) => [chunkId, number]));
  const placed = ties && {
    count: ties.count,
    sample: ties.sample.map(({ chunkId, row }) => ({ chunk: numbers.get(chunkId)!, row })),
  };
  return {
    ...one,
    receipt: { ...one.receipt, ...(placed && { ties: placed }), ...(rollups && { rollups }) },
  };
}

async function passChecks(client: pg.ClientBase, files: readonly Accounted[]): Promise<readonly Accounted[]> {
  if (files.length === 0) return files;
  const checked = files.map(({ chunks }) => ({ chunkIds: chunks.map(({ chunkId }) => chunkId) }));
  const results = await runChecks(client, files[0].definition, checked);
  const broken = results.find((checks) => checks.some(isBlocking));
  if (broken !== undefined) throw new BrokenChecks(broken);
  const volumes = await judgeVolumes(client, files);
  return files.map((one, f) => {
    const { receipt } = one;
    return { ...one, receipt: { ...receipt, checks: [...receipt.checks, ...results[f], ...volumes[f]] } };
  });
}

/** For each file, whether its rows are as many as usual; nothing where that cannot be said. */
async function judgeVolumes(client: pg.ClientBase, files: readonly Accounted[]): Promise<Check[][]> {
  const [{ file: first, definition }] = files;
  const { expect } = definition;
  if (expect === undefined) return files.map(() => []);
  const ids = new Set(files.map(({ file }) => file.fileId));
  const since = new Date(Date.now() - volumeSinceMs);
  const arrivals = await arrivalsSince(client, first.dataset, since);
  const known = arrivals.filter(({ file_id }) => !ids.has(file_id));
  const sums = sumWindows(expect, known);
  return files.map(({ file: { name, link, landedAt }, receipt }) => {
    // When the file first landed is not known here.
    if (link === 'reloads' && expect.named === null) return [];
    const judged = { name, link, landed_at: landedAt, state: 'done', rows: receipt.rows.parsed } as const;
    const volume = judgeVolume(expect, judged, sums);
    addToWindow(sums, expect, judged);
    return volume === null ? [] : [volume];
  });
}

/** Thrown to roll back the transaction. */
export class BrokenChecks extends Error {
  readonly checks: readonly Check[];
  constructor(checks: readonly Check[]) {
    super('a data check does not hold');
    this.checks = checks;
  }
}
