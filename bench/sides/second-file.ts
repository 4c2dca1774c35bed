/** The ingest of a file into a star that has another file already. */
import { runProcess } from '../processes/process-run.ts';
import type { Side } from '../rounds/rounds.ts';
import type { Arena, Input } from './arena.ts';
import { landfallEnvironment, landfallMain } from './ingest-side.ts';

export interface SecondFile {
  readonly name: string;
  readonly dataset: string;
  /** Files with definitions beside the datasets that ship with Landfall. */
  readonly datasets: readonly string[];
  readonly before: Input;
  readonly input: Input;
  /** What is timed. Default: the ingest. */
  readonly timed?: 'ingest' | 'undo';
  /** A query with one row: what the star shows after the timed step, and what it must. */
  readonly shows: { readonly sql: string; readonly is: unknown };
}

/** Each round begins with an empty lake, star and ledger. The first file is not timed. */
export function secondFileSide(arena: Arena, options: SecondFile): Side {
  const { name, dataset, datasets, before, input, timed = 'ingest', shows } = options;
  return {
    name,
    rows: input.rows,
    bytes: input.bytes,
    run: async () => {
      await arena.emptyDatabase();
      arena.emptyFolder('lake');
      const run = (...args: string[]) =>
        runProcess(process.execPath, [landfallMain, ...args], {
          env: landfallEnvironment(arena, datasets),
          cwd: arena.folder,
        });
      try {
        await run('ingest', before.path, '--dataset', dataset, '--json');
        await arena.settle(input);
        const ingested = await run('ingest', input.path, '--dataset', dataset, '--json');
        const { status, rows } = JSON.parse(ingested.stdout) as { status: string; rows: { loaded: number } };
        if (status !== 'done' || rows.loaded !== input.rows)
          throw new Error(`the run does not reconcile: ${ingested.stdout}`);
        const measured =
          timed === 'ingest' ? ingested : await run('undo', String(await newestFile(arena)), '--json');
        const [found] = await arena.query(shows.sql);
        if (JSON.stringify(found) !== JSON.stringify(shows.is))
          throw new Error(`the star shows ${JSON.stringify(found)}, not ${JSON.stringify(shows.is)}`);
        const { seconds, cpuSeconds } = measured;
        return { seconds, cpuSeconds };
      } finally {
        arena.keepFolder('lake');
        await arena.emptyDatabase();
      }
    },
  };
}

async function newestFile(arena: Arena): Promise<number> {
  const [{ newest }] = await arena.query<{ newest: number }>(
    `select max(file_id) as newest from landfall.file where state = 'done'`,
  );
  return newest;
}
