/**
 * `npm run soak`: drops files on a Landfall of real processes while these are killed, frozen and cut off from each
 * other, and then counts every row. Exit code 0 means that nothing was lost, nothing is there twice and nothing hangs.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { Backend } from './plan/faults.ts';
import { isGood, type Outcome, reportOf } from './report.ts';
import { run } from './run.ts';
import { mayMakeHosts } from './site/namespaces.ts';
import type { Site } from './site/site.ts';
import { disown, endStrays, folderPrefix, own } from './site/strays.ts';

const number = (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new Error(`'${text}' is not a number`);
  return value;
};

const flags = new Command('soak')
  .description('random files and random faults against a whole Landfall, then every row is counted')
  .option('--minutes <n>', 'how long files are dropped and faults made, for each backend', number, 2)
  .option('--seed <s>', 'the same seed makes the same files and the same faults', number)
  .option('--runs <n>', 'runs, each with the next seed', number, 1)
  .addOption(
    new Option('--backend <name>', 'where the queue is')
      .choices(['postgres', 'redis', 'both'])
      .default('both'),
  )
  .option('--hosts', 'each process on a host of its own (a network namespace), which may be cut off')
  .option('--calm', 'no faults: what is left is the count')
  .option('--keep', 'keep folders also of good runs')
  .option('--folder <path>', 'where the folders of runs are made', tmpdir())
  .addHelpText(
    'after',
    '\nExample:\n  npm run soak -- --minutes 10 --seed 7\n\nA run that is not good leaves its folder: journal.jsonl, logs/, database, lake. The command at the end of its report\nmakes the same files and the same faults at the same times again.\n\nExit code: 0 nothing lost, nothing twice, nothing hangs; 1 otherwise',
  )
  .parse()
  .opts<{
    minutes: number;
    seed?: number;
    runs: number;
    backend: Backend | 'both';
    hosts?: boolean;
    calm?: boolean;
    keep?: boolean;
    folder: string;
  }>();

const backends: Backend[] = flags.backend === 'both' ? ['postgres', 'redis'] : [flags.backend];
const firstSeed = flags.seed ?? Date.now() % 1_000_000;
let site: Site | null = null;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    site?.kill();
    process.exit(130);
  });
}

if (flags.hosts && !mayMakeHosts()) {
  process.stderr.write('Hosts are network namespaces: they need iproute2, and root or CAP_SYS_ADMIN.\n');
  process.exit(1);
}
endStrays(flags.folder);
const outcomes: Outcome[] = [];
for (let seed = firstSeed; seed < firstSeed + flags.runs; seed++) {
  for (const backend of backends) outcomes.push(await oneRun(seed, backend));
}
const bad = outcomes.filter((outcome) => !isGood(outcome));
const lost = outcomes.reduce((sum, { rows }) => sum + rows.lost, 0);
const duplicated = outcomes.reduce((sum, { rows }) => sum + rows.duplicated, 0);
process.stdout.write(
  `${outcomes.length} runs, ${bad.length} not good; lost ${lost}, duplicated ${duplicated}\n`,
);
process.exitCode = bad.length === 0 ? 0 : 1;

async function oneRun(seed: number, backend: Backend): Promise<Outcome> {
  const folder = realpathSync(mkdtempSync(join(flags.folder, `${folderPrefix}${seed}-${backend}-`)));
  own(folder);
  const outcome = await run({
    seed,
    backend,
    forMs: Math.round(flags.minutes * 60_000),
    folder,
    hosts: flags.hosts ?? false,
    calm: flags.calm ?? false,
    onProgress: (line) => process.stderr.write(`[${backend} ${seed}] ${line}\n`),
    onSite: (started) => {
      site = started;
    },
  });
  site = null;
  process.stdout.write(reportOf(outcome));
  if (isGood(outcome) && !flags.keep) rmSync(folder, { recursive: true, force: true });
  else {
    disown(folder);
    process.stdout.write(`  kept: ${folder} (journal.jsonl, logs/, server/, lake/)\n`);
  }
  return outcome;
}
