import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { createKernel } from '../../kernel/kernel.ts';
import { checkDatasetName, datasetNameOf } from '../../model/infer/names/dataset-name.ts';
import { findings } from '../../model/infer/source/findings.ts';
import { summary } from '../../model/infer/source/summary.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import { type Described, describeFiles } from '../init/describe-files.ts';
import { type DescribedJson, describeJson } from '../init/describe-json.ts';
import { readingBar } from '../init/reading-bar.ts';
import { renderRows } from '../init/render-rows.ts';
import { printable } from '../terminal/format.ts';

interface Flags {
  readonly name?: string;
  readonly out?: string;
  readonly header?: boolean;
  readonly json?: boolean;
}

/** `landfall init FILE...`: reads files that no definition describes and writes one that loads them. */
export function initCommand(): Command {
  return new Command('init')
    .description('read files, write the definition of a dataset that loads them')
    .argument('<file...>', 'files of delimited text or JSON, compressed or not, or a folder of them')
    .option('--name <name>', "the dataset's name (default: from the file's)")
    .option('--out <file>', 'where to write (default: datasets/NAME/dataset.ts); - for standard output')
    .option('--header', 'the first record names the columns (default: what the file shows)')
    .option('--no-header', 'the first record is a row')
    .option('--json', 'print what was found as one JSON object on standard output')
    .addHelpText(
      'after',
      '\nExample:\n  landfall init orders.csv --name orders\n  landfall ingest orders.csv --dataset orders\n\nExit code: 0 written, 1 failed, 2 wrong call, no such file or not a table',
    )
    .action(async (paths: string[], flags: Flags) => {
      const name = checkDatasetName(flags.name ?? datasetNameOf(nameSource(paths)));
      const out = flags.out ?? join('datasets', name, 'dataset.ts');
      if (out !== '-' && existsSync(out)) throw new LandfallError('LF_INIT_EXISTS', { out });
      const files = await filesOf(paths);
      const json = await describeJson(name, files);
      if (json !== null) {
        await put(json.source, out);
        process.stderr.write(reportJson(json, { name, out, files }));
        return;
      }
      const described = await describe(name, files, flags);
      if (out !== '-' || flags.json !== true) await put(described.source, out);
      if (flags.json === true) process.stdout.write(`${JSON.stringify(findings(described.found))}\n`);
      process.stderr.write(report(described, { name, out, files }));
    });
}

async function put(source: string, out: string): Promise<void> {
  if (out === '-') {
    process.stdout.write(source);
    return;
  }
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, source);
}

function reportJson(
  { looked, columns }: DescribedJson,
  { name, out, files }: { name: string; out: string; files: readonly string[] },
): string {
  const found = `Found ${plural(columns, 'column')} in the first ${plural(looked, 'record')} of JSON.\n`;
  return out === '-' ? found : `${found}\n${next({ name, out, files }).join('\n')}\n`;
}

/** What the dataset is named after: the file, the folder, or what the files' names begin with. */
function nameSource(paths: readonly string[]): string {
  const [first, ...others] = paths.map((path) => basename(resolve(path)));
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return others.length === 0 || length < 3 ? first : first.slice(0, length);
}

/** The files themselves; of a folder, the files in it that are not hidden. Throws LF_FILE_MISSING, LF_INIT. */
async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => null);
    if (found === null && !/^s3:/.test(path)) throw new LandfallError('LF_FILE_MISSING', { file: path });
    if (!found?.isDirectory()) {
      files.push(path);
      continue;
    }
    const entries = (await readdir(path, { withFileTypes: true })).filter(
      (entry) => entry.isFile() && !entry.name.startsWith('.'),
    );
    if (entries.length === 0)
      throw new LandfallError('LF_INIT', { reason: `the folder ${path} has no file` });
    files.push(...entries.map((entry) => join(path, entry.name)).sort());
  }
  return files;
}

async function describe(name: string, files: readonly string[], { header }: Flags): Promise<Described> {
  const bar = readingBar(process.stderr);
  try {
    return await describeFiles(name, files, {
      kernel: await createKernel(),
      signal: new AbortController().signal,
      onProgress: bar.show,
      ...(header !== undefined && { header }),
      ...(process.stdin.isTTY && process.stderr.isTTY && { ask: askForHeader }),
    });
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

function report(
  { found, trial }: Described,
  { name, out, files }: { name: string; out: string; files: readonly string[] },
): string {
  const lines = [...summary(found).map(printable), ''];
  const [{ first }] = trial.files;
  if (first.length > 0)
    lines.push(
      ...renderRows(
        trial.dataset.columns.map((column) => column.name),
        first,
      ),
      '',
    );
  if (out !== '-') lines.push(...next({ name, out, files }));
  return `${lines.join('\n')}\n`;
}

/** What to do with the definition that was written. */
function next({ name, out, files }: { name: string; out: string; files: readonly string[] }): string[] {
  const some = `${files.slice(0, 3).map(shellWord).join(' ')}${files.length > 3 ? ' …' : ''}`;
  return [`Wrote ${out}. Read it, then load:`, `  landfall ingest ${some} --dataset ${name}`];
}

/** A path as a shell takes it. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
