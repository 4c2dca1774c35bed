/** Finds the definition files in the folders that a person named. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { LandfallError } from '../../platform/errors/errors.ts';

const extensions = ['.ts', '.mts', '.js', '.mjs'];

/** `named`: a person named this file, or it is a dataset.ts, so it must export a dataset. */
export interface DefinitionFile {
  readonly file: string;
  readonly named: boolean;
}

/**
 * The definition files of a path: the file itself, or in a folder its dataset.ts, those of its subfolders, and its
 * other *.ts. Throws LF_DEFINITION_MISSING if the path does not exist; with `optional`, returns no files instead.
 */
export async function definitionFiles(path: string, optional = false): Promise<DefinitionFile[]> {
  const found = await stat(path).catch(() => null);
  if (found === null && optional) return [];
  if (found === null) throw new LandfallError('LF_DEFINITION_MISSING', { path });
  if (!found.isDirectory()) {
    if (extensions.includes(extname(path))) return [{ file: path, named: true }];
    throw fileError(path, `it is neither a folder nor a ${extensions.join(', ')} file`);
  }
  const own = await datasetFile(path);
  if (own !== null) return [own];
  const files: DefinitionFile[] = [];
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(path, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) {
      const dataset = await datasetFile(inside);
      if (dataset !== null) files.push(dataset);
    } else if (isDefinitionName(entry.name)) files.push({ file: inside, named: false });
  }
  return files;
}

/** The dataset that a file's path stands for: both orders/dataset.ts and orders.ts stand for orders. */
export function datasetOfPath(file: string): string {
  const stem = basename(file, extname(file));
  return stem === 'dataset' ? basename(dirname(file)) : stem;
}

export function fileError(file: string, reason: string, cause?: unknown): LandfallError {
  return new LandfallError('LF_DEFINITION_FILE', { file, reason }, { cause });
}

function isDefinitionName(name: string): boolean {
  return extensions.includes(extname(name)) && !/\.(d|test|spec|config)\.[^.]+$/.test(name);
}

async function datasetFile(folder: string): Promise<DefinitionFile | null> {
  for (const extension of extensions) {
    const file = join(folder, `dataset${extension}`);
    if (await stat(file).catch(() => null)) return { file, named: true };
  }
  return null;
}
