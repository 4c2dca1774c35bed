/** Tries a definition on the files that it was written for: imports it, compiles it and reads rows with it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledDataset } from '../../model/compiled.ts';
import type { PredictedReject } from '../../model/infer/contract.ts';
import { loadRegistry } from '../../model/registry.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { ledgerReject } from '../../workers/pipeline/reject-tray.ts';
import type { Profile } from '../../workers/profile/profile-file.ts';
import type { FileReader } from './file-reader.ts';

export interface Trial {
  readonly dataset: CompiledDataset;
  /** One for each file. */
  readonly files: readonly TriedFile[];
}

export interface TriedFile extends Pick<Profile, 'rows' | 'rejected'> {
  readonly file: string;
  /** The first rejects. */
  readonly rejects: readonly PredictedReject[];
  /** The first rows, in the order of the dataset's columns, as texts. */
  readonly first: readonly (readonly (string | null)[])[];
}

const rowsShown = 5;

/**
 * Throws LF_DEFINITION and others that say why the definition cannot be used, and LF_HEADER and others that say why
 * it does not fit a file.
 */
export async function tryDefinition(
  source: string,
  name: string,
  readers: readonly FileReader[],
): Promise<Trial> {
  const dataset = await importDefinition(source, name);
  const files: TriedFile[] = [];
  for (const reader of readers) files.push(await triedFile(dataset, reader));
  return { dataset, files };
}

/** The dataset as the registry would find it. Throws LF_INIT_BROKEN if it cannot be used. */
export async function importDefinition(source: string, name: string): Promise<CompiledDataset> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-init-'));
  try {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'dataset.ts'), source);
    const registry = await loadRegistry({ paths: [folder], untyped: true });
    const dataset = registry.get(name);
    if (dataset !== undefined) return dataset;
    const reason =
      registry
        .broken()
        .map(({ error }) => error.message)
        .join('\n') || 'it defines no dataset';
    throw new LandfallError('LF_INIT_BROKEN', { reason: reason.replaceAll(`${folder}/`, '') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function triedFile(dataset: CompiledDataset, reader: FileReader): Promise<TriedFile> {
  const { file } = reader;
  const profile = await reader.tryWith(dataset);
  if (profile === null) return { file: file.name, rows: 0, rejected: 0, rejects: [], first: [] };
  return { file: file.name, ...outcomeOf(dataset, profile) };
}

/** What a profile says of a file that is loaded with the dataset. */
export function outcomeOf(
  dataset: CompiledDataset,
  { profile, layout }: { profile: Profile; layout: FileLayout },
): Omit<TriedFile, 'file'> {
  const rejects = profile.rejects.map(({ reject, line }): PredictedReject => {
    const { code, column, message } = ledgerReject(reject, dataset, layout, 1);
    return { line: line ?? 0, code, column, message };
  });
  const first = Array.from({ length: Math.min(rowsShown, profile.kept[0]?.length ?? 0) }, (_, row) =>
    profile.kept.map((column) => column[row]),
  );
  return { rows: profile.rows, rejected: profile.rejected, rejects, first };
}
