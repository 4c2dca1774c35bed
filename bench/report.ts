/**
 * `npm run bench:report`: writes bench/REPORT.md, bench/plots, the table in README.md and the tables in
 * docs/operations/scaling.md, all from bench/results/*.json. Run it in the root of the repository.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportDocument } from './report/markdown.ts';
import { ratioPlot, runPlots } from './report/plots.ts';
import { between, readmeTable } from './report/readme.ts';
import { loadResults } from './report/results.ts';
import { scalingBlocks, scalingPlots } from './report/scaling.ts';

const results = loadResults('bench/results');
const plots = {
  ...ratioPlot(results),
  ...scalingPlots(results),
  ...Object.assign({}, ...results.runs.map(runPlots)),
} as Record<string, string>;
for (const name of readdirSync('bench/plots')) rmSync(join('bench/plots', name));
for (const [name, svg] of Object.entries(plots)) writeFileSync(join('bench/plots', name), svg);
writeFileSync('bench/REPORT.md', reportDocument(results, plots));
writeFileSync('README.md', between(readFileSync('README.md', 'utf8'), 'bench', readmeTable(results)));
let scaling = readFileSync('docs/operations/scaling.md', 'utf8');
for (const [name, block] of Object.entries(scalingBlocks(results))) scaling = between(scaling, name, block);
writeFileSync('docs/operations/scaling.md', scaling);
process.stderr.write(
  `wrote the report from ${results.runs.length} runs, with ${Object.keys(plots).length} plots\n`,
);
