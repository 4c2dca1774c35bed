/**
 * The READMEs of the examples show what their demos answer: each named query, and a chart of the main mart.
 * `npm run docs:answers` writes both; without it, they are compared.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { generateFile } from '../../../cli/commands/generate.ts';
import { reconciles } from '../../../cli/demo/drop-files.ts';
import { openDemoSite, playRounds } from '../../../cli/demo/fetch-rounds.ts';
import { demoFiles, demos } from '../../../datasets/demos.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { builtin, definitionsOf } from '../../support/builtin.ts';
import { tempFolder } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';
import { answers, chart, chartFits, shown } from './shown.ts';

const writes = process.env.LANDFALL_WRITE_ANSWERS === '1';
const [opening, closing] = ['<!-- answers -->', '<!-- /answers -->'];

let site: TestSite | undefined;
afterEach(() => site?.close());

/** Loads what the demo loads. */
async function load(open: TestSite, name: string, rows: number): Promise<void> {
  if (!(name in demos)) {
    for (const file of demoFiles(name, { rows, seed: 1 })) {
      const path = join(tempFolder(), file.name);
      await generateFile(file.generator, { ...file, out: path });
      const receipt = await open.drop(name, path);
      expect(receipt).toMatchObject({ status: 'done', rows: { parsed: file.rows } });
      expect(reconciles(receipt), 'the demo ends with exit code 0').toBe(true);
    }
    return;
  }
  const home = tempFolder();
  const size = { rows, seed: 1 };
  const demo = await openDemoSite({ ...open, config: { ...open.config, home } }, demos[name], name, size);
  try {
    const registry = await loadRegistry({
      builtin,
      paths: [],
    });
    const said: string[] = [];
    expect([await playRounds(open, registry, demo.rounds, (text) => said.push(text)), said.join('')]).toEqual(
      [0, expect.not.stringContaining('✗')],
    );
  } finally {
    await demo.close();
    for (const variable of Object.keys(demo.env)) delete process.env[variable];
  }
}

describe.each(Object.entries(definitionsOf))('%s', (name, definitions) => {
  it('shows the answers of its demo, and a chart', async () => {
    const open = (site = await testSite({ backend: 'postgres', workers: 1, examples: [name] }));
    const { rows } = shown[name];
    await load(open, name, rows);
    const fits = await chartFits(
      open,
      name,
      definitions.map((one) => compileDataset(one)),
    );
    expect(Object.keys(fits)).not.toEqual([]);
    expect(Object.entries(fits).filter(([, misfit]) => misfit !== null)).toEqual([]);
    const folder = new URL(`../../../datasets/${name}/`, import.meta.url);
    const made = {
      readme: `\n\`landfall demo ${name} --rows ${rows}\` answers:\n\n${await answers(
        open,
        name,
        definitions.map((one) => compileDataset(one)),
      )}\n`,
      chart: await chart(open, name),
    };
    const readme = new URL('README.md', folder);
    const drawing = new URL('chart.svg', folder);
    const text = readFileSync(readme, 'utf8');
    expect(text).toContain('](chart.svg)');
    const [before, rest] = text.split(opening);
    const [said, after] = rest.split(closing);
    if (writes) {
      writeFileSync(readme, `${before}${opening}\n${made.readme}\n${closing}${after}`);
      writeFileSync(drawing, made.chart);
      return;
    }
    expect(said).toBe(`\n${made.readme}\n`);
    expect(existsSync(drawing) && readFileSync(drawing, 'utf8')).toBe(made.chart);
  });
});
