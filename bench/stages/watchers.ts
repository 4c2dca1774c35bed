/**
 * Measures what a load costs and how fast its commits arrive while many clients watch.
 * `npm run bench:watchers -- --rows 10000000 --clients 1000 --rounds 3`
 *
 * Rounds alternate between a load that nobody watches and one that all clients watch. On the same machine the clients
 * take time of its cores, which watchers elsewhere would not. So the load's slowdown is told in CPU: of coordinator,
 * workers and server, which is what the watchers cost those who load. What the kernel does on loopback to receive a
 * message is part of sending it, and so of that. The clients' own CPU is told apart. Wall times include it.
 */
import { Command } from 'commander';
import { wholeNumber } from '../../cli/commands/generate.ts';
import { bytes } from '../../cli/terminal/format.ts';
import { machine } from '../processes/host.ts';
import { alternate, type Measurement, median } from '../rounds/rounds.ts';
import { resultsHead, saveResults } from '../rounds/save.ts';
import { Arena } from '../sides/arena.ts';
import { type WatchedDetail, watchedSide } from '../sides/watched.ts';

const flags = new Command('bench:watchers')
  .description('what a load costs, and how fast its commits arrive, while many clients watch')
  .option('--rows <n>', 'trips of the file', wholeNumber('--rows'), 10_000_000)
  .option('--clients <n>', 'clients that watch', wholeNumber('--clients'), 1000)
  .option('--rounds <n>', 'rounds', wholeNumber('--rounds'), 3)
  .option('--out <file>', 'file for the results, as JSON')
  .parse()
  .opts<{ rows: number; clients: number; rounds: number; out?: string }>();

/** The goals: p99 from commit to arrival, in ms, and the share by which the load becomes dearer. */
const arrivalMsMost = 100;
const slowdownMost = 0.03;

const say = (text: string) => process.stderr.write(text);
const print = (name: string, value: string) => console.log(`${name.padEnd(72)} ${value}`);
const arena = await Arena.open({ ...flags, say });
try {
  const input = await arena.trips();
  const sides = [0, flags.clients].map((clients) => watchedSide(arena, input, clients));
  const results = await alternate(sides, flags.rounds, say);
  for (const { name, error } of results) if (error !== undefined) throw new Error(`${name}: ${error}`);
  const [alone, watched] = results.map(({ rounds }) => rounds);
  const detail = (round: Measurement) => round.detail as unknown as WatchedDetail;
  const middle = (of: (round: Measurement) => number, rounds = watched) => median(rounds.map(of));
  const cpu = ({ cpuSeconds = Number.NaN, serverCpuSeconds = 0 }: Measurement) =>
    cpuSeconds + serverCpuSeconds;
  const slowdown = middle(cpu) / middle(cpu, alone) - 1;
  const wall = middle(({ seconds }) => seconds) / middle(({ seconds }) => seconds, alone) - 1;
  const arrival = middle((round) => detail(round).arrivalMs!.p99);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const met = (isMet: boolean) => (isMet ? '✓' : '✗');
  const { cpu: model, cores } = machine();
  console.log(
    `${model}, ${cores} cores; ${flags.rows.toLocaleString('en')} trips, ${flags.rounds} rounds, medians`,
  );
  print(
    'commit → arrival at a client, p99',
    `${arrival.toFixed(1)} ms  (goal ≤ ${arrivalMsMost} ms)  ${met(arrival <= arrivalMsMost)}`,
  );
  print(
    '  p50, greatest',
    `${middle((round) => detail(round).arrivalMs!.p50).toFixed(1)} ms, ${middle((round) => detail(round).arrivalMs!.most).toFixed(1)} ms`,
  );
  print(
    '  p99 from the ledger’s time of the commit, before it is on disk',
    `${middle((round) => detail(round).fromLedgerMs!.p99).toFixed(1)} ms`,
  );
  print(
    'load slowed, CPU of coordinator, workers and server',
    `${percent(slowdown)}  (goal ≤ ${percent(slowdownMost)})  ${met(slowdown <= slowdownMost)}`,
  );
  print(
    '  that CPU, nobody and all watching',
    `${middle(cpu, alone).toFixed(2)} s, ${middle(cpu).toFixed(2)} s`,
  );
  const coordinator = ({ coordinatorCpuSeconds = Number.NaN }: Measurement) => coordinatorCpuSeconds;
  print(
    '  of it the coordinator',
    `${middle(coordinator, alone).toFixed(2)} s, ${middle(coordinator).toFixed(2)} s`,
  );
  print(
    'load slowed, wall time, with the clients on the same cores',
    `${percent(wall)}, clients ${middle((round) => detail(round).clientCpuSeconds).toFixed(2)} s CPU`,
  );
  print(
    'most that a connection held unsent',
    bytes(Math.max(...watched.map((round) => detail(round).unsent!.mostBytes))),
  );
  print(
    'memory of the coordinator at its peak, nobody and all watching',
    `${bytes(middle((round) => detail(round).coordinatorPeakBytes, alone))}, ${bytes(middle((round) => detail(round).coordinatorPeakBytes))}`,
  );
  print('messages', String(middle((round) => detail(round).unsent!.messages)));
  if (flags.out) {
    const head = await resultsHead('watchers', arena.server.version, flags.rows);
    saveResults(flags.out, { ...head, clients: flags.clients, sides: results });
  }
} finally {
  await arena.close();
}
