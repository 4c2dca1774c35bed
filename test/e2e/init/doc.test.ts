/** docs/init.md: the command says and writes what the page shows, and the definitions load the files. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandRun, landfall, root } from '../../cli/run.ts';
import { tempFolder } from '../../support/index.ts';
import type { TestSite } from '../site.ts';
import { type Loaded, loadInOneSite } from './support.ts';

const page = join(root, 'docs/init.md');
const text = readFileSync(page, 'utf8');
/** File, its content, what is printed, what is written. */
const example =
  /^`(\S+)`:\n\n```\n([\s\S]*?)```(\n\n`landfall init \1` prints:\n\n```\n)[\s\S]*?(```\n\nand writes:\n\n```ts\n)[\s\S]*?```/gm;
const files = [...text.matchAll(example)].map(([, file, content]) => ({
  file,
  content,
  name: file.replace(/\..*/, ''),
}));

const folder = tempFolder();
const runs = new Map<string, CommandRun>();
const definitionOf = (name: string) => readFileSync(join(folder, 'datasets', name, 'dataset.ts'), 'utf8');
let site: TestSite;
let loaded: ReadonlyMap<string, Loaded>;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  for (const { file, content, name } of files) {
    writeFileSync(join(folder, file), content);
    runs.set(name, await landfall(['init', file], { cwd: folder, env: { LANDFALL_DATASETS: '' } }));
  }
  ({ site, loaded } = await loadInOneSite(
    folder,
    files.map(({ file, name }) => ({ name, path: join(folder, file) })),
  ));
});
afterAll(() => site?.close());

describe('docs/init.md', () => {
  it('shows three files and what comes of them (npx vitest run test/e2e/init/doc.test.ts -u writes it)', async () => {
    expect(files).toHaveLength(3);
    const actual = text.replace(
      example,
      (_, file: string, content: string, prints: string, writes: string) => {
        const name = file.replace(/\..*/, '');
        return `\`${file}\`:\n\n\`\`\`\n${content}\`\`\`${prints}${runs.get(name)!.stderr}${writes}${definitionOf(name)}\`\`\``;
      },
    );
    await expect(actual).toMatchFileSnapshot(page);
  });

  it.each(files.map(({ name, content }) => [name, content] as const))(
    '%s is loaded with as many rejects as are printed',
    (name, content) => {
      const { code, stdout, stderr } = runs.get(name)!;
      expect([code, stdout]).toEqual([0, '']);
      const rejected = Number(/(\d+) rows? will be rejected/.exec(stderr)?.[1] ?? 0);
      const rows = Number(new RegExp(`^${name}: (\\d+) rows`).exec(stderr)![1]);
      const { receipt } = loaded.get(name)!;
      expect(receipt).toMatchObject({ status: 'done', rows: { loaded: rows - rejected, rejected } });
      expect(content.trimEnd().split('\n').length).toBeGreaterThanOrEqual(rows);
    },
  );

  it('names every member that --json prints', async () => {
    // Loading has moved the file.
    const [{ file, content }] = files;
    writeFileSync(join(folder, file), content);
    const { stdout } = await landfall(['init', file, '--name', 'again', '--json'], { cwd: folder });
    const found = JSON.parse(stdout);
    const table = text.slice(text.indexOf('## --json'), text.indexOf('## Limits'));
    const named = new Set([...table.matchAll(/`([a-zA-Z]+)(?:\[\])?`/g)].map(([, name]) => name));
    const members = [found, found.columns[0], found.columns[0].facts, found.rejects[0]].flatMap(Object.keys);
    expect(members.filter((name) => !named.has(name))).toEqual([]);
    expect([...new Set(members)].length).toBeGreaterThan(20);
  });
});
