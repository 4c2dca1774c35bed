import { runProcess } from '../processes/process-run.ts';
import type { Contest } from '../rounds/contest.ts';
import type { Side } from '../rounds/rounds.ts';
import { median } from '../rounds/rounds.ts';
import type { Arena, Input } from '../sides/arena.ts';
import { benchDefinition, landfallEnvironment, landfallMain } from '../sides/ingest-side.ts';

export const undo: Contest = {
  letter: 'u',
  what: '`landfall undo` of --rows packed trips, and the space that a vacuum then gives back',
  inside: 'the whole process from its start to its end, star, lake and rollups; the vacuum is timed apart',
  goalRows: 100_000_000,
  prepare: async (arena) => [undoSide(arena, await arena.trips())],
  measure: ([ours]) => [
    { name: 'undo', value: ours.medianSeconds, unit: 'seconds', goal: { atMost: 60 } },
    {
      name: 'vacuum after it',
      value: median(ours.rounds.map(({ detail }) => detail!.vacuumSeconds as number)),
      unit: 'seconds',
      goal: null,
    },
    {
      name: 'bytes that are kept of rollups for it',
      value: median(ours.rounds.map(({ detail }) => detail!.keptBytes as number)),
      unit: 'bytes',
      goal: null,
    },
    {
      name: 'bytes of the facts afterwards',
      value: Math.max(...ours.rounds.map(({ detail }) => detail!.bytes as number)),
      unit: 'bytes',
      goal: { atMost: 1024 * 1024 },
    },
  ],
};

function undoSide(arena: Arena, input: Input): Side {
  return {
    name: `landfall undo of ${input.rows.toLocaleString('en')} trips, packed`,
    rows: input.rows,
    bytes: input.bytes,
    run: async () => {
      await arena.emptyDatabase();
      arena.emptyFolder('lake');
      const env = { ...landfallEnvironment(arena), LANDFALL_DATASETS: benchDefinition('packed/trips') };
      const run = (...args: string[]) =>
        runProcess(process.execPath, [landfallMain, ...args], { env, cwd: arena.folder });
      try {
        await run('ingest', input.path, '--dataset', 'trips', '--json');
        await arena.settle();
        // Tables of what workers have added up.
        const [{ kept }] = await arena.query<{ kept: string }>(
          `select sum(pg_total_relation_size(oid)) as kept from pg_class
           where relnamespace = 'star'::regnamespace and relkind = 'r' and relname ~ '^_.*_p(_v[0-9]+)?$'`,
        );
        const before = arena.serverCpuSeconds();
        const { seconds, cpuSeconds } = await run('undo', '1', '--json');
        const serverCpuSeconds = arena.serverCpuSeconds() - before;
        const [{ left }] = await arena.query<{ left: boolean }>(
          'select exists (select from star.fact_trip) as left',
        );
        if (left) throw new Error('the star still shows trips');
        const started = performance.now();
        await arena.query('vacuum star.fact_trip_packed');
        const vacuumSeconds = (performance.now() - started) / 1000;
        const [{ bytes }] = await arena.query<{ bytes: string }>(
          `select pg_total_relation_size('star.fact_trip_packed') as bytes`,
        );
        const detail = { vacuumSeconds, bytes: Number(bytes), keptBytes: Number(kept) };
        return { seconds, cpuSeconds, serverCpuSeconds, detail };
      } finally {
        arena.keepFolder('lake');
        await arena.emptyDatabase();
      }
    },
  };
}
