/**
 * Measures what each stage of the pipeline costs: CPU time per row, and bytes per row on disk and on the wire. The
 * scaling model uses the costs of trips. `npm run bench:stages -- --rows 2000000 --out bench/results/stages.json`
 */
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { wholeNumber } from '../cli/commands/generate.ts';
import { nodeFlags, workerEnvironment } from '../workers/node-options.ts';
import { runTogether } from './processes/children.ts';
import { median } from './rounds/rounds.ts';
import { resultsHead, saveResults } from './rounds/save.ts';
import { Arena } from './sides/arena.ts';
import { prepareStaged, type StagedLoad } from './stages/staged-load.ts';
import { subjectNames, subjectOf } from './stages/staged-subjects.ts';

const flags = new Command('bench:stages')
  .description('measure CPU and bytes per row, stage by stage')
  .addOption(new Option('--dataset <name>', 'dataset to load').choices(subjectNames).default('trips'))
  .option('--rows <n>', 'number of rows', wholeNumber('--rows'), 2_000_000)
  .option('--rounds <n>', 'rounds', wholeNumber('--rounds'), 3)
  .option('--out <file>', 'file for the results, as JSON')
  .parse()
  .opts<{ dataset: string; rows: number; rounds: number; out?: string }>();

/** One round's costs. */
interface Costs {
  readonly microsecondsOfCpu: Record<string, number>;
  readonly bytes: Record<string, number>;
}

const subject = subjectOf(flags.dataset);
const child = fileURLToPath(new URL('./children/staged.js', import.meta.url));
const chunkBytes = 32 * 1024 * 1024;

/** Loads in a process that is started like a worker. The server's part is the CPU time of its processes meanwhile. */
async function round(arena: Arena): Promise<Costs> {
  const input = await arena.input(subject.input, flags.rows);
  const lakeUrl = arena.emptyFolder('lake');
  await arena.emptyDatabase();
  await prepareStaged(arena.databaseUrl, flags.dataset);
  await arena.settle(input);
  const walBefore = await walPosition(arena);
  const serverBefore = arena.serverCpuSeconds();
  const task = { dataset: flags.dataset, input, databaseUrl: arena.databaseUrl, lakeUrl, chunkBytes };
  const { answers } = await runTogether<object, StagedLoad>(child, [task], {
    execArgv: [...process.execArgv, ...nodeFlags()],
    env: workerEnvironment(),
  });
  const serverSeconds = arena.serverCpuSeconds() - serverBefore;
  const wal = (await walPosition(arena)) - walBefore;
  const [load] = answers;
  await subject.verify(arena, input);
  const [star] = await arena.query<{ bytes: number }>(
    'select pg_total_relation_size($1::regclass)::float8 as bytes',
    [`star.${subject.fact}`],
  );
  const perRow = (amount: number) => amount / load.rows;
  const cpu = Object.entries({ ...load.cpuSeconds, server: serverSeconds });
  return {
    microsecondsOfCpu: Object.fromEntries(cpu.map(([name, seconds]) => [name, perRow(seconds * 1e6)])),
    bytes: {
      csv: perRow(input.bytes),
      wire: perRow(load.wireBytes),
      star: perRow(star.bytes),
      wal: perRow(wal),
      lake: perRow(load.lakeBytes),
    },
  };
}

async function walPosition(arena: Arena): Promise<number> {
  const [{ at }] = await arena.query<{ at: number }>(
    `select (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as at`,
  );
  return at;
}

/** The median of each member over the rounds. */
function medians(rounds: readonly Record<string, number>[]): Record<string, number> {
  const names = Object.keys(rounds[0]);
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((one) => one[name]))]));
}

const arena = await Arena.open({ ...flags, say: (text) => process.stderr.write(text) });
try {
  const rounds: Costs[] = [];
  for (let number = 0; number < flags.rounds; number++) rounds.push(await round(arena));
  const results = {
    ...(await resultsHead('stages', arena.server.version, flags.rows)),
    chunkBytes,
    microsecondsOfCpu: medians(rounds.map((one) => one.microsecondsOfCpu)),
    bytes: medians(rounds.map((one) => one.bytes)),
    rounds,
  };
  print('CPU per row, µs', results.microsecondsOfCpu, 3);
  print('bytes per row', results.bytes, 1);
  if (flags.out) saveResults(flags.out, results);
} finally {
  await arena.close();
}

function print(title: string, values: Record<string, number>, digits: number): void {
  process.stdout.write(`${title}\n`);
  for (const [name, value] of Object.entries(values))
    process.stdout.write(`  ${name.padEnd(12)} ${value.toFixed(digits).padStart(8)}\n`);
}
