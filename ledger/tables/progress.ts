/** How far files are, by their committed chunks. */
import type pg from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { FileProgress, LoadSpan, Totals } from '../../platform/progress/progress.ts';
import { toProgress, toTotals } from '../rows.ts';
import { type Client, run } from '../statements/run.ts';

/** Finished files that count as recent. */
const recentFiles = 100;

/** Progress of these files, or of all unfinished and the recently finished ones, in order of landing. */
export async function fileProgress(
  client: Client,
  fileIds: readonly number[] | 'recent',
): Promise<FileProgress[]> {
  const asked = fileIds === 'recent' ? await recentIds(client) : fileIds;
  return asked.length === 0 ? [] : (await run(client, 'progress/file-progress', [asked])).map(toProgress);
}

/** Sums over all files, except some. */
export async function totals(client: Client, exceptFileIds: readonly number[] = []): Promise<Totals> {
  const [row] = await run(client, 'progress/totals', [exceptFileIds]);
  return toTotals(row);
}

/** All unfinished and the recently finished files, and the sums over all others, at one moment. */
export async function recentProgress(pool: pg.Pool): Promise<{ files: FileProgress[]; base: Totals }> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const ids = await recentIds(client);
    const files = (await run(client, 'progress/file-progress', [ids])).map(toProgress);
    return { files, base: await totals(client, ids) };
  });
}

/** How long files took to load and to end, in ms. Those of which it is not known are left out. */
export async function loadSpans(pool: pg.Pool, fileIds: readonly number[]): Promise<LoadSpan[]> {
  const rows = await run(pool, 'progress/load-spans', [[...fileIds]]);
  return rows.map(({ file_id: fileId, load_ms: loadMs, end_ms: endMs }) => ({ fileId, loadMs, endMs }));
}

async function recentIds(client: Client): Promise<number[]> {
  return (await run(client, 'progress/recent-files', [recentFiles])).map((row) => row.file_id);
}
