/** Imports definition files, written in TypeScript or JavaScript. */
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LandfallError } from '../../platform/errors/errors.ts';
import { type Definition, isDefinition } from '../language/define.ts';
import { type DefinitionFile, fileError } from './find-files.ts';

export type ImportFile = (file: string) => Promise<unknown>;

/**
 * A function that imports files as they are now: files that an earlier function imported are read again, with
 * everything that they import. In a definition, `landfall` resolves to this program, wherever it is installed. If
 * there is a home, it caches the JavaScript of each file by a hash of its text: translating takes longer than
 * everything else that a process does at its start.
 */
export async function openImports(home: string | undefined): Promise<ImportFile> {
  const { createJiti } = await import('jiti');
  const here = fileURLToPath(import.meta.url);
  const model = dirname(dirname(here));
  const jiti = createJiti(import.meta.url, {
    alias: { landfall: join(model, `index${extname(here)}`) },
    fsCache: home !== undefined && (await isFolder(home)) && join(home, 'definitions'),
    interopDefault: false,
  });
  const ours = [model, join(model, '../kernel'), join(model, '../platform')].map((room) => room + sep);
  for (const path of Object.keys(jiti.cache)) {
    const stays = path.includes(`${sep}node_modules${sep}`) || ours.some((room) => path.startsWith(room));
    if (!stays) delete jiti.cache[path];
  }
  return (file) => jiti.import(file);
}

/** The definitions that a file exports. Throws LF_DEFINITION_FILE if it cannot be imported, or exports none. */
export async function definitionsIn(
  { file, named }: DefinitionFile,
  load: ImportFile,
): Promise<Definition[]> {
  let exported: Record<string, unknown>;
  try {
    exported = (await load(file)) as Record<string, unknown>;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LandfallError('LF_DEFINITION_IMPORT', { file, reason }, { cause: error });
  }
  const definitions = [...new Set(Object.values(exported ?? {}))].filter(isDefinition);
  if (definitions.length === 0 && named) {
    throw fileError(file, `${basename(file)} does not export a dataset`);
  }
  return definitions;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
