import { isDeepStrictEqual } from 'node:util';
import { runProcess } from '../processes/process-run.ts';
import type { Contest, Measure } from '../rounds/contest.ts';
import { median, type Result, type Side } from '../rounds/rounds.ts';
import { type Arena, type Input, withClient } from '../sides/arena.ts';
import { benchDefinition, landfallEnvironment, landfallMain } from '../sides/ingest-side.ts';

const trips = 'star.fact_trip';
const oneDay = `datetime >= '2018-05-14 00:00Z' and datetime < '2018-05-15 00:00Z'`;

/** Queries over the facts themselves; those that people ask most are answered by rollups in either layout. */
const queries: Readonly<Record<string, string | { readonly packed: string; readonly rows: string }>> = {
  'count of all': `select count(*) from ${trips}`,
  'count by region': `select name, count(*) from ${trips} join star.dim_region using (region_key) group by 1 order by 1`,
  'count of one region': `select count(*) from ${trips} where region_key = 2`,
  'three aggregates of three columns': `select sum(origin_cell::bigint), max(datetime), min(destination_cell) from ${trips}`,
  'count by week': `select date_trunc('week', datetime, 'UTC') as week, count(*) from ${trips} group by 1 order by 1`,
  'count by hour and region': `select extract(hour from datetime at time zone 'UTC') as hour, region_key, count(*) from ${trips} group by 1, 2 order by 1, 2`,
  'one day, as a condition': `select count(*), max(datetime) from ${trips} where ${oneDay}`,
  'one day, of packed facts by the function': {
    packed: `select count(*), max(datetime) from ${trips}_between('2018-05-14 00:00Z', '2018-05-15 00:00Z')`,
    rows: `select count(*), max(datetime) from ${trips} where ${oneDay}`,
  },
  'a box of degrees': `select count(*), min(datetime) from ${trips} where origin_cell % 36000 between 19400 and 19450 and origin_cell / 36000 between 14000 and 14010`,
  'ten commonest cells': `select origin_cell, count(*) from ${trips} group by 1 order by 2 desc, 1 limit 10`,
  'latest of each datasource': `select datasource_key, max(datetime), count(*) from ${trips} group by 1 order by 1`,
};

export const reads: Contest = {
  letter: 'r',
  what: `${Object.keys(queries).length} queries over --rows trips: CPU of the server, packed ÷ rows`,
  inside: 'each query once to warm up and once to measure, with the parallel plans that the server chooses',
  goalRows: 10_000_000,
  prepare: async (arena) => {
    const input = await arena.trips();
    return [
      readsSide(arena, input, 'packed', benchDefinition('packed/trips')),
      readsSide(arena, input, 'rows', 'example:trips'),
    ];
  },
  measure: ([packed, rows]) => {
    const ratios = Object.keys(queries).map((name): Measure => {
      if (!isDeepStrictEqual(answerOf(packed, name), answerOf(rows, name)))
        throw new Error(`${name}: the layouts have other answers`);
      return {
        name: `${name}, packed ÷ rows`,
        value: cpuOf(packed, name) / cpuOf(rows, name),
        unit: 'ratio',
        goal: null,
      };
    });
    const middle = median(ratios.map(({ value }) => value));
    return [
      { name: 'median of all, packed ÷ rows', value: middle, unit: 'ratio', goal: { atMost: 1.5 } },
      ...ratios,
    ];
  },
};

interface Read {
  readonly cpuSeconds: number;
  readonly answer: unknown;
}

const readOf = (round: Result['rounds'][number], name: string) =>
  (round.detail!.reads as Readonly<Record<string, Read>>)[name];
const answerOf = ({ rounds }: Result, name: string) => readOf(rounds[0], name).answer;
const cpuOf = ({ rounds }: Result, name: string) =>
  median(rounds.map((round) => readOf(round, name).cpuSeconds));

function readsSide(arena: Arena, input: Input, layout: 'packed' | 'rows', dataset: string): Side {
  return {
    name: `${Object.keys(queries).length} queries over ${input.rows.toLocaleString('en')} trips, ${layout}`,
    rows: input.rows,
    bytes: input.bytes,
    run: async () => {
      await arena.emptyDatabase();
      arena.emptyFolder('lake');
      const env = { ...landfallEnvironment(arena), LANDFALL_DATASETS: dataset };
      try {
        await runProcess(
          process.execPath,
          [landfallMain, 'ingest', input.path, '--dataset', 'trips', '--json'],
          {
            env,
            cwd: arena.folder,
          },
        );
        await arena.query('vacuum analyze');
        await arena.settle();
        const reads: Record<string, Read> = {};
        const started = performance.now();
        for (const [name, query] of Object.entries(queries)) {
          const sql = typeof query === 'string' ? query : query[layout];
          await arena.query(sql);
          const before = arena.serverCpuSeconds();
          const answer = await withClient(
            arena.databaseUrl,
            async (client) => (await client.query(sql)).rows,
          );
          reads[name] = { cpuSeconds: arena.serverCpuSeconds() - before, answer };
        }
        return { seconds: (performance.now() - started) / 1000, detail: { reads } };
      } finally {
        arena.keepFolder('lake');
        await arena.emptyDatabase();
      }
    },
  };
}
