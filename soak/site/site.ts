/**
 * A complete Landfall of real processes, as if on three machines: a coordinator and two pools of two workers, each
 * with its own network links to the servers, and with a host of its own if that is asked for.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Journal } from '../journal.ts';
import type { Backend } from '../plan/faults.ts';
import { Link } from './link.ts';
import { type Network, openNetwork } from './namespaces.ts';
import { OwnPostgres } from './postgres.ts';
import { OwnRedis } from './redis.ts';
import { Unit } from './unit.ts';

export const landfallMain = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** Definitions of the soak's own datasets, as they are compiled. */
export const definitions = ['marks', 'notes', 'lines', 'documents', 'orders', 'tiers', 'stocks'].map((name) =>
  fileURLToPath(new URL(`../datasets/${name}/dataset.js`, import.meta.url)),
);

const workersPerPool = 2;

const coordinate = ['coordinator', '--port', '0'];
const poolNames = ['pool-1', 'pool-2'];

export interface Site {
  readonly folder: string;
  readonly postgres: OwnPostgres;
  readonly redis: OwnRedis | null;
  readonly coordinator: Unit;
  readonly pools: readonly Unit[];
  /** All units, the coordinator first. */
  readonly units: readonly Unit[];
  readonly links: readonly Link[];
  /** The hosts, named like their units. Null: all are on this one. */
  readonly network: Network | null;
  /** A second coordinator, which is not started yet. */
  readonly rival: () => Unit;
  /** The environment of a command that an operator runs. */
  readonly operatorEnv: () => NodeJS.ProcessEnv;
  /** Shuts everything down cleanly. */
  stop(): Promise<void>;
  /** Kills everything. */
  kill(): void;
}

export interface SiteOptions {
  readonly folder: string;
  readonly backend: Backend;
  readonly chunkBytes: number;
  readonly journal: Journal;
  /** Whether each unit has a host of its own. */
  readonly hosts: boolean;
}

export async function startSite(options: SiteOptions): Promise<Site> {
  const { folder, backend, journal } = options;
  for (const name of ['landing', 'lake', 'archive', 'logs', 'made'])
    mkdirSync(join(folder, name), { recursive: true });
  const postgres = new OwnPostgres(join(folder, 'server'));
  const redis = backend === 'redis' ? new OwnRedis(join(folder, 'redis')) : null;
  await Promise.all([postgres.start(), redis?.start()]);
  const links: Link[] = [];
  const network = options.hosts ? openNetwork(['coordinator', ...poolNames]) : null;
  const address = network?.address ?? '127.0.0.1';
  const operatorEnv = () => ({
    ...environment(options),
    DATABASE_URL: postgres.url(postgres.port),
    REDIS_URL: redis === null ? '' : `redis://127.0.0.1:${redis.port}`,
    LANDFALL_WORKERS: '1',
  });
  const commandOf = (args: readonly string[]) => [process.execPath, landfallMain, ...args];
  const unit = (name: string, command: readonly string[], env: NodeJS.ProcessEnv) => {
    return new Unit({ name, command, env, cwd: folder, log: join(folder, 'logs', `${name}.log`), journal });
  };
  const linkedUnit = async (name: string, args: readonly string[]) => {
    const toPostgres = new Link(`${name} to Postgres`, () => postgres.port, address);
    await toPostgres.open();
    links.push(toPostgres);
    const env = {
      ...environment(options),
      DATABASE_URL: postgres.url(toPostgres.port, address),
      REDIS_URL: '',
    };
    if (redis !== null) {
      const toRedis = new Link(`${name} to Redis`, () => redis.port, address);
      await toRedis.open();
      links.push(toRedis);
      env.REDIS_URL = `redis://${address}:${toRedis.port}`;
    }
    return unit(name, network?.commandOn(name, commandOf(args)) ?? commandOf(args), env);
  };
  const coordinator = await linkedUnit('coordinator', coordinate);
  const pools: Unit[] = [];
  for (const name of poolNames) {
    pools.push(await linkedUnit(name, ['worker', '--workers', String(workersPerPool)]));
  }
  const units = [coordinator, ...pools];
  const close = async () => {
    await Promise.all(links.map((link) => link.close()));
    await redis?.stop();
    await postgres.stop();
    network?.close();
  };
  return {
    folder,
    postgres,
    redis,
    coordinator,
    pools,
    units,
    links,
    network,
    rival: () => unit('rival', commandOf(coordinate), operatorEnv()),
    operatorEnv,
    async stop() {
      await Promise.all(units.map((unit) => unit.stop()));
      await close();
    },
    kill() {
      for (const unit of units) unit.kill();
      redis?.signal('SIGKILL');
      postgres.kill();
      network?.close();
    },
  };
}

/** Settings of all commands. */
function environment({ folder, chunkBytes }: SiteOptions): Record<string, string | undefined> {
  return {
    ...process.env,
    LANDFALL_HOME: join(folder, 'home'),
    LANDING_URL: join(folder, 'landing'),
    LAKE_URL: join(folder, 'lake'),
    ARCHIVE_URL: join(folder, 'archive'),
    LANDFALL_DATASETS: ['example:trips', 'example:citibike', ...definitions].join(','),
    LANDFALL_CHUNK_BYTES: String(chunkBytes),
    LANDFALL_LOG: 'debug',
  };
}
