import { existsSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { inferDefinition } from '../../model/infer/infer.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

/** Bytes of the file that are looked at. */
const headBytes = 1 << 20;

/** `landfall init FILE`: reads the file's beginning and writes a definition for a person to read. */
export function initCommand(): Command {
  return new Command('init')
    .description('read a file, write a dataset definition')
    .argument('<file>', 'a CSV file')
    .option('--name <name>', "the dataset's name (default: from the file's)")
    .option('--out <file>', 'where to write (default: datasets/NAME/dataset.ts); - for standard output')
    .addHelpText(
      'after',
      '\nExample:\n  landfall init orders.csv --name orders\n  landfall ingest orders.csv --dataset orders',
    )
    .action(async (file: string, flags: { name?: string; out?: string }) => {
      const name = flags.name ?? datasetName(file);
      const { text, whole } = await readHead(file);
      const source = inferDefinition(name, text, { whole });
      const out = flags.out ?? join('datasets', name, 'dataset.ts');
      if (out === '-') {
        process.stdout.write(source);
        return;
      }
      if (existsSync(out)) throw new LandfallError('LF_INIT_EXISTS', { out });
      await mkdir(dirname(out), { recursive: true });
      await writeFile(out, source);
      process.stderr.write(
        `Wrote ${out}. Read it, then drop files into landing/${name}/ or run:\n  landfall ingest ${file} --dataset ${name}\n`,
      );
    });
}

/** orders-2024-01.csv → orders */
function datasetName(file: string): string {
  const stem = basename(file)
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
  return stem.replace(/(_?\d+)+_*$/, '').replace(/^[^a-z]+/, '') || 'dataset';
}

async function readHead(file: string): Promise<{ text: string; whole: boolean }> {
  const handle = await open(file).catch((error: Error) => {
    throw new LandfallError('LF_INIT', { reason: error.message }, { cause: error });
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const whole = (await handle.stat()).size <= bytesRead;
    return { text: buffer.toString('utf8', 0, bytesRead), whole };
  } finally {
    await handle.close();
  }
}
