/**
 * `npm run bench`: compares Landfall with its alternatives, in one run on one server. Sides alternate, results are
 * medians, and a side that does not reconcile has no rate.
 */
import { Command } from 'commander';
import { wholeNumber } from '../cli/commands/generate.ts';
import { contests, defaultLetters, groupsOf } from './contests/index.ts';
import { runPeers } from './peers/index.ts';
import { machine, versions } from './processes/host.ts';
import { judge, type Report } from './rounds/outcome.ts';
import { printContest, printHead } from './rounds/print.ts';
import { alternate, type Result, type Side } from './rounds/rounds.ts';
import { saveResults } from './rounds/save.ts';
import { Arena } from './sides/arena.ts';

const list = (text: string) =>
  text
    .toLowerCase()
    .split(',')
    .map((letter) => letter.trim());
const flags = new Command('bench')
  .description('compare Landfall with its alternatives, on one machine and one server')
  .option(
    '--rows <n>',
    'number of trips; the sizes of other contests follow from it',
    wholeNumber('--rows'),
    2_000_000,
  )
  .option('--rounds <n>', 'number of rounds; an odd number has a plain median', wholeNumber('--rounds'), 3)
  .option('--only <letters>', 'contests to run, such as a,c, or all', list, [...defaultLetters])
  .option('--peers', 'also measure other tools, each with a part of the work')
  .option('--out <file>', 'file for the raw results, as JSON')
  .addHelpText(
    'after',
    `\nContests:\n${contests.map(({ letter, what }) => `  ${letter}  ${what}`).join('\n')}\n\nExample:\n  npm run bench -- --rows 10000000 --rounds 5 --out bench/results/10m.json`,
  )
  .parse()
  .opts<{ rows: number; rounds: number; only: string[]; peers?: boolean; out?: string }>();

const chosen = flags.only.includes('all')
  ? contests
  : contests.filter(({ letter }) => flags.only.includes(letter));
const unknown = flags.only.filter(
  (letter) => letter !== 'all' && !contests.some((one) => one.letter === letter),
);
if (unknown.length > 0) {
  process.stderr.write(`There is no contest ${unknown.join(', ')}.\n`);
  process.exit(2);
}

const say = (text: string) => process.stderr.write(text);
const arena = await Arena.open({ ...flags, say });
try {
  const report: Report = {
    format: 1,
    at: new Date().toISOString(),
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(),
    machine: machine(),
    versions: await versions(arena.server.version),
    serverSettings: arena.server.settings,
    rows: flags.rows,
    rounds: flags.rounds,
    contests: [],
    sides: [],
    peers: [],
  };
  printHead(report);
  for (const group of groupsOf(chosen)) {
    say(`contest ${group.map(({ letter }) => letter).join(', ')}\n`);
    const prepared: (readonly Side[])[] = [];
    for (const contest of group) prepared.push(await contest.prepare(arena));
    const sides = [...new Map(prepared.flat().map((side) => [side.name, side])).values()];
    const results = await alternate(sides, flags.rounds, say);
    report.sides.push(...results);
    const resultOf = (side: Side): Result => results.find(({ name }) => name === side.name)!;
    for (const [index, contest] of group.entries()) {
      const outcome = judge(contest, prepared[index].map(resultOf), arena);
      report.contests.push(outcome);
      printContest(outcome, report);
    }
  }
  if (flags.peers) report.peers.push(...(await runPeers(arena)));
  if (flags.out) saveResults(flags.out, report);
  if (report.contests.some(({ error }) => error !== undefined)) process.exitCode = 1;
} finally {
  await arena.close();
}
