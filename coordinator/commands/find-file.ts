/** Finds the file that a person names. */
import type pg from 'pg';
import type { LedgerFile, LedgerFileState } from '../../ledger/ledger.ts';
import { filesNamed } from '../../ledger/tables/files.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

/**
 * Finds a file by its number, by `dataset/name`, or by the name under which it landed; a child by its number or
 * `dataset/name`. If several files have the name, returns the newest in one of the `wanted` states, or else the newest.
 * Throws LF_FILE_UNKNOWN, and LF_FILE_UNCLEAR if several datasets have a file of that name or, with `only`, if
 * several files are in a wanted state.
 */
export async function findFile(
  pool: pg.Pool,
  text: string,
  { wanted = [], only = false }: { wanted?: readonly LedgerFileState[]; only?: boolean } = {},
): Promise<LedgerFile> {
  const files = (await filesNamed(pool, text)).filter(
    ({ name, parentId }) => parentId === null || name !== text,
  );
  const numbered = files.find((file) => String(file.fileId) === text);
  if (numbered !== undefined && files.every((file) => file.name !== text)) return numbered;
  if (files.length === 0) throw new LandfallError('LF_FILE_UNKNOWN', { file: text });
  const fitting = files.filter((file) => wanted.includes(file.state));
  const datasets = new Set(files.map((file) => file.dataset));
  if (datasets.size > 1 || (only && fitting.length > 1)) {
    const listed = (fitting.length > 0 ? fitting : files).slice(0, 5);
    const names = listed.map(
      ({ fileId, dataset, landedAt }) => `${fileId} (${dataset}, landed ${landedAt.toISOString()})`,
    );
    throw new LandfallError('LF_FILE_UNCLEAR', { file: text, files: names.join(', ') });
  }
  return fitting[0] ?? files[0];
}
