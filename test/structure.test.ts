/** The shape of the tree of files: the rooms, their imports, and the size and names of what is in them. */
import { describe, expect, it } from 'vitest';
import { staleMentions } from './support/house/mentions.ts';
import {
  deadModules,
  entriesMost,
  foreignStatements,
  importCycles,
  levels,
  linesMost,
  longFilesOf,
  missingImports,
  sameNames,
  sharedLocks,
  staleExceptions,
  strayTests,
  wideFoldersOf,
  wrongImports,
} from './support/house/structure.ts';
import { importsOf, readTree, type Tree } from './support/house/tree.ts';

const repository = readTree();

/** A tree that is broken on purpose: a path, or a path with its text. */
const tree = (...files: (string | readonly [string, string])[]): Tree =>
  new Map(files.map((file) => (typeof file === 'string' ? [file, ''] : file)));

describe('imports', () => {
  it('are found in every form', () => {
    const text = `
      import { a } from './a.ts';
      import type { B } from './b.ts';
      import {
        c,
      } from './c.ts';
      export { d } from './d.ts';
      export type * from './e.ts';
      import './f.ts';
      const g = await import('./g.ts');
      let h: import('./h.ts').H;
      // import { no } from './no.ts';
      /* import { no } from './no.ts'; */
      import { other } from 'a-package';`;
    expect(importsOf('x/y.ts', text).sort()).toEqual([...'abcdefgh'].map((name) => `x/${name}.ts`));
  });

  it('name files that are there', () => {
    expect(missingImports(repository)).toEqual([]);
    expect(missingImports(tree(['cli/a.ts', `import './b.ts';`]))).toEqual(['cli/a.ts imports cli/b.ts']);
  });

  it('go down from room to room', () => {
    const rooms = new Set([...repository.keys()].map((path) => path.split('/')[0]));
    expect(levels.flat().filter((room) => !rooms.has(room))).toEqual([]);
    expect(wrongImports(repository)).toEqual([]);
  });

  it.each([
    ['kernel/a.ts', 'platform/b.ts'],
    ['platform/a.ts', 'model/b.ts'],
    ['model/a.ts', 'ledger/b.ts'],
    ['ledger/a.ts', 'sinks/b.ts'],
    ['sources/a.ts', 'sinks/b.ts'],
    ['workers/a.ts', 'coordinator/b.ts'],
    ['coordinator/a.ts', 'workers/b.ts'],
    ['coordinator/a.ts', 'cli/b.ts'],
    ['dashboard/a.ts', 'model/b.ts'],
    ['soak/a.ts', 'cli/b.ts'],
    ['cli/a.ts', 'bench/b.ts'],
    ['cli/a.ts', 'test/b.ts'],
    ['kernel/a.ts', 'kernel/assembly/b.ts'],
  ])('may not go from %s to %s, not even for a type', (from, to) => {
    const broken = tree([from, `import type { B } from '../${to}';`], to);
    expect(wrongImports(broken)).toEqual([`${from} imports ${to}`]);
  });

  it('do not run in a circle', () => {
    expect(importCycles(repository)).toEqual([]);
  });

  it.each([
    `import type { A } from './a.ts';`,
    `export { a } from './a.ts';`,
    `const a = await import('./a.ts');`,
    `type A = import('./a.ts').A;`,
  ])('run in a circle with: %s', (back) => {
    const broken = tree(['cli/a.ts', `import { b } from './b.ts';`], ['cli/b.ts', back]);
    expect(importCycles(broken)).toEqual(['cli/a.ts → cli/b.ts → cli/a.ts']);
  });
});

describe('files', () => {
  it(`are at most ${entriesMost} in a folder`, () => {
    expect(wideFoldersOf(repository)).toEqual([]);
    const names = Array.from({ length: entriesMost + 1 }, (_, i) => `docs/page-${i}.md`);
    expect(wideFoldersOf(tree(...names))).toEqual([`docs has ${entriesMost + 1} entries`]);
    expect(wideFoldersOf(tree(...names.slice(1)))).toEqual([]);
    expect(wideFoldersOf(tree(...names.map((name) => name.replace('.md', '/a.md'))))).toHaveLength(1);
  });

  it('have names of their own where one could be taken for another', () => {
    expect(sameNames(repository)).toEqual([]);
    const importing = ['workers/a.ts', `import type { B } from '../ledger/b.ts';`] as const;
    expect(sameNames(tree(importing, 'ledger/b.ts', 'workers/keys.ts', 'ledger/keys.ts'))).toHaveLength(1);
    expect(sameNames(tree('ledger/a/rejects.ts', 'ledger/b/rejects.ts'))).toHaveLength(1);
    expect(sameNames(tree('workers/rejects.ts', 'coordinator/rejects.ts'))).toEqual([]);
    expect(sameNames(tree('ledger/a/index.ts', 'ledger/b/index.ts'))).toEqual([]);
  });

  it('can be read in a sitting', () => {
    expect(longFilesOf(repository)).toEqual([]);
    expect(longFilesOf(tree(['cli/a.ts', '\n'.repeat(linesMost)]))).toEqual([
      `cli/a.ts has ${linesMost + 1} lines`,
    ]);
  });

  it('run statements on schema landfall in ledger/ alone', () => {
    expect(foreignStatements(repository)).toEqual([]);
    const inline = ['sinks/a.ts', 'await client.query(`select count(*) from landfall.chunk`)'] as const;
    const keys = ['workers/b.ts', `openCopy(client, { schema: 'landfall', table })`] as const;
    const named = ['coordinator/c.ts', `import { run } from '../ledger/statements/run.ts';`] as const;
    const rest = [
      'ledger/statements/run.ts',
      ['bench/d.ts', inline[1]],
      ['cli/e.ts', '// from landfall.file'],
    ] as const;
    expect(foreignStatements(tree(inline, keys, named, ...rest))).toEqual([
      'sinks/a.ts',
      'workers/b.ts',
      'coordinator/c.ts',
    ]);
  });

  it('lock by first keys of their own', () => {
    expect(sharedLocks(repository)).toEqual([]);
    const lock = (name: string, key: string) => `/** Why. */\nexport const ${name} = 0x1a4d${key};\n`;
    const [a, b] = [lock('aLock', 'f410'), lock('bLock', 'f411')];
    expect(sharedLocks(tree(['cli/a.ts', a], ['cli/b.ts', b], ['cli/c.ts', a]))).toEqual([
      'cli/a.ts: aLock',
      'cli/c.ts: aLock',
    ]);
  });

  it('of tests have the path of what they test', () => {
    expect(strayTests(repository)).toEqual([]);
    const sources = ['cli/a.ts', 'cli/commands/b.ts'];
    expect(strayTests(tree(...sources, 'test/cli/a.test.ts', 'test/cli/commands.test.ts'))).toEqual([]);
    expect(strayTests(tree(...sources, 'test/cli/b.test.ts'))).toEqual(['test/cli/b.test.ts']);
  });

  it('are reached from somewhere', () => {
    expect(deadModules(repository)).toEqual([]);
    const entry = ['package.json', `{ "bin": { "landfall": "dist/cli/main.js" } }`] as const;
    const main = ['cli/main.ts', `import './used.ts'; new URL('./child.js', import.meta.url);`] as const;
    const test = ['test/cli/unused.test.ts', `import '../../cli/unused.ts'; import './support.ts';`] as const;
    const rest = ['cli/used.ts', 'cli/child.ts', 'cli/unused.ts', 'test/cli/support.ts'];
    expect(deadModules(tree(entry, main, test, ...rest))).toEqual(['cli/unused.ts']);
  });

  it('that comments and documents name are there', () => {
    expect(staleMentions(repository)).toEqual([]);
    const there = 'cli/a.ts';
    const naming = (path: string, text: string) => staleMentions(tree(there, [path, text]));
    expect(naming('cli/b.ts', '/**\n * See a.ts and b.ts. */\n// cli/a.ts, ../a.ts, cli/c.ts')).toEqual([
      'cli/b.ts:3 names cli/c.ts',
    ]);
    expect(naming('cli/d.sql', "-- cli/e.sql\nselect 'cli/f.sql'")).toEqual(['cli/d.sql:1 names cli/e.sql']);
    expect(naming('docs/g.md', '`cli/h.ts`, [here](../cli/i.ts)')).toHaveLength(2);
    expect(naming('docs/g.md', '```\ncli/h.ts\n```\n`NAME.ts`, `*.ts`, https://a.org/b.ts')).toEqual([]);
    expect(naming('cli/j.ts', "const a = 'cli/k.ts'; // landfall.config.ts")).toEqual([]);
  });

  it('that are excepted are there', () => {
    expect(staleExceptions(repository)).toEqual([]);
  });
});
