/** A folder of Terraform files, as the parser reads them and as tests ask about them. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The attributes and inner blocks of a block. An expression is a text `${…}`; inner blocks are lists. */
export type Block = Readonly<Record<string, unknown>>;

type Named = Readonly<Record<string, readonly Block[]>>;

/** What a file has, by kind of block, type and name. */
interface Parsed {
  readonly locals?: readonly Block[];
  readonly variable?: Named;
  readonly module?: Named;
  readonly output?: Named;
  readonly resource?: Readonly<Record<string, Named>>;
  readonly data?: Readonly<Record<string, Named>>;
}

// The package calls what it returns any. This is what it returns.
const { parse } = createRequire(import.meta.url)('@cdktn/hcl2json') as {
  parse(name: string, text: string): Promise<Parsed>;
};

export interface Module {
  /** Text by file name. */
  readonly texts: ReadonlyMap<string, string>;
  readonly variables: ReadonlyMap<string, Block>;
  readonly locals: ReadonlyMap<string, unknown>;
  /** By type and name: `aws_lb.this`. */
  readonly resources: ReadonlyMap<string, Block>;
  /** By type and name: `data.aws_region.current`. */
  readonly data: ReadonlyMap<string, Block>;
  readonly modules: ReadonlyMap<string, Block>;
  readonly outputs: ReadonlyMap<string, Block>;
}

/** Reads `*.tf` of a folder. Throws where a file does not parse, or where two blocks have one name. */
export async function readModule(folder: string): Promise<Module> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const texts = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  return moduleOf(texts);
}

/** A module from the texts of its files. Throws as readModule. */
export async function moduleOf(texts: ReadonlyMap<string, string>): Promise<Module> {
  const module = {
    texts,
    variables: new Map<string, Block>(),
    locals: new Map<string, unknown>(),
    resources: new Map<string, Block>(),
    data: new Map<string, Block>(),
    modules: new Map<string, Block>(),
    outputs: new Map<string, Block>(),
  };
  const add = <T>(map: Map<string, T>, name: string, value: T) => {
    if (map.has(name)) throw new Error(`${name} is there twice`);
    map.set(name, value);
  };
  const addAll = (map: Map<string, Block>, named: Named = {}, before = '') => {
    for (const [name, blocks] of Object.entries(named))
      for (const block of blocks) add(map, before + name, block);
  };
  for (const [name, text] of texts) {
    const file = await parse(name, text);
    for (const locals of file.locals ?? [])
      for (const [local, value] of Object.entries(locals)) add(module.locals, local, value);
    addAll(module.variables, file.variable);
    addAll(module.modules, file.module);
    addAll(module.outputs, file.output);
    for (const [type, named] of Object.entries(file.resource ?? {}))
      addAll(module.resources, named, `${type}.`);
    for (const [type, named] of Object.entries(file.data ?? {})) addAll(module.data, named, `data.${type}.`);
  }
  return module;
}

/** What a module's expressions refer to: `var.zones`, `local.port`, `data.aws_region.current`, `aws_lb.this`. */
export function referencesOf(module: Module): Set<string> {
  const { variables, locals, resources, data, modules, outputs } = module;
  const found = new Set<string>();
  const visit = (value: unknown) => {
    if (typeof value === 'string') for (const name of referencesIn(value)) found.add(name);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(visit);
  };
  for (const blocks of [variables, locals, resources, data, modules, outputs]) blocks.forEach(visit);
  return found;
}

function referencesIn(text: string): string[] {
  if (!text.includes('${')) return [];
  const reference = /(?<![\w."-])(?:(?:var|local|module)\.\w+|(?:data\.)?(?:aws|terraform)_\w+\.\w+)/g;
  return text.match(reference) ?? [];
}

/** What `reference` may name in a module. */
export function namesOf(module: Module): Set<string> {
  const all = (map: ReadonlyMap<string, unknown>, before = '') =>
    [...map.keys()].map((name) => before + name);
  return new Set([
    ...all(module.variables, 'var.'),
    ...all(module.locals, 'local.'),
    ...all(module.modules, 'module.'),
    ...all(module.resources),
    ...all(module.data),
  ]);
}

/** The blocks of one type of resource. */
export function resourcesOfType(module: Module, type: string): Block[] {
  return [...module.resources].filter(([name]) => name.startsWith(`${type}.`)).map(([, block]) => block);
}

/** The first inner block of a name: `inner(bucket, 'rule', 'transition')`. */
export function inner(block: Block, ...path: readonly string[]): Block {
  return path.reduce<Block>((at, name) => {
    const blocks = at[name];
    if (!Array.isArray(blocks) || blocks.length === 0) throw new Error(`there is no ${name}`);
    return blocks[0] as Block;
  }, block);
}
