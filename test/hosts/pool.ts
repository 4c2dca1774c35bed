/** A pool on four hosts, two of coordinators and two of workers, with PostgreSQL, Redis and S3 on a fifth. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import pg from 'pg';
import { S3Storage } from '../../platform/storage/s3/s3-storage.ts';
import { openNetwork } from '../../soak/site/namespaces.ts';
import { main } from '../cli/run.ts';
import { openPostgres, openRedis } from '../faults/servers.ts';
import { tempFolder } from '../support/index.ts';

const coordinators = ['c1', 'c2'] as const;
const workers = ['w1', 'w2'] as const;
export type Host = (typeof coordinators)[number] | (typeof workers)[number];

export interface HostPool {
  readonly landing: S3Storage;
  /** Starts the command that a host runs. A coordinator stands by while another one leads. */
  start(host: Host): void;
  signal(host: Host, signal: NodeJS.Signals): void;
  cut(host: Host): void;
  heal(host: Host): void;
  /** Resolves with its exit code when the command of a host has ended. */
  ended(host: Host): Promise<number | null>;
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
  /** The coordinator that leads, by the ledger, and its term. */
  leader(): Promise<{ host: Host; term: number }>;
  /** What the command of a host has written. */
  logOf(host: Host): string;
  close(): Promise<void>;
}

export async function openPool(): Promise<HostPool> {
  const folder = tempFolder();
  const network = openNetwork([...coordinators, ...workers]);
  // The server of a test accepts this machine alone.
  const anyone = join(folder, 'hba.conf');
  chmodSync(folder, 0o755);
  writeFileSync(anyone, 'local all all trust\nhost all all 0.0.0.0/0 trust\n', { mode: 0o644 });
  const postgres = await openPostgres({ listen_addresses: '*', hba_file: anyone });
  const redis = await openRedis({ bind: '0.0.0.0' });
  const s3 = await startFauxqs({ port: 0, host: '0.0.0.0', logger: false });
  for (const bucket of ['landing', 'lake', 'archive']) s3.createBucket(bucket);
  const at = (url: string, host: string) => {
    const { port, protocol, username, password, pathname } = new URL(url);
    const who = username === '' ? '' : `${username}:${password}@`;
    return `${protocol}//${who}${host}:${port}${pathname}`;
  };
  const databaseUrl = await postgres.database();
  const aws = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };
  const env = {
    ...process.env,
    ...aws,
    AWS_ENDPOINT_URL_S3: `http://${network.address}:${s3.port}`,
    DATABASE_URL: at(databaseUrl, network.address),
    REDIS_URL: at(redis.url, network.address),
    LANDING_URL: 's3://landing',
    LAKE_URL: 's3://lake',
    ARCHIVE_URL: 's3://archive',
    LANDFALL_DATASETS: 'example:trips',
    LANDFALL_CHUNK_BYTES: String(4 << 20),
    LANDFALL_PORT: '0',
    LANDFALL_HOME: join(folder, 'home'),
  };
  Object.assign(process.env, aws, { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3.port}` });
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'the test' });
  await client.connect();
  const processes = new Map<Host, ChildProcess>();
  const pids = new Map<number, Host>();
  const logOf = (host: Host) => join(folder, `${host}.log`);
  const query = async <Row>(sql: string) => (await client.query(sql)).rows as Row[];
  const isUp = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;
  const ended = async (host: Host) => {
    const child = processes.get(host)!;
    if (isUp(child)) await once(child, 'exit');
    return child.exitCode;
  };
  return {
    landing: new S3Storage('s3://landing'),
    query,
    ended,
    start(host) {
      const role = host.startsWith('c') ? ['coordinator', '--standby'] : ['worker', '--workers', '1'];
      const log = openSync(logOf(host), 'a');
      const [command, ...args] = network.commandOn(host, [process.execPath, main, ...role]);
      const child = spawn(command, args, { env, cwd: folder, stdio: ['ignore', log, log] });
      processes.set(host, child);
      pids.set(child.pid!, host);
    },
    signal: (host, signal) => void processes.get(host)!.kill(signal),
    cut: (host) => network.cut(host),
    heal: (host) => network.heal(host),
    async leader() {
      const [{ pid, term }] = await query<{ pid: number; term: number }>(
        'select pid, term from landfall.leader',
      );
      return { host: pids.get(pid)!, term };
    },
    logOf: (host) => readFileSync(logOf(host), 'utf8'),
    async close() {
      for (const child of processes.values()) if (isUp(child)) child.kill('SIGKILL');
      await Promise.all([...processes.keys()].map(ended));
      await client.end();
      await s3.stop();
      await redis.close();
      await postgres.close();
      network.close();
    },
  };
}
