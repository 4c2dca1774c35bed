/** Writes the results of a bench to a file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { machine, versions } from '../processes/host.ts';

/** The time, the command, the machine and the versions of `npm run bench:<kind>`. `server`: the server's version. */
export async function resultsHead(kind: 'server' | 'stages' | 'watchers', server: string, rows: number) {
  const command = `npm run bench:${kind} -- ${process.argv.slice(2).join(' ')}`.trim();
  const at = new Date().toISOString();
  return { format: 1, kind, at, command, machine: machine(), versions: await versions(server), rows };
}

/** Writes JSON with each series of numbers on one line. Creates the folder. */
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
