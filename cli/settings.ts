/** The flags that all commands with settings share, and the settings that they give. */
import { Command } from 'commander';
import type { Registry } from '../model/registry.ts';
import type { Config } from '../platform/config/config.ts';
import { type SettleOptions, settleWith } from './client/settle-with.ts';

/** Flags as commander gives them. Each overrides the setting of the same name. */
export interface SettingFlags {
  home?: string;
  databaseUrl?: string;
  redisUrl?: string;
  landing?: string;
  lake?: string;
  archive?: string;
  host?: string;
  port?: string;
  workers?: string;
  chunkBytes?: string;
  datasets?: string[];
}

/** Adds the settings' flags to a command. `lake`: the flag of LAKE_URL, where `--lake` means something else. */
export function withSettings(command: Command, { lake = '--lake' } = {}): Command {
  return command
    .option(
      '--home <folder>',
      'folder of the embedded database and other state (LANDFALL_HOME, default ./.landfall)',
    )
    .option(
      '--database-url <url>',
      'PostgreSQL server, version 15 or newer (DATABASE_URL, default: an embedded one)',
    )
    .option(
      '--redis-url <url>',
      'Redis server for the queue (REDIS_URL, default: the queue is in PostgreSQL)',
    )
    .option('--landing <url>', 'where files are dropped: a folder or s3://… (LANDING_URL, default ./landing)')
    .option(`${lake} <url>`, 'where Parquet files are written (LAKE_URL, default ./lake)')
    .option('--archive <url>', 'where loaded files are moved (ARCHIVE_URL, default ./archive)')
    .option(
      '--datasets <path...>',
      'definitions: files, folders, or example:NAME (LANDFALL_DATASETS, default ./datasets)',
    )
    .option('--chunk-bytes <n>', 'size of a chunk in bytes (LANDFALL_CHUNK_BYTES, default 33554432)');
}

/** A command without arguments that reports on the installation, as text or with `--json` as one object. */
export function reportCommand(name: string, description: string, example: string): Command {
  return withSettings(new Command(name))
    .description(description)
    .option('--json', 'print one JSON object')
    .addHelpText('after', `\nExample:\n  ${example}`);
}

/** Flags of a command that reports. */
export interface ReportFlags extends SettingFlags {
  json?: boolean;
}

/** The settings in force and the datasets that they name: see `settleWith`. */
export async function settle(
  flags: SettingFlags,
  { examples: named = [], ...options }: SettleOptions & { examples?: readonly (string | undefined)[] } = {},
): Promise<{ config: Config; registry: Registry }> {
  const { landing: landingUrl, lake: lakeUrl, archive: archiveUrl, ...others } = flags;
  return settleWith({ ...others, landingUrl, lakeUrl, archiveUrl }, named, options);
}
