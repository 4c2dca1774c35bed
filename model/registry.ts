/** The datasets there are: those that come with Landfall and those of the user. */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LandfallError } from '../platform/errors/errors.ts';
import { compileDataset } from './compile/compile.ts';
import { tableShape } from './compile/compile-star.ts';
import { Mistakes } from './compile/mistakes.ts';
import type { CompiledDataset } from './compiled.ts';
import { type Definition, isDefinition } from './language/define.ts';

export interface Registry {
  get(name: string): CompiledDataset | undefined;
  /** Sorted. */
  names(): string[];
  all(): CompiledDataset[];
}

/** The dataset of that name as it is defined today. Throws LF_DATASET_UNKNOWN. */
export function datasetNamed(registry: Registry, name: string): CompiledDataset {
  const dataset = registry.get(name);
  if (dataset !== undefined) return dataset;
  throw new LandfallError('LF_DATASET_UNKNOWN', { dataset: name, known: registry.names().join(', ') });
}

export interface RegistryOptions {
  readonly builtin: readonly Definition[];
  /** Definition files (.ts, .mts, .js, .mjs), or folders with dataset.ts in them, in their subfolders, or *.ts. */
  readonly paths: readonly string[];
  /** Where Landfall keeps what it needs: definitions are translated once for all processes. Default: for this one. */
  readonly home?: string;
  /** Told what is wrong with a definition, which is then left out. Default: the first that is wrong is thrown. */
  readonly onWrong?: (error: unknown) => void;
}

const extensions = ['.ts', '.mts', '.js', '.mjs'];

/**
 * Compiles all definitions. A user's dataset takes the place of a built-in one of the same name. Throws
 * LF_DEFINITION or LF_DEFINITION_FILE, naming the file, for the first file that is wrong.
 */
export async function loadRegistry(options: RegistryOptions): Promise<Registry> {
  const { builtin, paths, home, onWrong = rethrow } = options;
  const datasets = new Map<string, CompiledDataset>();
  for (const definition of builtin) datasets.set(definition.name, compileDataset(definition));
  const origin = new Map<string, string>();
  const files: DefinitionFile[] = [];
  for (const path of paths) {
    await definitionFiles(resolve(path)).then((found) => files.push(...found), onWrong);
  }
  const load = files.length > 0 ? await loader(home) : null;
  const take = async ({ file, named }: DefinitionFile) => {
    for (const definition of await definitionsIn(file, named, load!)) {
      const other = origin.get(definition.name);
      if (other !== undefined && other !== file) {
        throw fileError(file, `the dataset ${definition.name} is defined in ${other} too`);
      }
      origin.set(definition.name, file);
      datasets.set(definition.name, compiledFrom(file, definition));
    }
  };
  for (const file of files) await take(file).catch(onWrong);
  try {
    refuseSharedTables([...datasets.values()]);
  } catch (error) {
    onWrong(error);
  }
  return {
    get: (name) => datasets.get(name),
    names: () => [...datasets.keys()].sort(),
    all: () => [...datasets.values()],
  };
}

function rethrow(error: unknown): never {
  throw error;
}

function fileError(file: string, reason: string, cause?: unknown): LandfallError {
  return new LandfallError('LF_DEFINITION_FILE', { file, reason }, { cause });
}

/** `named`: the user pointed at this file, or it is a dataset.ts, so it must give a dataset. */
interface DefinitionFile {
  readonly file: string;
  readonly named: boolean;
}

async function definitionFiles(path: string): Promise<DefinitionFile[]> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw fileError(path, 'there is no such file or folder');
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

/**
 * Imports a file, TypeScript or not; in it `landfall` means this very program, wherever it lies. What it is in
 * JavaScript is kept in the home, where there is one, by a hash of its text: translating takes a process that starts
 * more time than all else.
 */
async function loader(home: string | undefined): Promise<(file: string) => Promise<unknown>> {
  const { createJiti } = await import('jiti');
  const here = fileURLToPath(import.meta.url);
  const index = join(here, '..', `index${extname(here)}`);
  const jiti = createJiti(import.meta.url, {
    alias: { landfall: index },
    fsCache: home !== undefined && (await isFolder(home)) && join(home, 'definitions'),
    interopDefault: false,
  });
  return (file) => jiti.import(file);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

async function definitionsIn(
  file: string,
  named: boolean,
  load: (file: string) => Promise<unknown>,
): Promise<Definition[]> {
  let exported: Record<string, unknown>;
  try {
    exported = (await load(file)) as Record<string, unknown>;
  } catch (error) {
    throw fileError(file, error instanceof Error ? error.message : String(error), error);
  }
  const definitions = [...new Set(Object.values(exported ?? {}))].filter(isDefinition);
  if (definitions.length === 0 && named) {
    throw fileError(file, `${basename(file)} exports nothing that defineDataset returned`);
  }
  return definitions;
}

/** Compiles, and says which file a mistake is in. */
function compiledFrom(file: string, definition: Definition): CompiledDataset {
  try {
    return compileDataset(definition);
  } catch (error) {
    if (!(error instanceof LandfallError) || error.code !== 'LF_DEFINITION') throw error;
    const mistakes = error.message.slice(error.message.indexOf('\n') + 1);
    throw new LandfallError(
      'LF_DEFINITION',
      { dataset: `${definition.name} (${file})`, mistakes },
      { cause: error },
    );
  }
}

/** Datasets may share dimension tables that agree; fact tables belong to one. */
function refuseSharedTables(datasets: readonly CompiledDataset[]): void {
  const mistakes = new Mistakes();
  const shapes = new Map<string, { shape: string; dataset: string }>();
  const facts = new Map<string, string>();
  for (const { name, star } of datasets) {
    const fact = `${star.schema}.${star.fact}`;
    const owner = facts.get(fact);
    if (owner !== undefined)
      mistakes.add(`${name}: star.fact`, `${fact} belongs to ${owner}`, 'Choose another name');
    facts.set(fact, name);
    for (const dimension of star.dimensions) {
      const table = `${star.schema}.${dimension.table}`;
      const shape = tableShape(dimension);
      const other = shapes.get(table);
      shapes.set(table, { shape, dataset: name });
      if (other === undefined || other.shape === shape) continue;
      mistakes.add(
        `${name}: star.dimensions (${table})`,
        `${other.dataset} gives the table other columns or types`,
        'Make them agree, or choose another table name or star.schema',
      );
    }
  }
  mistakes.refuse('all datasets');
}
