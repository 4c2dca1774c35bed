/** Imports definition files, written in TypeScript or JavaScript. */
import { stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { LandfallError } from '../../platform/errors/errors.ts';
import { importFault } from '../../platform/errors/import-fault.ts';
import { type Definition, isDefinition } from '../language/define.ts';
import { type DefinitionFile, fileError } from './find-files.ts';

export type ImportFile = (file: string) => Promise<unknown>;

/** How definition files are translated to what Node runs. */
export interface Translation {
  /** Landfall's home, which caches the JavaScript of each file by a hash of its text. */
  readonly home?: string;
  /** The files are as `landfall init` writes them, without types: Babel, which takes 200 ms to load, is not needed. */
  readonly untyped?: boolean;
}

/**
 * A function that imports files as they are now: files that an earlier function imported are read again, with
 * everything that they import. In a definition, `landfall` is this program's model, wherever it is installed.
 * Without a cache, translating takes longer than everything else that a process does at its start.
 */
export async function openImports({ home, untyped = false }: Translation): Promise<ImportFile> {
  const [{ createJiti }, landfall] = await Promise.all([import('jiti'), import('../index.ts')]);
  const jiti = createJiti(import.meta.url, {
    virtualModules: { landfall },
    fsCache: home !== undefined && (await isFolder(home)) && join(home, 'definitions'),
    interopDefault: false,
    ...(untyped && { transform: ({ source }) => ({ code: asCommonJs(source) }) }),
  });
  for (const path of Object.keys(jiti.cache)) {
    if (!path.includes(`${sep}node_modules${sep}`)) delete jiti.cache[path];
  }
  return (file) => jiti.import(file);
}

/** A module of JavaScript whose only import and export are those of a definition that `landfall init` wrote. */
function asCommonJs(source: string): string {
  return source
    .replace(/^import (\{[^}]*\}) from 'landfall';$/m, "const $1 = require('landfall');")
    .replace(/^export default /m, 'exports.default = ');
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
    const reason = await importFault(error, file);
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
