import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { demoAnswers } from '../../datasets/answers.ts';
import { demoRows } from '../../datasets/generators.ts';
import { builtin } from '../../datasets/index.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { createLog } from '../../platform/log/log.ts';
import { schemeOf } from '../../platform/storage/schemes.ts';
import { ExitCode } from '../exit-codes.ts';
import { unlessOutlasted, whileOpen } from '../outlasted.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { openWholeSite, type Site, untilStopped } from '../site.ts';
import { count, duration, table } from '../terminal/format.ts';
import { renderReceipt } from '../terminal/render-receipt.ts';
import { attachTerminal } from '../terminal/terminal.ts';
import { generateFile, wholeNumber } from './generate.ts';

interface DemoFlags extends SettingFlags {
  rows?: number;
  seed: number;
  exit?: boolean;
}

/** The datasets that the demo can generate. */
const examples = builtin.map(({ name }) => name);

const rowsWords = examples.map((name) => `${count(demoRows[name])} ${name}`).join(', ');

/** `landfall demo [NAME]`: generates rows of a dataset, drops them into the landing folder, and queries the star. */
export function demoCommand(): Command {
  return withSettings(new Command('demo'))
    .description('generate rows of an example dataset, load them while you watch, and query the star')
    .argument('[dataset]', examples.join(' | '), 'trips')
    .option('--rows <n>', `number of rows (default: ${rowsWords})`, wholeNumber('--rows'))
    .option('--seed <s>', 'seed of the generator', wholeNumber('--seed'), 1)
    .option('--workers <n>', 'worker processes (LANDFALL_WORKERS, default: one per core)')
    .option('--host <address>', 'address of the dashboard (LANDFALL_HOST, default 127.0.0.1)')
    .option(
      '--port <n>',
      'port of the dashboard (LANDFALL_PORT, default 8080; the next free one if it is taken)',
    )
    .option('--exit', 'exit when the file is loaded, with exit code 0 only if its receipt reconciles')
    .addHelpText('after', '\nExample:\n  landfall demo --rows 300000 --exit\n  landfall demo citibike')
    .action(async (dataset: string, flags: DemoFlags) => {
      if (!examples.includes(dataset))
        throw new LandfallError('LF_GENERATOR_UNKNOWN', { dataset, known: examples.join(', ') });
      const size = { rows: flags.rows ?? demoRows[dataset], seed: flags.seed };
      const { config, registry } = await settle(flags, { examples: [dataset] });
      const say = (text: string) => process.stderr.write(text);
      say('Starting the database, the coordinator, the workers and the dashboard …\n');
      const log = createLog('demo', { level: 'warn' });
      const stopped = untilStopped();
      const site = await openWholeSite(config, registry, { log, reportsFiles: true, showsDefinitions: true });
      await whileOpen(site, async (deadline) => {
        say(`Dashboard: ${site.url}\n`);
        const loaded = unlessOutlasted(load(site, dataset, size, say), deadline);
        const receipt = await Promise.race([loaded, stopped.then(() => null)]);
        if (receipt === null) return;
        process.stdout.write(renderReceipt(receipt));
        const answers = receipt.status === 'failed' ? [] : await demoAnswers(site.database.pool, dataset);
        for (const { title, rows } of answers) process.stdout.write(`\n${title}\n${table(rows)}`);
        process.exitCode = reconciles(receipt) ? ExitCode.success : ExitCode.failed;
        if (flags.exit) return;
        say(
          `\nDashboard: ${site.url}\nDrop more files into ${config.landingUrl}/<dataset>/ (${registry.names().join(', ')}). Press Ctrl-C to stop.\n`,
        );
        const terminal = attachTerminal(site.hub);
        await stopped;
        terminal.close();
      });
    });
}

interface Size {
  readonly rows: number;
  readonly seed: number;
}

/** Loads the demo's file, or finds it loaded by an earlier run. */
async function load(site: Site, dataset: string, size: Size, say: (text: string) => void): Promise<Receipt> {
  const name = `${dataset}-${size.rows}-seed-${size.seed}.csv`;
  const { ledger } = site.coordinator;
  const known = (await ledger.files({ dataset })).find(
    (file) => file.name === name && file.state !== 'failed' && file.state !== 'duplicate',
  );
  if (known) {
    say(
      known.state === 'done'
        ? `${name} was loaded by an earlier run and is not loaded again.\n`
        : `${name} was not finished; resuming it.\n`,
    );
    return settledWithBars(site, known.fileId);
  }
  await drop(site, dataset, name, size, say);
  return settledWithBars(site, await landed(site, dataset, name));
}

async function settledWithBars(site: Site, fileId: number): Promise<Receipt> {
  const terminal = attachTerminal(site.hub);
  try {
    return await site.coordinator.settled(fileId);
  } finally {
    terminal.close();
  }
}

/** Generates the file under another name and renames it when it is complete. */
async function drop(
  site: Site,
  dataset: string,
  name: string,
  size: Size,
  say: (text: string) => void,
): Promise<void> {
  const { landingUrl } = site.config;
  if (schemeOf(landingUrl) !== 'folder')
    throw new LandfallError('LF_USAGE', {
      problem: 'the demo needs a landing folder, but LANDING_URL is in S3',
    });
  const folder = join(landingUrl, dataset);
  await mkdir(folder, { recursive: true });
  const staged = join(folder, `.${name}.part`);
  const started = performance.now();
  const bytes = await generateFile(dataset, { ...size, out: staged });
  say(
    `Generated ${count(size.rows)} rows of ${dataset}, ${count(bytes / 1e6)} MB, in ${duration((performance.now() - started) / 1000)}; dropping them into ${folder}\n`,
  );
  await rename(staged, join(folder, name));
}

/** Resolves with the number of a dropped file when the progress stream first reports it. */
function landed(site: Site, dataset: string, name: string): Promise<number> {
  return new Promise((resolve) => {
    const stop = site.hub.subscribe((message) => {
      const files = message.type === 'snapshot' ? message.state.files : (message.files ?? []);
      const file = files.find((entry) => entry.name === name && entry.dataset === dataset);
      if (!file) return;
      queueMicrotask(() => stop());
      resolve(file.fileId);
    });
  });
}

/** Whether every check of the receipt holds and every row is accounted for. */
function reconciles({ status, rows, checks }: Receipt): boolean {
  return (
    status === 'done' &&
    rows.parsed === rows.loaded + rows.rejected + rows.deduplicated &&
    checks.every((check) => check.ok)
  );
}
