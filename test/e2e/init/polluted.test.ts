/** Polluted files: the definitions as `init` writes them find nearly every name, row and cell. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeFiles } from '../../../cli/init/describe-files.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import type { LandfallError } from '../../../platform/errors/errors.ts';
import { tempFolder } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { type PollutedFile, pollutedFiles, pollutedRecords } from './polluted/pollutions.ts';
import { type LoadedTable, scoreOf } from './polluted/score.ts';
import { sourceTable } from './polluted/table.ts';
import { parsedRows } from './support.ts';

/** The benchmark pollutes a table of as many rows and columns. Of its 2,268 polluted records, few are enough here. */
const table = sourceTable(83);
const every = plays(149, 1);
const allRecords = pollutedRecords(table);
const records = allRecords.filter((_, i) => i % every === 0);
/** Of whole files, and of records: scores by name. */
const scores = { files: new Map<string, number>(), records: new Map<string, number>() };

/** A header with a delimiter less, above rows that end in an empty field: as if those had a delimiter too many. */
const narrowHeader = Object.fromEntries(
  Array.from({ length: 8 }, (_, c) => [`delimiter less before field ${c + 1} in record 0`, 6.3]),
);

/** Pollutions for which no definition reads all: two tables of other widths, quotes in quotes that nothing escapes. */
const hard: Readonly<Record<string, number>> = {
  ...narrowHeader,
  'second table, narrower': 8.4,
  'second table, wider': 8.2,
  'no escape': 9,
};

const { signal } = new AbortController();
const path = join(tempFolder(), 'table.csv');

async function loaded(content: string): Promise<LoadedTable | null> {
  writeFileSync(path, content);
  if (content === '') return null;
  const kernel = await createKernel();
  const { found, trial } = await describeFiles('table', [path], { kernel, signal });
  const header = found.dialect.header ?? [];
  const { rows } = await parsedRows(path, trial.dataset, kernel).catch((error: LandfallError) => {
    if (error.code === 'LF_FILE_EMPTY') return { rows: [] };
    throw error;
  });
  return { header, rows };
}

async function scored(file: PollutedFile): Promise<number> {
  return scoreOf(file, await loaded(file.content));
}

it.each(pollutedFiles(table).map((file) => [file.name, file] as const))('%s', async (name, file) => {
  const score = await scored(file);
  scores.files.set(name, score);
  expect(score).toBeGreaterThanOrEqual(hard[name] ?? 9.98);
});

it(`${records.length} files with one polluted record lose no more than that`, async () => {
  const low: unknown[] = [];
  for (const file of records) {
    const score = await scored(file);
    scores.records.set(file.name, score);
    if (score < (hard[file.name] ?? 9.9)) low.push({ name: file.name, score });
  }
  expect(low).toEqual([]);
});

it('together come to 9.9 of 10, as the benchmark counts', () => {
  expect(scores.records.size).toBe(records.length);
  const sum = (of: Map<string, number>) => [...of.values()].reduce((total, score) => total + score, 0);
  const ofRecords = (sum(scores.records) / records.length) * allRecords.length;
  const average = (sum(scores.files) + ofRecords) / (scores.files.size + allRecords.length);
  expect(average).toBeGreaterThanOrEqual(9.9);
});
