/** Reports the rejects of a file, and writes them to a CSV file in which a person can fix them. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { definitionOf } from '../../ledger/definition.ts';
import type { LedgerFile, LedgerFileState } from '../../ledger/ledger.ts';
import {
  openRejects,
  type RejectKind,
  type RejectTaker,
  rejectKinds,
  rejectTakers,
} from '../../ledger/tables/rejects.ts';
import type { Registry } from '../../model/registry.ts';
import { codedError } from '../../platform/errors/errors.ts';
import { type Export, type ExportOptions, exportRejects } from './export-rejects.ts';

export interface RejectsReport {
  readonly file: string;
  readonly fileId: number;
  readonly dataset: string;
  readonly state: LedgerFileState;
  /** Waiting rejects: those that have not been corrected or replayed. */
  readonly waiting: number;
  /** Waiting rejects by code. */
  readonly counts: Readonly<Record<string, number>>;
  /** Waiting rejects by code and column, most frequent first. */
  readonly kinds: readonly RejectKind[];
  /** The files that correct or replay the other rejects. */
  readonly taken: readonly RejectTaker[];
}

/** `examples`: the most examples of each kind. */
export async function reportRejects(
  pool: pg.Pool,
  file: LedgerFile,
  options: { examples: number },
): Promise<RejectsReport> {
  const { fileId, dataset, state, name } = file;
  const [kinds, taken] = await Promise.all([
    rejectKinds(pool, fileId, options.examples),
    rejectTakers(pool, fileId),
  ]);
  const counts: Record<string, number> = {};
  for (const { code, count } of kinds) counts[code] = (counts[code] ?? 0) + count;
  const waiting = kinds.reduce((sum, { count }) => sum + count, 0);
  return { file: name, fileId, dataset, state, waiting, counts, kinds, taken };
}

/** Exports the waiting rejects of a file. Null for a file without a settled layout, which has none. */
export async function exportWaiting(
  pool: pg.Pool,
  registry: Registry,
  file: LedgerFile,
  { excelSafe }: Pick<ExportOptions, 'excelSafe'>,
): Promise<Export | null> {
  if (file.layout === null) return null;
  const definition = await definitionOf(pool, registry, file);
  return exportRejects(file, openRejects(pool, file.fileId), { definition, excelSafe });
}

/**
 * Writes the waiting rejects of a file to `path` as CSV (docs/rejects.md) and returns their number. The file appears
 * when it is complete. If no reject waits, no file is written.
 * Throws LF_REJECTS_CUT, LF_PATH, LF_PATH_DENIED.
 */
export async function exportToFile(
  pool: pg.Pool,
  registry: Registry,
  file: LedgerFile,
  path: string,
  { excelSafe = false }: Pick<ExportOptions, 'excelSafe'> = {},
): Promise<number> {
  const written = await exportWaiting(pool, registry, file, { excelSafe });
  if (written === null) return 0;
  const staged = `${path}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(written.bytes), createWriteStream(staged));
    if (written.count() > 0) await rename(staged, path);
  } catch (cause) {
    throw codedError(cause, path);
  } finally {
    await rm(staged, { force: true });
  }
  return written.count();
}
