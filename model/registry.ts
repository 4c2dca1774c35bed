/**
 * The datasets of a process. A broken definition stops its own dataset and nothing else: it is left out and
 * reported. Definitions can be read again while the process runs. Earlier versions stay available for the files
 * that were planned with them.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describeError, LandfallError } from '../platform/errors/errors.ts';
import { compileDataset } from './compile/compile.ts';
import type { CompiledDataset } from './compiled.ts';
import { type DefinitionFile, datasetOfPath, definitionFiles, fileError } from './definitions/find-files.ts';
import { definitionsIn, openImports, type Translation } from './definitions/import-file.ts';
import { checkParent, parentsIn } from './definitions/parents.ts';
import { TableOwners } from './definitions/table-owners.ts';
import type { Definition } from './language/define.ts';

export interface Registry {
  get(name: string): CompiledDataset | undefined;
  /** Sorted. */
  names(): string[];
  all(): CompiledDataset[];
  /** Definitions that were left out, with their mistakes. */
  broken(): readonly BrokenDefinition[];
  /** A version of a dataset that this process has or had. */
  version(name: string, version: string): CompiledDataset | undefined;
  /** Reads all definitions again. True if a dataset or a broken definition has changed. */
  reload(): Promise<boolean>;
}

/** A definition that cannot be used. */
export interface BrokenDefinition {
  /** The dataset that it stops, or null if that is not known. */
  readonly dataset: string | null;
  /** The datasets whose files may be loaded into it too: they wait for it. */
  readonly parents?: readonly string[];
  readonly file: string;
  readonly error: { readonly code: string; readonly message: string; readonly fix: string };
}

/** An example that ships with Landfall. */
export interface Example {
  readonly name: string;
  load(): Promise<readonly Definition[]>;
}

export interface RegistryOptions extends Translation {
  /** Datasets that exist whatever the paths are. A dataset from a file replaces one of the same name. */
  readonly builtin?: readonly Definition[];
  /** Examples whose datasets exist if a path asks for them: `example:trips`, or all of them with `example:*`. */
  readonly examples?: readonly Example[];
  /** Definition files (.ts, .mts, .js, .mjs), or folders with dataset.ts in them, in their subfolders, or *.ts. */
  readonly paths: readonly string[];
  /** From the second reading on, all examples exist, whoever asks for them. */
  readonly examplesLater?: boolean;
  /** The paths need not exist. */
  readonly optional?: boolean;
}

/** Most versions of one dataset that a process keeps. */
const versionsMost = 32;

const examplePrefix = 'example:';
/** The path that asks for all of them. */
export const allExamples = `${examplePrefix}*`;

/** Whether a name is that of an example or of one of its datasets, which are named after it: `orders_lines`. */
export function isOfExample(name: string, example: Pick<Example, 'name'>): boolean {
  return name === example.name || name.startsWith(`${example.name}_`);
}

/** True for a path that asks for datasets that ship with Landfall. */
export function isExamplePath(path: string): boolean {
  return path.startsWith(examplePrefix);
}

/** Reads and compiles all definitions. `broken` has those that cannot be used. */
export async function loadRegistry(options: RegistryOptions): Promise<Registry> {
  const registry = new LiveRegistry(options);
  await registry.reload();
  return registry;
}

/** The dataset of that name. Throws the error of its definition, or LF_DATASET_UNKNOWN. */
export function datasetNamed(registry: Registry, name: string): CompiledDataset {
  const dataset = registry.get(name);
  if (dataset !== undefined) return dataset;
  throw notUsable(registry, name);
}

/**
 * The datasets that take their rows from the files of a dataset, by name. Throws LF_DATASET_BROKEN if the definition of
 * one cannot be used: its rows would be missing.
 */
export function childrenOf(
  registry: Pick<Registry, 'all' | 'broken' | 'names'>,
  name: string,
): CompiledDataset[] {
  const broken = brokenChildOf(registry, name);
  if (broken !== undefined) throw notUsable(registry, broken.dataset!);
  return usableChildrenOf(registry, name);
}

/** The same without those whose definitions cannot be used. */
export function usableChildrenOf(registry: Pick<Registry, 'all'>, name: string): CompiledDataset[] {
  const children = registry.all().filter(({ format }) => format?.parent === name);
  return children.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether files of the dataset can be planned: its definition can be used, and so can those of its children. */
export function isUsable(registry: Pick<Registry, 'get' | 'broken'>, name: string): boolean {
  return registry.get(name) !== undefined && brokenChildOf(registry, name) === undefined;
}

function brokenChildOf(registry: Pick<Registry, 'broken'>, name: string): BrokenDefinition | undefined {
  return registry.broken().find(({ parents }) => parents?.includes(name));
}

/** Why there is no dataset of that name. */
export function notUsable(registry: Pick<Registry, 'broken' | 'names'>, name: string): LandfallError {
  const broken = registry.broken().find(({ dataset }) => dataset === name);
  if (broken === undefined) {
    const known = registry.names().join(', ') || 'none';
    return new LandfallError('LF_DATASET_UNKNOWN', { dataset: name, known });
  }
  return new LandfallError('LF_DATASET_BROKEN', { dataset: name, reason: broken.error.message });
}

/** A definition and where it comes from. */
interface Source {
  readonly file: string;
  readonly definition: Definition;
}

/** One reading of all definitions. */
interface Reading {
  readonly datasets: ReadonlyMap<string, CompiledDataset>;
  readonly broken: readonly BrokenDefinition[];
}

class LiveRegistry implements Registry {
  private readonly options: RegistryOptions;
  private now: Reading = { datasets: new Map(), broken: [] };
  private readonly versions = new Map<string, Map<string, CompiledDataset>>();
  /** Names of the datasets that each file defined when it was last imported successfully. */
  private readonly defined = new Map<string, readonly string[]>();
  private reading: Promise<boolean> | null = null;
  private readings = 0;

  constructor(options: RegistryOptions) {
    this.options = options;
  }

  get(name: string): CompiledDataset | undefined {
    return this.now.datasets.get(name);
  }

  names(): string[] {
    return [...this.now.datasets.keys()].sort();
  }

  all(): CompiledDataset[] {
    return [...this.now.datasets.values()];
  }

  broken(): readonly BrokenDefinition[] {
    return this.now.broken;
  }

  version(name: string, version: string): CompiledDataset | undefined {
    return this.versions.get(name)?.get(version);
  }

  /** Concurrent calls run one after another, because a file may change while it is read. */
  reload(): Promise<boolean> {
    const reading = (this.reading ?? Promise.resolve(false)).catch(() => false).then(() => this.read());
    this.reading = reading;
    return reading;
  }

  private async read(): Promise<boolean> {
    const broken: BrokenDefinition[] = [];
    const sources = await this.sources(broken);
    const compiled = this.compiled(sources, broken);
    const datasets = this.withParents(this.withTables(compiled, broken), broken);
    const before = this.now;
    this.now = { datasets, broken: broken.map((one) => withKnownParents(one, sources, before)) };
    return !sameReading(before, this.now);
  }

  /** All definitions, with no name defined in two files. */
  private async sources(broken: BrokenDefinition[]): Promise<Source[]> {
    const { builtin = [], examples = [], examplesLater = false, paths, optional } = this.options;
    const sources: Source[] = builtin.map((definition) => ({ file: 'builtin', definition }));
    const files: DefinitionFile[] = [];
    const isLater = this.readings++ > 0;
    for (const path of isLater && examplesLater ? [...paths, allExamples] : paths) {
      try {
        if (isExamplePath(path)) sources.push(...(await examplesOf(path, examples)));
        else files.push(...(await definitionFiles(resolve(path), optional)));
      } catch (error) {
        broken.push({ dataset: null, file: path, error: describeError(error) });
      }
    }
    const own = await this.imported(files, broken);
    const names = new Set([...own.map(({ definition }) => definition.name), ...namesOf(broken)]);
    const others = new Map(sources.map((source) => [source.definition.name, source]));
    // Children of a dataset that ships with Landfall do not take rows from the one that replaces it.
    const isReplaced = ({ definition: { name, source } }: Source) =>
      names.has(name) || names.has(source.format?.parent ?? name);
    return [...[...others.values()].filter((source) => !isReplaced(source)), ...own];
  }

  /** The definitions of files. A name that two files define is broken in both. */
  private async imported(files: readonly DefinitionFile[], broken: BrokenDefinition[]): Promise<Source[]> {
    if (files.length === 0) return [];
    const load = await openImports(this.options);
    const sources: Source[] = [];
    const unreadable: { file: string; error: unknown; parents: readonly string[] }[] = [];
    for (const one of files) {
      const { file } = one;
      try {
        const definitions = await definitionsIn(one, load);
        this.defined.set(
          file,
          definitions.map(({ name }) => name),
        );
        sources.push(...definitions.map((definition) => ({ file, definition })));
      } catch (error) {
        const text = await readFile(file, 'utf8').catch(() => '');
        unreadable.push({ file, error, parents: parentsIn(text) });
      }
    }
    const filesOf = new Map<string, Set<string>>();
    for (const { file, definition } of sources) {
      filesOf.set(definition.name, (filesOf.get(definition.name) ?? new Set()).add(file));
    }
    for (const { file, error, parents } of unreadable) {
      const names = (this.defined.get(file) ?? [datasetOfPath(file)]).filter((name) => !filesOf.has(name));
      for (const dataset of names.length > 0 ? names : [null]) {
        broken.push({ dataset, parents, file, error: describeError(error) });
      }
    }
    return sources.filter(({ file, definition: { name } }) => {
      const others = [...filesOf.get(name)!].filter((other) => other !== file);
      for (const other of others) {
        const error = describeError(fileError(file, `the dataset ${name} is defined in ${other} too`));
        broken.push({ dataset: name, file, error });
      }
      return others.length === 0;
    });
  }

  private compiled(sources: readonly Source[], broken: BrokenDefinition[]): [Source, CompiledDataset][] {
    return sources.flatMap((source): [Source, CompiledDataset][] => {
      try {
        return [[source, this.known(compileDataset(source.definition))]];
      } catch (error) {
        broken.push(brokenOf(source, error));
        return [];
      }
    });
  }

  /**
   * If two datasets claim a table, one of the user's own gets it before an example; else the one that existed before,
   * else the first.
   */
  private withTables(
    compiled: readonly [Source, CompiledDataset][],
    broken: BrokenDefinition[],
  ): [Source, CompiledDataset][] {
    const owners = new TableOwners();
    const refused = new Set<string>();
    const rank = ([source, { name }]: [Source, CompiledDataset]) =>
      (isOwn(source) ? 0 : 2) + (this.now.datasets.has(name) ? 0 : 1);
    for (const [source, dataset] of [...compiled].sort((a, b) => rank(a) - rank(b))) {
      try {
        owners.claim(dataset, labelOf(source));
      } catch (error) {
        refused.add(dataset.name);
        broken.push({ dataset: dataset.name, file: source.file, error: describeError(error) });
      }
    }
    return compiled.filter(([, { name }]) => !refused.has(name));
  }

  /** Leaves out datasets that name a parent whose files they cannot take their rows from. */
  private withParents(
    compiled: readonly [Source, CompiledDataset][],
    broken: BrokenDefinition[],
  ): Map<string, CompiledDataset> {
    const datasets = new Map(compiled.map(([, dataset]) => [dataset.name, dataset]));
    for (const [source, dataset] of compiled) {
      try {
        checkParent(dataset, datasets, labelOf(source));
      } catch (error) {
        datasets.delete(dataset.name);
        broken.push({ dataset: dataset.name, file: source.file, error: describeError(error) });
      }
    }
    return datasets;
  }

  /** The dataset, or the equal one that this process has already, so that what depends on it stays valid. */
  private known(dataset: CompiledDataset): CompiledDataset {
    const { name, version } = dataset;
    const versions = this.versions.get(name) ?? new Map<string, CompiledDataset>();
    this.versions.set(name, versions);
    const known = versions.get(version);
    if (known !== undefined && restOf(known) === restOf(dataset)) return known;
    versions.delete(version);
    versions.set(version, dataset);
    const [oldest] = versions.keys();
    if (versions.size > versionsMost) versions.delete(oldest);
    return dataset;
  }
}

/** The parts of a definition that are not in its version. */
function restOf({
  description,
  versions,
  marts,
  charts,
  checks,
  queries,
  sharedTables,
  lake: { compression },
}: CompiledDataset): string {
  return JSON.stringify([description, versions, marts, charts, checks, queries, sharedTables, compression]);
}

/** With the parents that its definition names or, if that cannot be read, that its text names or it had before. */
function withKnownParents(
  { parents: inText = [], ...broken }: BrokenDefinition,
  sources: readonly Source[],
  before: Reading,
): BrokenDefinition {
  const { dataset } = broken;
  if (dataset === null) return broken;
  const source = sources.find(({ definition }) => definition.name === dataset);
  const last = before.broken.find((one) => one.dataset === dataset)?.parents ?? [];
  const known = [...inText, before.datasets.get(dataset)?.format?.parent, ...last];
  const named = source === undefined ? known : [source.definition.source.format?.parent];
  const parents = [...new Set(named)].filter((name) => typeof name === 'string');
  return { ...broken, ...(parents.length > 0 && { parents }) };
}

function sameReading(one: Reading, other: Reading): boolean {
  const sameDatasets =
    one.datasets.size === other.datasets.size &&
    [...one.datasets].every(([name, dataset]) => other.datasets.get(name) === dataset);
  return sameDatasets && JSON.stringify(one.broken) === JSON.stringify(other.broken);
}

function namesOf(broken: readonly BrokenDefinition[]): string[] {
  return broken.flatMap(({ dataset }) => dataset ?? []);
}

async function examplesOf(path: string, examples: readonly Example[]): Promise<Source[]> {
  const wanted = path.slice(examplePrefix.length);
  const found = path === allExamples ? examples : examples.filter(({ name }) => name === wanted);
  if (found.length === 0) {
    const known = examples.map(({ name }) => name).join(', ');
    throw fileError(path, `there is no example ${wanted}; there are ${known}`);
  }
  const loaded = await Promise.all(found.map((example) => example.load()));
  return found.flatMap(({ name }, i) =>
    loaded[i].map((definition) => ({ file: `${examplePrefix}${name}`, definition })),
  );
}

/** A person wrote it: it does not ship with Landfall. */
function isOwn({ file }: Source): boolean {
  return file !== 'builtin' && !isExamplePath(file);
}

function labelOf({ file, definition }: Source): string {
  return file === 'builtin' ? definition.name : `${definition.name} (${file})`;
}

/** The error of a definition, with its file. */
function brokenOf(source: Source, cause: unknown): BrokenDefinition {
  const { file, definition } = source;
  const { name: dataset } = definition;
  if (!(cause instanceof LandfallError) || cause.code !== 'LF_DEFINITION') {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const error = cause instanceof LandfallError ? cause : fileError(file, reason, cause);
    return { dataset, file, error: describeError(error) };
  }
  const mistakes = cause.message.slice(cause.message.indexOf('\n') + 1);
  const error = new LandfallError('LF_DEFINITION', { dataset: labelOf(source), mistakes }, { cause });
  return { dataset, file, error: describeError(error) };
}
