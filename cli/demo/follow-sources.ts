/** `landfall generate NAME --follow`: keeps the sources of an example busy, for a coordinator that runs beside it. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { followers } from '../../datasets/demos.ts';
import { openServer } from '../../platform/database/embedded/embedded-server.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import { stopSignal } from '../site.ts';

/** Until the process is told to stop. The application's database is the one that the environment names, or embedded. */
export async function followSources(
  example: string,
  { rows, seed, out }: { readonly rows: number; readonly seed: number; readonly out: string },
): Promise<void> {
  const { database, follow } = followers[example] ?? {};
  if (database === undefined)
    throw new LandfallError('LF_USAGE', {
      problem: `--follow is for ${Object.keys(followers).join(', ')}, not for ${example}`,
    });
  const folder = resolve(out);
  await mkdir(folder, { recursive: true });
  const ends = new AbortController();
  void stopSignal().then(() => ends.abort());
  const server = process.env[database] ? null : await openServer(join(folder, '.server'));
  try {
    await follow({
      ...{ rows, seed, folder, databaseUrl: process.env[database] ?? server!.url, signal: ends.signal },
      onOpen(env) {
        const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
        process.stdout.write(`${lines.join('')}\n`);
        process.stderr.write(
          `In another terminal, set these and run: landfall up --datasets example:${example}\n`,
        );
      },
      onStep: (step) =>
        void process.stderr.write(`${new Date().toISOString()} ${plural(step + 1, 'step')}\n`),
    });
  } finally {
    await server?.stop();
  }
}
