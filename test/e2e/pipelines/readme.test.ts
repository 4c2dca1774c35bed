/**
 * The READMEs of the examples show what their demos answer: each named query, and a chart of the main mart.
 * `npm run docs:answers` writes both; without it, they are compared.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { generateFile } from '../../../cli/commands/generate.ts';
import { builtin } from '../../../datasets/index.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { tempFolder } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';
import { answers, chart, shown } from './shown.ts';

const writes = process.env.LANDFALL_WRITE_ANSWERS === '1';
const [opening, closing] = ['<!-- answers -->', '<!-- /answers -->'];

let site: TestSite | undefined;
afterEach(() => site?.close());

describe.each(builtin.map((definition) => [definition.name, definition] as const))(
  '%s',
  (name, definition) => {
    it('shows the answers of its demo, and a chart', async () => {
      const open = (site = await testSite({ backend: 'postgres', workers: 1 }));
      const { rows } = shown[name];
      const path = join(tempFolder(), `${name}-${rows}-seed-1.csv`);
      await generateFile(name, { rows, seed: 1, out: path });
      expect(await open.drop(name, path)).toMatchObject({ status: 'done', rows: { parsed: rows } });
      const folder = new URL(`../../../datasets/${name}/`, import.meta.url);
      const made = {
        readme: `\n\`landfall demo ${name} --rows ${rows}\` answers:\n\n${await answers(open, compileDataset(definition))}\n`,
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
  },
);
