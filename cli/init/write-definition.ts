/** Writes the definition of files or a source, and says what was found. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { createKernel } from '../../kernel/kernel.ts';
import { findings } from '../../model/infer/source/findings.ts';
import { jsonFindings } from '../../model/infer/source/json-findings.ts';
import { jsonSummary, summary } from '../../model/infer/source/summary.ts';
import { plural } from '../../platform/plural.ts';
import { printable } from '../terminal/format.ts';
import { type Described, describeFiles } from './describe-files.ts';
import { type DescribedJson, describeJson } from './describe-json.ts';
import { readingBar } from './reading-bar.ts';
import { renderRows } from './render-rows.ts';
import type { Subject } from './subject.ts';
import type { Trial } from './try-definition.ts';

export interface WriteOptions {
  readonly header?: boolean;
  readonly json?: boolean;
}

interface Place extends WriteOptions {
  /** The dataset's name. */
  readonly name: string;
  /** `-`: standard output. */
  readonly out: string;
}

/** @throws LandfallError what describing throws */
export async function writeDefinition(subject: Subject, place: Place): Promise<void> {
  const { out, json: asJson = false } = place;
  const { source, found, lines } = await describe(subject, place);
  if (out !== '-' || !asJson) await put(source, out);
  if (asJson) process.stdout.write(`${JSON.stringify({ ...found, variables: subject.variables })}\n`);
  process.stderr.write(`${[...lines, ...next(subject, place)].join('\n')}\n`);
}

async function put(source: string, out: string): Promise<void> {
  if (out === '-') {
    process.stdout.write(source);
    return;
  }
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, source);
}

async function describe(
  { files, known, exploration, complete, completeJson }: Subject,
  { name, header }: Place,
): Promise<Told> {
  const bar = readingBar(process.stderr);
  const reading = {
    kernel: await createKernel(),
    signal: new AbortController().signal,
    onProgress: bar.show,
  };
  try {
    const json = await describeJson(name, files, {
      ...reading,
      ...(completeJson !== undefined && { complete: completeJson }),
    });
    if (json !== null) return toldJson(json);
    const described = await describeFiles(name, files, {
      ...reading,
      ...(known !== undefined && { known }),
      ...(exploration !== undefined && { exploration }),
      ...(complete !== undefined && { complete }),
      ...(header !== undefined && { header }),
      ...(process.stdin.isTTY && process.stderr.isTTY && { ask: askForHeader }),
    });
    return told(described);
  } finally {
    bar.close();
  }
}

async function askForHeader(file: string, firstRecord: readonly string[]): Promise<boolean> {
  const readline = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const shown = printable(firstRecord.join(' | ')).slice(0, 200);
    process.stderr.write(`The first record of ${printable(file)} is:\n  ${shown}\n`);
    const answer = await readline.question('Does it name the columns? [Y/n] ');
    return !/^\s*n/i.test(answer);
  } finally {
    readline.close();
  }
}

/** A definition, what `--json` prints of it, and what a person is told. */
interface Told {
  readonly source: string;
  readonly found: object;
  readonly lines: readonly string[];
}

function told({ source, found, trial }: Described): Told {
  const lines = [...summary(found).map(printable), '', ...firstRows(trial)];
  return { source, found: findings(found), lines };
}

function toldJson({ source, found, trial }: DescribedJson): Told {
  const { columns, looked } = found;
  const said = `Found ${plural(columns.length, 'column')} in the first ${plural(looked, 'record')} of JSON.`;
  const lines = [said, ...jsonSummary(found).map(printable), '', ...firstRows(trial)];
  return { source, found: jsonFindings(found), lines };
}

/** The first rows as they will be, and an empty line. */
function firstRows({ dataset, files: [{ first }] }: Trial): string[] {
  const names = dataset.columns.map((column) => column.name);
  return first.length === 0 ? [] : [...renderRows(names, first), ''];
}

/** What to do with the definition that was written. */
function next(subject: Subject, { name, out }: Place): string[] {
  if (out === '-') return [];
  return [`Wrote ${out}. Read it, then load:`, ...subject.next(name).map((command) => `  ${command}`)];
}
