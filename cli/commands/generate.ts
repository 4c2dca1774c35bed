import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Command } from 'commander';
import { followers } from '../../datasets/demos.ts';
import { writeGenerated } from '../../datasets/generated.ts';
import { folders, generators } from '../../datasets/generators.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { followSources } from '../demo/follow-sources.ts';
import { count, duration } from '../terminal/format.ts';

const known = [...Object.keys(generators), ...Object.keys(folders)].join(' | ');

/** `landfall generate`: generates a file of an example, or a folder. */
export function generateCommand(): Command {
  return new Command('generate')
    .description('generate a file of an example, or a folder with its files')
    .argument('<example>', known)
    .requiredOption('--rows <n>', 'number of rows', wholeNumber('--rows'))
    .option(
      '--seed <s>',
      'seed of the generator; the same seed gives the same bytes',
      wholeNumber('--seed'),
      1,
    )
    .requiredOption(
      '--out <path>',
      'file to write, or - for standard output; a folder for an example of several files',
    )
    .option(
      '--follow',
      `keep the sources of an example busy until you press Ctrl-C (${Object.keys(followers).join(', ')})`,
    )
    .option('--json', 'print the number of bytes, the time and the rate as one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  landfall generate trips --rows 1000000 --seed 7 --out trips.csv\n  landfall ingest trips.csv --dataset trips',
    )
    .action(
      async (
        dataset: string,
        flags: { rows: number; seed: number; out: string; json?: boolean; follow?: boolean },
      ) => {
        if (flags.follow) return followSources(dataset, flags);
        const started = performance.now();
        const bytes = await generateFile(dataset, flags);
        const seconds = (performance.now() - started) / 1000;
        const rowsPerSecond = Math.round(flags.rows / seconds);
        if (flags.json && flags.out !== '-') {
          process.stdout.write(
            `${JSON.stringify({ dataset, rows: flags.rows, seed: flags.seed, out: flags.out, bytes, seconds, rowsPerSecond })}\n`,
          );
        } else {
          process.stderr.write(
            `${count(flags.rows)} rows in ${duration(seconds)} (${count(rowsPerSecond)} rows/s) → ${flags.out}\n`,
          );
        }
      },
    );
}

/**
 * Writes the file, or the folder of an example that has several, and waits when the disk or the pipe is slower. Returns
 * the number of bytes.
 */
export async function generateFile(
  dataset: string,
  options: { rows: number; seed: number; out: string },
): Promise<number> {
  if (dataset in folders) return generateFolder(dataset, options);
  const generate = generators[dataset];
  if (!generate)
    throw new LandfallError('LF_GENERATOR_UNKNOWN', { dataset, known: known.replaceAll(' | ', ', ') });
  const out = options.out === '-' ? process.stdout : createWriteStream(options.out);
  let bytes = 0;
  for (const buffer of generate({ rows: options.rows, seed: options.seed })) {
    bytes += buffer.length;
    if (!out.write(buffer)) await once(out, 'drain');
  }
  if (out !== process.stdout) {
    out.end();
    await finished(out);
  }
  return bytes;
}

async function generateFolder(
  example: string,
  { rows, seed, out }: { rows: number; seed: number; out: string },
): Promise<number> {
  if (out === '-')
    throw new LandfallError('LF_USAGE', { problem: `${example} has several files: --out is a folder` });
  let bytes = 0;
  for (const { path, buffers } of folders[example]({ rows, seed })) {
    await mkdir(dirname(join(out, path)), { recursive: true });
    bytes += await writeGenerated(join(out, path), buffers);
  }
  return bytes;
}

/** A parser for flags that take a whole number. It throws LF_USAGE for anything else. */
export function wholeNumber(flag: string): (text: string) => number {
  return (text) => {
    if (!/^\d[\d_]*$/.test(text))
      throw new LandfallError('LF_USAGE', { problem: `${flag} takes a whole number, not '${text}'` });
    return Number(text.replaceAll('_', ''));
  };
}
