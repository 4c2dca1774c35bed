/** Flags that every command with settings shares, and what they become. */
import type { Command } from 'commander';
import type { Registry, RegistryOptions } from '../model/registry.ts';
import type { Config } from '../platform/types.ts';

/** Flags as commander gives them; each stands for the setting of the same name. */
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

/** Adds the settings' flags to a command. */
export function withSettings(command: Command): Command {
  return command
    .option(
      '--home <folder>',
      'where the embedded database and state live (LANDFALL_HOME, default ./.landfall)',
    )
    .option('--database-url <url>', 'a PostgreSQL 15+ server (DATABASE_URL, default: the embedded one)')
    .option('--redis-url <url>', 'queue on Redis (REDIS_URL, default: queue in PostgreSQL)')
    .option('--landing <url>', 'where files are dropped: a folder or s3://… (LANDING_URL, default ./landing)')
    .option('--lake <url>', 'where Parquet goes (LAKE_URL, default ./lake)')
    .option('--archive <url>', 'where finished files go (ARCHIVE_URL, default ./archive)')
    .option(
      '--datasets <path...>',
      'definitions of your own: files or folders (LANDFALL_DATASETS, default ./datasets if it is there)',
    )
    .option('--chunk-bytes <n>', 'bytes of a chunk (LANDFALL_CHUNK_BYTES)');
}

/**
 * Settings in force and the datasets they name. Every mistake in the settings is in one error; a definition that
 * is wrong is another, or left out where `onWrong` is to be told of it.
 */
export async function settle(
  flags: SettingFlags,
  { onWrong }: Pick<RegistryOptions, 'onWrong'> = {},
): Promise<{ config: Config; registry: Registry }> {
  const config = await configOf(flags);
  const [{ builtin }, { loadRegistry }] = await Promise.all([
    import('../datasets/index.ts'),
    import('../model/registry.ts'),
  ]);
  const { datasets: paths, home } = config;
  return { config, registry: await loadRegistry({ builtin, paths, home, ...(onWrong && { onWrong }) }) };
}

async function configOf(flags: SettingFlags): Promise<Config> {
  const { loadConfig } = await import('../platform/config/config.ts');
  return loadConfig({
    home: flags.home,
    databaseUrl: flags.databaseUrl,
    redisUrl: flags.redisUrl,
    landingUrl: flags.landing,
    lakeUrl: flags.lake,
    archiveUrl: flags.archive,
    host: flags.host,
    port: flags.port,
    workers: flags.workers,
    chunkBytes: flags.chunkBytes,
    datasets: flags.datasets,
  });
}
