/** Flags that every command with settings shares, and what they become. */
import type { Command } from 'commander';
import type { Registry } from '../model/registry.ts';
import type { Config } from '../platform/config/config.ts';

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
      'definitions: files, folders, or example:NAME (LANDFALL_DATASETS, default ./datasets)',
    )
    .option('--chunk-bytes <n>', 'bytes of a chunk (LANDFALL_CHUNK_BYTES)');
}

/**
 * Settings in force and the datasets they name. Every mistake in the settings is in one error; a definition that
 * is broken is left out and listed by the registry.
 * @param options.examples datasets that the call names: one that ships with Landfall is there then, unless the
 *   user has one of that name
 */
export async function settle(
  flags: SettingFlags,
  { examples: named = [] }: { examples?: readonly (string | undefined)[] } = {},
): Promise<{ config: Config; registry: Registry }> {
  const [given, { builtin: examples }, { loadRegistry }] = await Promise.all([
    configOf(flags),
    import('../datasets/index.ts'),
    import('../model/registry.ts'),
  ]);
  const asked = examples.filter(({ name }) => named.includes(name)).map(({ name }) => `example:${name}`);
  const config = { ...given, datasets: [...new Set([...given.datasets, ...asked])] };
  const { datasets: paths, datasetsOptional: optional = false, home } = config;
  return { config, registry: await loadRegistry({ examples, paths, optional, home }) };
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
