/** The machine and the versions of a run. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, type as system, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${system()} ${release()}`,
  };
}

/** The versions of all components, and the commit if the bench runs in a clone. */
export async function versions(postgres: string): Promise<Record<string, string>> {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  return {
    landfall: version,
    commit: said('git', ['rev-parse', '--short', 'HEAD']) ?? 'unknown',
    node: process.version,
    postgres,
    psql: said('psql', ['--version']) ?? 'not installed',
    duckdb: packageVersion('@duckdb/node-api') ?? 'not installed',
    queue: process.env.REDIS_URL ? 'Redis' : 'PostgreSQL',
  };
}

/** The version of an installed package; null if it is missing. */
export function packageVersion(name: string): string | null {
  try {
    const require = createRequire(import.meta.url);
    const entry = require.resolve(name);
    const root = entry.slice(0, entry.lastIndexOf(`node_modules/${name}`) + `node_modules/${name}`.length);
    return JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).version;
  } catch {
    return null;
  }
}

/** The first line of a program's output; null if it cannot be run. */
export function said(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')[0]
      .trim();
  } catch {
    return null;
  }
}
