import { Command } from 'commander';
import type pg from 'pg';
import { type Audit, auditFile } from '../../coordinator/commands/audit.ts';
import { findFile } from '../../coordinator/commands/find-file.ts';
import { Ledger, type LedgerFile } from '../../ledger/ledger.ts';
import { openDatabase } from '../../ledger/open-database.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import { openLake } from '../../sinks/lake/open-lake.ts';
import { openSinks } from '../../sinks/open-sinks.ts';
import { auditRollups, type RollupAudit } from '../../sinks/postgres/rollups/audit-rollups.ts';
import { ExitCode } from '../exit-codes.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { count, printable } from '../terminal/format.ts';

/** The most files that one audit counts. */
const filesMax = 10_000_000;

/** `landfall audit [FILE]`: counts the rows of loaded files again, in star and lake, or audits rollups. */
export function auditCommand(): Command {
  return withSettings(new Command('audit'))
    .description('count the rows of one or all loaded files again, and compare the counts with the ledger')
    .argument(
      '[file]',
      'name of the file as it landed, dataset/name, or its number in the ledger (default: all loaded files)',
    )
    .option(
      '--marts',
      'compare rollups with their definition over all loaded rows, instead of counting files',
    )
    .option('--json', 'print one JSON object per file or rollup')
    .addHelpText(
      'after',
      '\nExample:\n  landfall audit trips-2018.csv\n\nExit code: 0 everything agrees, 1 something differs, 2 invalid usage',
    )
    .action(async (text: string | undefined, flags: SettingFlags & { json?: boolean; marts?: boolean }) => {
      const { config, registry } = await settle(flags);
      const database = await openDatabase(config);
      try {
        const { pool } = database;
        if (flags.marts) {
          if (text !== undefined) throw new LandfallError('LF_USAGE', { problem: '--marts takes no file' });
          const sound = await auditMarts(pool, registry.names(), flags.json === true);
          if (!sound) process.exitCode = ExitCode.failed;
          return;
        }
        const ledger = new Ledger(pool);
        const sinks = openSinks({ pool, lake: await openLake(pool, config.lakeUrl) });
        const tools = { pool, ledger, registry, sinks };
        const all = () => ledger.files({ states: ['done'], limit: filesMax });
        const files = text === undefined ? await all() : [await doneFile(pool, text)];
        let sound = true;
        for (const file of files) {
          const audit = await auditFile(tools, file);
          sound &&= audit.checks.every((check) => check.ok);
          process.stdout.write(flags.json ? `${JSON.stringify(audit)}\n` : render(audit));
        }
        if (!sound) process.exitCode = ExitCode.failed;
      } finally {
        await database.close();
      }
    });
}

/** Audits the rollups of these datasets. Returns whether all of them agree with their facts. */
async function auditMarts(pool: pg.Pool, datasets: readonly string[], asJson: boolean): Promise<boolean> {
  let sound = true;
  for (const dataset of datasets) {
    for (const audit of await auditRollups(pool, dataset)) {
      sound &&= audit.different === 0;
      process.stdout.write(asJson ? `${JSON.stringify(audit)}\n` : renderRollup(audit));
    }
  }
  return sound;
}

function renderRollup({ dataset, rollup, groups, different, sample, notes }: RollupAudit): string {
  const mark = different === 0 ? '✓' : '✗';
  const differ = different === 0 ? '' : `; ${count(different)} differ from their facts`;
  const head = `${mark} ${dataset}/${rollup}: ${plural(groups, 'group')}${differ}\n`;
  const named = sample.map((group) => `  ✗ ${printable(JSON.stringify(group))}\n`);
  return [head, ...named, ...notes.map((note) => `  ! ${note}\n`)].join('');
}

/** Throws LF_FILE_NOT_LOADED if the file is not done. */
async function doneFile(pool: pg.Pool, text: string): Promise<LedgerFile> {
  const file = await findFile(pool, text, { wanted: ['done'] });
  if (file.state === 'done') return file;
  throw new LandfallError('LF_FILE_NOT_LOADED', { file: file.name, state: file.state });
}

function render({ fileId, dataset, file, starRows, lakeRows, events, checks }: Audit): string {
  const broken = checks.filter((check) => !check.ok);
  const what = `${dataset}/${printable(file)} (file ${fileId})`;
  const mark = broken.length === 0 ? '✓' : '✗';
  const inLake = `${starRows === null ? plural(lakeRows, 'row') : count(lakeRows)} in the lake`;
  const split = events && ` (${count(events.current)} current, ${count(events.superseded)} superseded)`;
  const found =
    starRows === null ? inLake : `${plural(starRows, 'row')} in the star${split ?? ''}, ${inLake}`;
  const head = `${mark} ${what}: ${found}\n`;
  return head + broken.map(({ name, detail }) => `  ✗ ${name}: ${printable(detail)}\n`).join('');
}
