import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import type pg from 'pg';
import { findFile } from '../../../coordinator/commands/find-file.ts';
import {
  isBroken,
  type Verified,
  type VerifyTools,
  verifyFiles,
} from '../../../coordinator/commands/verify.ts';
import { verifyMany } from '../../../coordinator/commands/verify-many.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import { Ledger, type LedgerFile } from '../../../ledger/ledger.ts';
import { openDatabase } from '../../../ledger/open-database.ts';
import type { VerificationScope } from '../../../ledger/tables/verification.ts';
import type { Config } from '../../../platform/config/config.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { plural } from '../../../platform/plural.ts';
import type { Storage } from '../../../platform/storage/contract.ts';
import { openLake } from '../../../sinks/lake/open-lake.ts';
import { openSinks } from '../../../sinks/open-sinks.ts';
import { auditRollups, type RollupAudit } from '../../../sinks/postgres/rollups/audit-rollups.ts';
import { StarSink } from '../../../sinks/postgres/star-sink.ts';
import { repairFile } from '../../../workers/rebuild/repair-file.ts';
import { ExitCode } from '../../exit-codes.ts';
import { type SettingFlags, settle, withSettings } from '../../settings.ts';
import { count, localTime, printable } from '../../terminal/format.ts';

type Flags = SettingFlags & {
  readonly dataset?: string;
  readonly sample?: string;
  readonly restart?: boolean;
  readonly marts?: boolean;
  readonly repair?: boolean;
  readonly json?: boolean;
};

/** `landfall verify [FILE]`: counts the rows of loaded files again, in star and lake, or verifies rollups. */
export function verifyCommand(): Command {
  return withSettings(new Command('verify'))
    .alias('audit')
    .description(
      'count the rows of loaded files again, in star and lake, and compare the counts with the ledger',
    )
    .argument(
      '[file]',
      'name of the file as it landed, dataset/name, or its number in the ledger (default: all loaded files)',
    )
    .option('--dataset <name>', 'only files of this dataset')
    .option('--sample <percent>', 'only this percentage of the files, chosen at random: 5, or 0.5')
    .option('--restart', 'begin with the first file, even if an earlier run was interrupted')
    .option('--repair', 'read damaged chunks again from the archive, and write their parts and facts again')
    .option(
      '--marts',
      'compare rollups with their definition over all loaded rows, instead of counting files',
    )
    .option('--json', 'print one JSON object per file or rollup')
    .addHelpText(
      'after',
      '\nExample:\n  landfall verify\n  landfall verify trips-2018.csv\n  landfall verify --dataset trips --sample 5\n  landfall verify --repair\n\nExit code: 0 everything agrees, 1 something differs, 2 invalid usage',
    )
    .action(async (text: string | undefined, flags: Flags) => {
      const scope = scopeOf(text, flags);
      const { config, registry } = await settle(flags);
      const database = await openDatabase(config);
      try {
        const { pool } = database;
        if (flags.marts) return failUnless(await verifyMarts(pool, registry.names(), flags.json === true));
        const lake = await openLake(pool, config.lakeUrl);
        const tools = { pool, ledger: new Ledger(pool), registry, sinks: openSinks({ pool, lake }) };
        const broken =
          text === undefined ? await verifyScope(tools, scope, flags) : await verifyOne(tools, text, flags);
        const repair = flags.repair === true && broken.length > 0;
        failUnless(
          repair ? await repairFiles({ ...tools, lake, config }, broken, flags) : broken.length === 0,
        );
      } finally {
        await database.close();
      }
    });
}

function failUnless(sound: boolean): void {
  if (!sound) process.exitCode = ExitCode.failed;
}

/** Throws LF_USAGE. */
function scopeOf(
  file: string | undefined,
  { dataset, sample, restart, marts, repair }: Flags,
): VerificationScope {
  if (marts && repair)
    throw new LandfallError('LF_USAGE', { problem: '--marts repairs nothing: see `landfall rebuild`' });
  const ofMany = dataset !== undefined || sample !== undefined || restart === true;
  if (marts && (file !== undefined || ofMany))
    throw new LandfallError('LF_USAGE', { problem: '--marts takes no file, and no choice of files' });
  if (file !== undefined && ofMany)
    throw new LandfallError('LF_USAGE', { problem: '--dataset, --sample and --restart take no file' });
  return { dataset: dataset ?? null, share: shareOf(sample) };
}

/** How many of 10,000 files are in a sample. Throws LF_USAGE. */
function shareOf(percent: string | undefined): number {
  if (percent === undefined) return 10_000;
  const share = Math.round(Number(percent) * 100);
  if (share >= 1 && share <= 10_000) return share;
  throw new LandfallError('LF_USAGE', { problem: `--sample '${percent}' is no number from 0.01 to 100` });
}

/** Verifies all files of the scope. Returns those that differ. */
async function verifyScope(
  tools: VerifyTools,
  scope: VerificationScope,
  flags: Flags,
): Promise<readonly number[]> {
  const sums = { files: 0, star: 0, lake: 0 };
  const { files, broken } = await verifyMany(tools, scope, {
    seed: randomInt(2 ** 31 - 1),
    again: flags.restart === true,
    onResumed: ({ files, startedAt }) => {
      const since = localTime(startedAt.toISOString());
      process.stderr.write(
        `resuming the run of ${since}, which has verified ${plural(files, 'file')} (--restart begins again)\n`,
      );
    },
    onVerified: (one) => {
      sums.files += 1;
      sums.star += one.starRows ?? 0;
      sums.lake += one.lakeRows;
      if (flags.json) process.stdout.write(`${JSON.stringify(one)}\n`);
      else if (isBroken(one)) process.stdout.write(render(one));
    },
  });
  if (!flags.json) {
    const mark = broken.length === 0 ? '✓' : '✗';
    const rows = `${count(sums.star)} rows in the star, ${count(sums.lake)} in the lake`;
    const differ = broken.length === 0 ? '' : `; ${plural(broken.length, 'file')} of ${count(files)} differ`;
    process.stdout.write(`${mark} ${plural(sums.files, 'file')}: ${rows}${differ}\n`);
  }
  return broken;
}

/** Returns the file if it differs. */
async function verifyOne(tools: VerifyTools, text: string, flags: Flags): Promise<number[]> {
  const { fileId } = await doneFile(tools.pool, text);
  const verified = await verifyFiles(tools, [fileId]);
  for (const one of verified) print(one, flags);
  return verified.filter(isBroken).map(({ fileId }) => fileId);
}

function print(one: Verified, { json }: Flags): void {
  process.stdout.write(json ? `${JSON.stringify(one)}\n` : render(one));
}

/** Repairs what differs of these files, and verifies them again. Returns whether all of them agree. */
async function repairFiles(
  tools: VerifyTools & { readonly lake: Storage; readonly config: Config },
  fileIds: readonly number[],
  flags: Flags,
): Promise<boolean> {
  const { pool, lake } = tools;
  const { signal } = new AbortController();
  const repair = {
    ...tools,
    lake,
    signal,
    star: new StarSink(pool),
    kernel: await createKernel(),
  };
  let sound = true;
  for (const fileId of fileIds) {
    const failure = await repairFile(fileId, repair).then(
      ({ lake, star }) => {
        if (lake + star > 0)
          process.stderr.write(
            `file ${fileId} repaired: ${plural(lake, 'chunk')} in the lake, ${count(star)} in the star\n`,
          );
        return null;
      },
      (error: unknown) => error,
    );
    if (failure !== null && !(failure instanceof LandfallError)) throw failure;
    if (failure !== null)
      process.stderr.write(
        `file ${fileId} is not repaired: ${failure.message} [${failure.code}]\n  → ${failure.fix}\n`,
      );
    for (const one of await verifyFiles(tools, [fileId])) {
      sound &&= !isBroken(one);
      print(one, flags);
    }
  }
  return sound;
}

/** Throws LF_FILE_NOT_LOADED if the file is not done. */
async function doneFile(pool: pg.Pool, text: string): Promise<LedgerFile> {
  const file = await findFile(pool, text, { wanted: ['done'] });
  if (file.state === 'done') return file;
  throw new LandfallError('LF_FILE_NOT_LOADED', { file: file.name, state: file.state });
}

function render({ fileId, dataset, file, starRows, lakeRows, events, checks }: Verified): string {
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

/** Verifies the rollups of these datasets. Returns whether all of them agree with their facts. */
async function verifyMarts(pool: pg.Pool, datasets: readonly string[], asJson: boolean): Promise<boolean> {
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
