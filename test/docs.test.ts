/** Documents against what they describe. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliDocument, errorsDocument, metricsDocument } from '../cli/documents.ts';
import { compileDataset } from '../model/compile/compile.ts';
import * as language from '../model/index.ts';
import { landfall, root } from './cli/run.ts';
import { longSentences, wordsMost } from './support/house/sentences.ts';
import { readTree } from './support/house/tree.ts';
import { tempFolder, testDatabase } from './support/index.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('generated documents', () => {
  it('docs/errors.md is what the table of errors says (npm run docs)', () => {
    expect(read('docs/errors.md')).toBe(errorsDocument());
  });

  it("docs/cli.md is what the program's help says (npm run docs)", async () => {
    expect(read('docs/cli.md')).toBe(await cliDocument());
  });

  it('docs/operations/metrics.md is what the table of metrics says (npm run docs)', () => {
    expect(read('docs/operations/metrics.md')).toBe(metricsDocument());
  });
});

describe('documents', () => {
  const documents = [...readTree().keys()].filter((path) => path.endsWith('.md'));

  it.each(documents)('%s links only to what is there', (path) => {
    for (const [, target] of read(path).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(join(root, dirname(path), target)), target).toBe(true);
    }
  });

  it.each(documents)('%s shows pictures that are there, each for light and dark pages', (path) => {
    for (const [, dark, light] of read(path).matchAll(/srcset="([^"]+)"><img alt="[^"]+" src="([^"]+)"/g)) {
      expect(dark).toBe(light.replace('.png', '-dark.png'));
      for (const picture of [dark, light])
        expect(existsSync(join(root, dirname(path), picture)), picture).toBe(true);
    }
  });

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const path of documents) {
      for (const [, name] of read(path).matchAll(/npm run ([\w:]+)/g))
        expect(scripts, `${path}: npm run ${name}`).toHaveProperty(name);
    }
  });
});

describe('definitions in documents', () => {
  const known = new Map<string, unknown>(Object.entries(language));
  const examples = [...readTree()]
    .filter(([path]) => path.endsWith('.md'))
    .flatMap(([path, text]) =>
      [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)]
        .filter(([, code]) => code.includes('export default defineDataset('))
        .map(([, code], i) => [`${path}, ${i + 1}`, code] as const),
    );

  it.each(examples)('compile: %s', (_, code) => {
    const names = [...code.matchAll(/^import \{([^}]*)\} from 'landfall';$/gm)].flatMap(([, some]) =>
      some.split(','),
    );
    const words = names.map((name) => name.trim()).filter((name) => name !== '');
    const body = code.replace(/^import .*$/gm, '').replace('export default', 'return');
    // A word that is used and not imported is not defined here either.
    const definition = new Function(...words, body)(...words.map((word) => known.get(word)));
    expect(compileDataset(definition).name).toBe(definition.name);
  });
});

describe('sentences', () => {
  // The changelog is a list; the report is written from figures, and its lines name what was measured.
  const pages = [...readTree()].filter(
    ([path]) => path.endsWith('.md') && path !== 'CHANGELOG.md' && path !== 'bench/REPORT.md',
  );

  it.each(pages)(`%s has none of more than ${wordsMost} words`, (_, text) => {
    expect(longSentences(text)).toEqual([]);
  });

  const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');

  it.each([
    ['a paragraph', `First. ${words(wordsMost)} more.`],
    ['a paragraph of several lines', `${words(20)}\n${words(20)}`],
    ['an item of a list', `- short\n- ${words(wordsMost + 1)}\n- short`],
    ['a cell of a table', `| a | b |\n|---|---|\n| short | ${words(wordsMost + 1)} |`],
    ['a link', `[${words(wordsMost)}](page.md) word`],
    ['the name of a test that is not in a list of tests', `*${words(wordsMost + 1)}*`],
  ])('are found in %s', (_, text) => {
    expect(longSentences(text)).toHaveLength(1);
  });

  it.each([
    ['code', `\`\`\`\n${words(100)}\n\`\`\``],
    ['code within a line', `\`${words(100)}\` ${words(wordsMost - 1)}`],
    ['cells side by side', `| ${words(wordsMost)} | ${words(wordsMost)} |`],
    ['items of a list', `- ${words(wordsMost)}\n- ${words(wordsMost)}`],
    ['names of tests', `- [test/a.test.ts](a): *${words(30)}*, *${words(30)}*`],
    ['comments', `<!-- ${words(100)} -->`],
  ])('are not found in %s', (_, text) => {
    expect(longSentences(text)).toEqual([]);
  });
});

describe('the command', () => {
  it('is called in a clone as the README says, and as those of the examples say', () => {
    const version = execFileSync('npx', ['--no-install', 'landfall', '--version'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(version.trim()).toBe(JSON.parse(read('package.json')).version);
    const pages = ['README.md', 'docs/guide/pipelines.md', ...[...readTree().keys()].filter(isOfExample)];
    expect(pages.length).toBeGreaterThan(7);
    for (const path of pages) expect(read(path), path).toContain('`npx landfall`');
  });

  const isOfExample = (path: string) => /^datasets\/\w+\/README\.md$/.test(path);
});

describe('README', () => {
  /** The fenced block after a line that holds `marker`. */
  const block = (marker: string) => {
    const text = read('README.md');
    const at = text.indexOf(marker);
    expect(at, marker).toBeGreaterThan(0);
    return /```\w*\n([\s\S]*?)```/.exec(text.slice(at))![1];
  };

  it("the dataset of one's own is short, compiles and loads its example file", async () => {
    const folder = tempFolder();
    const definition = block('`datasets/orders/dataset.ts`');
    expect(definition.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
    mkdirSync(join(folder, 'datasets/orders'), { recursive: true });
    writeFileSync(join(folder, 'datasets/orders/dataset.ts'), definition);
    writeFileSync(join(folder, 'orders.csv'), block('`orders.csv`'));
    const database = await testDatabase();
    try {
      const env = { DATABASE_URL: database.url, LANDFALL_WORKERS: '1', LANDFALL_DATASETS: '' };
      const { code, stdout, stderr } = await landfall(
        ['ingest', 'orders.csv', '--dataset', 'orders', '--json'],
        { cwd: folder, env },
      );
      expect(stderr).not.toContain('LF_');
      expect(code).toBe(0);
      expect(JSON.parse(stdout).rows).toMatchObject({ parsed: 3, loaded: 3, rejected: 0 });
      const [, sql] = /^npx landfall query "([^"]+)"\n$/.exec(block('Ask the star'))!;
      const { stdout: answer } = await landfall(['query', sql], { cwd: folder, env });
      expect(answer).toBe(block('It prints:'));
    } finally {
      await database.drop();
    }
  });
});
