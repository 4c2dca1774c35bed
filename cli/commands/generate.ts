import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Command } from 'commander';
import { generators } from '../../datasets/generators.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { count, duration } from '../terminal/format.ts';

/** `landfall generate`: seeded rows of a dataset that ships with Landfall; the same seed writes the same bytes. */
export function generateCommand(): Command {
  return new Command('generate')
    .description('write a seeded CSV file of a dataset that ships with Landfall')
    .argument('<dataset>', Object.keys(generators).join(' | '))
    .requiredOption('--rows <n>', 'how many rows', wholeNumber('--rows'))
    .option('--seed <s>', 'the same seed writes the same bytes', wholeNumber('--seed'), 1)
    .requiredOption('--out <file>', 'where to write; - for standard output')
    .option('--json', 'print what was written as one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  landfall generate trips --rows 1000000 --seed 7 --out trips.csv\n  landfall ingest trips.csv --dataset trips',
    )
    .action(async (dataset: string, flags: { rows: number; seed: number; out: string; json?: boolean }) => {
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
    });
}

/** Writes the generator's buffers with back-pressure; returns the bytes written. */
export async function generateFile(
  dataset: string,
  options: { rows: number; seed: number; out: string },
): Promise<number> {
  const generate = generators[dataset];
  if (!generate)
    throw new LandfallError('LF_GENERATOR_UNKNOWN', { dataset, known: Object.keys(generators).join(', ') });
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

/** A parser for flags that take a whole number, with an error that says so. */
export function wholeNumber(flag: string): (text: string) => number {
  return (text) => {
    if (!/^\d[\d_]*$/.test(text))
      throw new LandfallError('LF_USAGE', { problem: `${flag} takes a whole number, not '${text}'` });
    return Number(text.replaceAll('_', ''));
  };
}
