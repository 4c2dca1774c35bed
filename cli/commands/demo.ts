import { Command } from 'commander';
import { demoAnswers } from '../../datasets/answers.ts';
import type { DemoSite } from '../../datasets/demo-site.ts';
import { demos } from '../../datasets/demos.ts';
import { demoRows } from '../../datasets/generators.ts';
import { examples } from '../../datasets/index.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { createLog } from '../../platform/log/log.ts';
import { loadFiles, type Size } from '../demo/drop-files.ts';
import { openDemoSite, playRounds } from '../demo/fetch-rounds.ts';
import { ExitCode } from '../exit-codes.ts';
import { unlessOutlasted, whileOpen } from '../load/outlasted.ts';
import { keptWords } from '../load/stopped.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { openWholeSite, type Site, untilStopped } from '../site.ts';
import { count, table } from '../terminal/format.ts';
import { attachTerminal } from '../terminal/terminal.ts';
import { wholeNumber } from './generate.ts';

interface DemoFlags extends SettingFlags {
  rows?: number;
  seed: number;
  exit?: boolean;
}

const names = examples.map(({ name }) => name);

const rowsWords = names.map((name) => `${count(demoRows[name])} ${name}`).join(', ');

/** `landfall demo [NAME]`: generates rows of an example, loads them, and queries the star. */
export function demoCommand(): Command {
  return withSettings(new Command('demo'))
    .description('generate rows of an example, load them while you watch, and query the star')
    .argument('[example]', names.join(' | '), 'trips')
    .option('--rows <n>', `number of rows (default: ${rowsWords})`, wholeNumber('--rows'))
    .option('--seed <s>', 'seed of the generator', wholeNumber('--seed'), 1)
    .option('--workers <n>', 'worker processes (LANDFALL_WORKERS, default: one per core)')
    .option('--host <address>', 'address of the dashboard (LANDFALL_HOST, default 127.0.0.1)')
    .option(
      '--port <n>',
      'port of the dashboard (LANDFALL_PORT, default 8080; the next free one if it is taken)',
    )
    .option(
      '--exit',
      'exit when everything is loaded, with exit code 0 only if it was, and all receipts reconcile',
    )
    .addHelpText('after', '\nExample:\n  landfall demo --rows 300000 --exit\n  landfall demo citibike')
    .action(async (example: string, flags: DemoFlags) => {
      if (!names.includes(example))
        throw new LandfallError('LF_GENERATOR_UNKNOWN', { dataset: example, known: names.join(', ') });
      const size = { rows: flags.rows ?? demoRows[example], seed: flags.seed };
      // Of no rows nothing is fetched, and there is no star to query.
      if (example in demos && size.rows === 0)
        throw new LandfallError('LF_USAGE', { problem: `the demo of ${example} needs at least one row` });
      const { config, registry } = await settle(flags, { examples: [example] });
      const say = (text: string) => process.stderr.write(text);
      say('Starting the database, the coordinator, the workers and the dashboard …\n');
      const log = createLog('demo', { level: 'warn' });
      const stopped = untilStopped();
      // Its rounds are of another time than now: what a schedule fetched between two of them would be the newest of all.
      const options = { log, reportsFiles: true, showsDefinitions: true, holdsSchedules: true };
      const site = await openWholeSite(config, registry, options);
      await whileOpen(site, async (deadline) => {
        say(`Dashboard: ${site.url}\n`);
        const demo = await openDemo(site, example, size);
        try {
          const loading = demo
            ? playRounds(site, registry, demo.rounds, (text) => process.stdout.write(text))
            : loadFiles(site, example, size, say);
          const code = await Promise.race([unlessOutlasted(loading, deadline), stopped.then(() => null)]);
          if (code === null) {
            say(`${keptWords(site.hub.snapshot().state)}\n`);
            return;
          }
          process.exitCode = code;
          const answers = code === ExitCode.success ? await demoAnswers(site.database.pool, example) : [];
          for (const { title, rows } of answers) process.stdout.write(`\n${title}\n${table(rows)}`);
          if (flags.exit) return;
          site.coordinator.startSchedules();
          say(
            `\nDashboard: ${site.url}\nDrop more files into ${config.landingUrl}/<dataset>/ (${registry.names().join(', ')}). Press Ctrl-C to stop.\n`,
          );
          const terminal = attachTerminal(site.hub);
          await stopped;
          terminal.close();
        } finally {
          await demo?.close();
        }
      });
    });
}

/** What the sources of an example fetch from; null for one whose data are files. */
async function openDemo(site: Site, example: string, size: Size): Promise<DemoSite | null> {
  const open = demos[example];
  return open === undefined ? null : openDemoSite(site, open, example, size);
}
