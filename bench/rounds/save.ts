/** Results of a bench as a file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Writes JSON, numbers of a series on one line; makes the folder. */
export function saveResults(path: string, results: object): void {
  const file = resolve(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `${JSON.stringify(results, null, 1).replaceAll(/\[\s+([-\d.,\s]+?)\s+\]/g, compact)}\n`,
  );
}

function compact(_: string, numbers: string): string {
  return `[${numbers.replaceAll(/\s+/g, ' ')}]`;
}
