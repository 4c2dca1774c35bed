/** The rules for the tree of files. Each is a function that returns what in a tree breaks the rule. */
import { posix } from 'node:path';
import { importsOf, isModule, roomOf, type Tree, withoutComments } from './tree.ts';

/** Rooms by level. A room may import the rooms of the levels below its own. */
export const levels: readonly (readonly string[])[] = [
  ['kernel'],
  ['platform'],
  ['model'],
  ['ledger', 'datasets', 'dashboard'],
  ['sources', 'sinks'],
  ['coordinator', 'workers'],
  ['cli'],
  ['bench', 'soak'],
];

/** Rooms that may import less than their level allows, and why. */
const narrow: Readonly<Record<string, readonly string[]>> = {
  // A definition is written against the published language.
  datasets: ['model', 'platform'],
  // Everything that the page imports is sent to a browser.
  dashboard: ['platform'],
  // It starts the command as a user does, and calls nothing in it.
  soak: ['datasets', 'ledger', 'model', 'platform'],
};

/** Folders that may hold more entries than the rest, and why. */
const wideFolders: Readonly<Record<string, string>> = {
  '.': 'tools look for their settings here, and each room is a folder here',
  test: 'it has a folder for each room, and the suites that belong to no room',
  'ddl/migrations': 'a migration is never changed or removed, so that their number only grows',
  'ledger/statements/catalogue': 'a file for each folder of statements, and the index',
};
export const entriesMost = 20;
export const linesMost = 450;

/** Names that several files may share because the folder says which one is meant, and why. */
const sharedNames: Readonly<Record<string, string>> = {
  index: 'what a folder offers to the rest',
  contract: 'what the implementations in a folder have in common',
  main: 'where a process starts',
  types: 'the types that the files of a folder share',
  dataset: 'the definition in the folder of a dataset',
  generate: 'the generator in the folder of a dataset',
  demo: 'what the sources of an example fetch from, in its folder',
};
/** Folders whose files are named after something else, and after what. */
const namedAfter: Readonly<Record<string, string>> = {
  'cli/commands/': 'the command, which is often also the name of what does the work',
  'ledger/statements/catalogue/': 'the folder of statements',
  'ledger/tables/': 'what its statements are about',
  'model/types/': 'the column type',
  'platform/errors/codes/': 'what the codes are about',
};

/** Advisory locks whose first key is also that of another: who takes one waits for the other, or is its holder. */
export function sharedLocks(tree: Tree): string[] {
  const locks = [...tree].flatMap(([path, text]) =>
    [...text.matchAll(/^(?:export )?const (\w+) = 0x1a4d(f4\w\w);$/gm)].map(([, name, key]) => {
      return { key, at: `${path}: ${name}` };
    }),
  );
  const shared = locks.filter(({ key }) => locks.filter((other) => other.key === key).length > 1);
  return shared.map(({ at }) => at).sort();
}

/** Rooms that may run statements on schema landfall: its own, and those that check what the others have done. */
const statementRooms: readonly string[] = ['ledger', 'test', 'bench', 'soak'];
/** Modules that run a statement by its name. */
const runners: readonly string[] = ['ledger/sql.ts', 'ledger/statements/run.ts'];

/** Files that are longer than others may be, and why. */
const longFiles: Readonly<Record<string, string>> = {
  'test/csv/cases.ts': 'a table of cases',
  'test/kernel/assembly/types.test.ts': 'tables of values, a type after the other',
  'test/oracle/csv.ts': 'the reader as a whole, to be compared with the format line by line',
};

/** Suites whose tests belong to no single source, and why. */
const suites: Readonly<Record<string, string>> = {
  'test/crash/': 'processes die at each crash point',
  'test/csv/': 'texts, dialects and splits through the whole reader',
  'test/e2e/': 'the command and its processes as a user starts them',
  'test/faults/': 'servers that are away, workers that are frozen',
  'test/fuzz/': 'mutated bytes against the oracle',
  'test/oracle/': 'the slow implementations, compared with each other',
  'test/support/': 'what tests share',
};

/** Tests that have no source of their own, and why. */
const testsWithoutSource: Readonly<Record<string, string>> = {
  'test/deploy.test.ts': 'the files in deploy/, and the services that use them',
  'test/docker.test.ts': 'the image',
  'test/docs.test.ts': 'the documents',
  'test/guarantees.test.ts': 'docs/guarantees.md',
  'test/package.test.ts': 'package.json, package-lock.json and what npm packs',
  'test/rejects-doc.test.ts': 'docs/rejects.md',
  'test/structure.test.ts': 'the tree of files',
  'test/tutorial-doc.test.ts': 'docs/guide/tutorial.md',
  'test/words.test.ts': 'words and phrases',
  'test/workflow.test.ts': 'the workflow of GitHub Actions',
  'test/terraform/format.test.ts': 'the format of Terraform files',
  'test/bench/costs.test.ts': 'what a row costs in every room that it passes, in counts',
  'test/cli/mistakes.test.ts': 'what wrong calls of every command say',
  'test/coordinator/progress/documented-clients.test.ts': 'the clients of docs/progress.md',
  'test/coordinator/webhooks/documented-receivers.test.ts': 'the receivers of docs/operations/webhooks.md',
  'test/cli/connections.test.ts': 'every command where the server has no connection left',
  'test/coordinator/plan/same-bytes.test.ts':
    'files with the same content, from their detection to their end',
  'test/dashboard/page.test.ts': 'the built page in a browser',
  'test/datasets/definitions.test.ts': 'all definitions',
  'test/datasets/enriched.test.ts': 'the columns of all datasets',
  'test/datasets/star.test.ts': 'the tables, marts and queries of all datasets',
  'test/ledger/growth.test.ts': 'statements that must not cost more as the ledger grows',
  'test/ledger/size.test.ts': 'what a small file takes of the ledger',
  'test/ledger/upgrades.test.ts': 'ledgers of earlier versions',
  'test/platform/queue/postgres.test.ts': 'the conformance suite on PostgreSQL',
  'test/platform/queue/redis.test.ts': 'the conformance suite on Redis',
  'test/sinks/lake/round-trip.test.ts': 'parts as other readers read them',
  'test/sinks/lake/types.test.ts': 'the types of parts as other readers read them',
};

/** Modules that nothing imports or names, and why they are there. */
const unnamedModules: readonly (readonly [RegExp, string])[] = [
  [/^(?:bench|soak)\/datasets\/(?:packed\/)?[^/]+\/dataset\.ts$/, 'loaded by the name of its folder'],
  [/^datasets\/[^/]+\/dataset\.ts$/, 'loaded by the name of its folder'],
  [/^bench\/(?:kernel-speed|parquet)\.ts$/, 'run by hand, as its first comment says'],
  [/^dashboard\/vite\.config\.ts$/, 'read by Vite'],
  [/^deploy\/metabase\/setup\.mjs$/, 'run by a service of docker-compose.yml'],
  [/^deploy\/monitoring\/traces\.mjs$/, 'loaded by Node before Landfall, where a person asks for it'],
  [/^cli\/health-check\.ts$/, 'run by the HEALTHCHECK of the image'],
  [/\.d\.ts$/, 'read by the compiler'],
  [/\.types\.ts$/, 'checked by the compiler alone'],
  [/^kernel\/assembly\/index\.ts$/, 'where the AssemblyScript compiler starts'],
  [/^kernel\/columns\/arrow\.ts$/, 'vectors as Arrow arrays without a copy: only its test uses it so far'],
  [
    /^test\/fuzz\/assembly\/arena\.ts$/,
    'put in the place of the arena when the kernel is compiled for fuzzing',
  ],
];

/** The file that `target` of an import refers to: with its omitted extension, or with the one it has before the build. */
function resolve(tree: Tree, target: string): string | null {
  const candidates = [
    target,
    `${target}.ts`,
    target.replace(/\.js$/, '.ts'),
    target.replace(/\.js$/, '.tsx'),
  ];
  return candidates.find((path) => tree.has(path)) ?? null;
}

const built = (path: string) => path === 'dist' || path.startsWith('dist/');

/** The modules of a tree, each with the modules that it imports. */
function edgesOf(tree: Tree): Map<string, string[]> {
  return new Map(
    [...tree]
      .filter(([path]) => isModule(path))
      .map(([path, text]) => [path, importsOf(path, text).flatMap((target) => resolve(tree, target) ?? [])]),
  );
}

/** Imports of files that do not exist. */
export function missingImports(tree: Tree): string[] {
  return [...tree]
    .filter(([path]) => isModule(path))
    .flatMap(([path, text]) =>
      importsOf(path, text)
        .filter((target) => !built(target) && resolve(tree, target) === null)
        .map((target) => `${path} imports ${target}`),
    );
}

/** The kernel's AssemblyScript is a room of its own. */
const roomsName = (path: string) => (path.startsWith('kernel/assembly/') ? 'kernel/assembly' : roomOf(path));

function mayImport(room: string, other: string): boolean {
  if (room === other || room === 'test') return true;
  if (room === '' || room === 'scripts') return false;
  if (narrow[room]) return narrow[room].includes(other);
  const level = (name: string) => levels.findIndex((rooms) => rooms.includes(name));
  return level(other) >= 0 && level(other) < level(room);
}

/** Imports that go up or sideways, or from a room that may not be imported. */
export function wrongImports(tree: Tree): string[] {
  return [...edgesOf(tree)].flatMap(([path, targets]) =>
    targets
      .filter((target) => roomsName(path) !== '' && !mayImport(roomsName(path), roomsName(target)))
      .map((target) => `${path} imports ${target}`),
  );
}

/** Import cycles, including those through types and `import()`. */
export function importCycles(tree: Tree): string[] {
  const edges = edgesOf(tree);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

/** Folders with too many entries. */
export function wideFoldersOf(tree: Tree): string[] {
  const entries = new Map<string, Set<string>>();
  for (const path of tree.keys()) {
    for (let at = path; at !== '.'; at = posix.dirname(at)) {
      const folder = posix.dirname(at);
      entries.set(folder, (entries.get(folder) ?? new Set()).add(at));
    }
  }
  return [...entries]
    .filter(([folder, { size }]) => size > entriesMost && !(folder in wideFolders))
    .map(([folder, { size }]) => `${folder} has ${size} entries`);
}

/** Pairs of files with the same name, in one room or in two rooms of which one imports the other. */
export function sameNames(tree: Tree): string[] {
  const imported = new Set(
    [...edgesOf(tree)].flatMap(([path, targets]) =>
      targets.flatMap((target) => [`${roomOf(path)} ${roomOf(target)}`, `${roomOf(target)} ${roomOf(path)}`]),
    ),
  );
  const near = (one: string, other: string) =>
    roomOf(one) === roomOf(other) || imported.has(`${roomOf(one)} ${roomOf(other)}`);
  const byName = new Map<string, string[]>();
  for (const path of tree.keys()) {
    if (!isModule(path) || ['', 'test', 'scripts', 'kernel/assembly'].includes(roomsName(path))) continue;
    if (Object.keys(namedAfter).some((folder) => path.startsWith(folder))) continue;
    const name = posix.basename(path).replace(/\..*$/, '');
    if (!(name in sharedNames)) byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return [...byName.values()].flatMap((paths) =>
    paths.flatMap((one, i) =>
      paths
        .slice(i + 1)
        .filter((other) => near(one, other))
        .map((other) => `${one} and ${other}`),
    ),
  );
}

/** Files outside ledger/ that run statements on its schema, whether by their names or as text. */
export function foreignStatements(tree: Tree): string[] {
  const text = /\b(?:from|join|into|using|update|table|truncate|copy)\s+landfall\.|schema: 'landfall'/i;
  return [...tree]
    .filter(([path]) => isModule(path) && !statementRooms.includes(roomOf(path)))
    .filter(
      ([path, module]) =>
        text.test(withoutComments(module)) ||
        importsOf(path, module).some((target) => runners.includes(target)),
    )
    .map(([path]) => path);
}

export function longFilesOf(tree: Tree): string[] {
  return [...tree]
    .filter(([path, text]) => isModule(path) && !(path in longFiles) && text.split('\n').length > linesMost)
    .map(([path, text]) => `${path} has ${text.split('\n').length} lines`);
}

/** Tests that do not have the path of a source file, or of a folder of them, below test/. */
export function strayTests(tree: Tree): string[] {
  const folders = new Set([...tree.keys()].map((path) => posix.dirname(path)));
  return [...tree.keys()].filter((path) => {
    const [, source] = /^test\/(.+)\.test\.tsx?$/.exec(path) ?? [];
    if (source === undefined || path in testsWithoutSource) return false;
    if (Object.keys(suites).some((suite) => path.startsWith(suite))) return false;
    return !folders.has(source) && ['.ts', '.tsx', '.mjs'].every((ending) => !tree.has(source + ending));
  });
}

/** Files that a module names in a string, by a path from itself or from the root, built or not. */
function namedFiles(tree: Tree, path: string, text: string): string[] {
  return [...withoutComments(text).matchAll(/['"]([\w./-]+\.(?:ts|tsx|js|mjs))['"]/g)].flatMap(([, named]) =>
    [posix.normalize(posix.join(posix.dirname(path), named)), named].flatMap(
      (target) => resolve(tree, target.replace(/^dist\//, '')) ?? [],
    ),
  );
}

/** Modules that cannot be reached from package.json, the page, a tool's settings or a test. */
export function deadModules(tree: Tree): string[] {
  const isTest = (path: string) => /^test\/.*\.(?:test|long)\.tsx?$/.test(path);
  const modules = [...tree.keys()].filter(isModule);
  const starts = ['package.json', '.ci/run', 'dashboard/index.html'].flatMap((path) =>
    [...(tree.get(path) ?? '').matchAll(/(?:\.?\/)?((?:[\w.-]+\/)*[\w.-]+\.(?:ts|tsx|js|mjs))\b/g)].flatMap(
      ([, named]) =>
        [named.replace(/^dist\//, ''), `dashboard/${named}`, `dashboard/public/${named}`].flatMap(
          (target) => resolve(tree, target) ?? [],
        ),
    ),
  );
  const rest = modules.filter(
    (path) => isTest(path) || !path.includes('/') || unnamedModules.some(([pattern]) => pattern.test(path)),
  );
  const alive = new Set<string>();
  const visit = (path: string, test: boolean) => {
    if (alive.has(path)) return;
    // A test counts as a user only of modules below test/.
    if (test && roomOf(path) !== 'test') return;
    alive.add(path);
    const text = tree.get(path) ?? '';
    const imported = importsOf(path, text).flatMap(
      (target) => resolve(tree, target.replace(/^dist\//, '')) ?? [],
    );
    for (const next of [...imported, ...namedFiles(tree, path, text)]) visit(next, roomOf(path) === 'test');
  };
  for (const path of [...starts, ...rest]) visit(path, false);
  return modules.filter((path) => !alive.has(path));
}

/** Exceptions for things that no longer exist. */
export function staleExceptions(tree: Tree): string[] {
  const paths = [...tree.keys()];
  return [
    ...Object.keys(longFiles),
    ...Object.keys(testsWithoutSource),
    ...Object.keys(wideFolders).filter((folder) => folder !== '.'),
    ...Object.keys(suites),
  ]
    .filter((path) => !tree.has(path) && !paths.some((one) => one.startsWith(path.replace(/\/?$/, '/'))))
    .concat(
      unnamedModules
        .filter(([pattern]) => !paths.some((path) => pattern.test(path)))
        .map(([pattern]) => String(pattern)),
    );
}
