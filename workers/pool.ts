/**
 * Worker processes of one command: forked, started again when they die, stopped together.
 *
 *   forked ─▶ working ─ exit ─▶ waiting (backoff) ─▶ forked          any ─ close ─▶ stopping ─▶ gone
 *                └─ silent for long: killed ─▶ exit
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from '../platform/config/config.ts';
import type { Log } from '../platform/log/log.ts';
import { heartbeatMs } from './heartbeat.ts';
import type { WorkerSettings } from './main.ts';
import { nodeFlags, workerEnvironment } from './node-options.ts';

/** Wait before a worker that died is started again: doubled each time, from the first to the second. */
const BACKOFF_MS = [200, 5_000] as const;

/** A worker that has lived as long as this dies its first death again. */
const HEALTHY_MS = 10_000;

/** What a stopping worker has beyond the time for its jobs, to give them back and to close; then it is killed. */
const CLOSE_MS = 8_000;

/**
 * Heartbeats that a worker may miss before it is killed: its event loop is stuck (an enrichment that never ends)
 * or it is stopped. Counted in beats of this process, so that a machine that slept has missed one.
 * LANDFALL_SILENT_BEATS is for tests.
 */
const silentBeatsMost = Number(process.env.LANDFALL_SILENT_BEATS ?? 60);

export interface PoolOptions {
  readonly config: Config;
  /** May be given while the database is still being opened: the processes load their code meanwhile. A
   * rejection is the caller's to report; the processes then wait until the pool is closed. */
  readonly databaseUrl: string | Promise<string>;
  readonly scope: string;
  /** Worker processes. */
  readonly count: number;
  readonly log: Log;
}

export interface Pool {
  /** Of the processes that run now. */
  pids(): number[];
  /** Stops all workers; chunks in flight finish or are given back. */
  close(): Promise<void>;
}

/** Starts the processes; resolves when each has been forked, not when it has connected. */
export async function startPool(options: PoolOptions): Promise<Pool> {
  const { config, databaseUrl, scope, log } = options;
  const settings = (async (): Promise<WorkerSettings> => ({
    config,
    databaseUrl: await databaseUrl,
    scope,
  }))();
  settings.catch(() => undefined);
  const killMs = config.stopMs + CLOSE_MS;
  const members = Array.from({ length: options.count }, () => new Member(settings, killMs, log));
  return {
    pids: () => members.flatMap((member) => member.pid ?? []),
    close: async () => {
      await Promise.all(members.map((member) => member.close()));
    },
  };
}

/** The compiled entry: beside this file, or in dist/ when this file runs from source. */
function entry(): string {
  const beside = fileURLToPath(new URL('./main.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../dist/workers/main.js', import.meta.url));
}

/** One place in the pool, whatever process holds it. */
class Member {
  private readonly settings: Promise<WorkerSettings>;
  private readonly killMs: number;
  private readonly log: Log;
  private child: ChildProcess | null = null;
  private deaths = 0;
  private restart: NodeJS.Timeout | null = null;
  private closing = false;

  constructor(settings: Promise<WorkerSettings>, killMs: number, log: Log) {
    this.settings = settings;
    this.killMs = killMs;
    this.log = log;
    this.start();
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  private start(): void {
    // Standard output belongs to the command (one JSON object a file): workers only have its error output.
    const child = fork(entry(), [], {
      stdio: ['ignore', 2, 2, 'ipc'],
      execArgv: [...process.execArgv, ...nodeFlags()],
      env: workerEnvironment(),
    });
    const startedAt = Date.now();
    this.restart = null;
    this.child = child;
    this.watch(child);
    child.on('error', (error) => this.log.error({ reason: error.message }, 'could not start a worker'));
    child.once('exit', (code, signal) => this.ended(child, code, signal, Date.now() - startedAt));
    void this.settings.then(
      // A child that is gone before it reads its settings ends with 'exit', which says it all.
      (settings) => child.connected && child.send(settings, () => undefined),
      () => undefined,
    );
  }

  /** Kills the process when it has not been heard of for long. Its chunks are taken over like any others. */
  private watch(child: ChildProcess): void {
    let missed = 0;
    // Before its first word it loads its code, and is not heard of.
    child.once('message', () => {
      const beat = setInterval(() => {
        missed += 1;
        if (missed < silentBeatsMost) return;
        clearInterval(beat);
        this.log.warn(
          { pid: child.pid, seconds: (missed * heartbeatMs) / 1000 },
          'a worker hangs and is killed',
        );
        child.kill('SIGKILL');
      }, heartbeatMs);
      beat.unref();
      child.once('exit', () => clearInterval(beat));
      child.on('message', () => {
        missed = 0;
      });
    });
  }

  private ended(child: ChildProcess, code: number | null, signal: string | null, livedMs: number): void {
    if (this.child === child) this.child = null;
    if (this.closing) return;
    this.deaths = livedMs >= HEALTHY_MS ? 1 : this.deaths + 1;
    const waitMs = Math.min(BACKOFF_MS[0] * 2 ** (this.deaths - 1), BACKOFF_MS[1]);
    this.log.warn({ pid: child.pid, code, signal, waitMs }, 'a worker ended and will be restarted');
    this.restart = setTimeout(() => this.start(), waitMs);
  }

  async close(): Promise<void> {
    this.closing = true;
    if (this.restart !== null) clearTimeout(this.restart);
    const child = this.child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const killNow = () => child.kill('SIGKILL');
    const kill = setTimeout(killNow, this.killMs);
    // Told to stop a second time, this process ends at once, and its workers with it.
    process.once('exit', killNow);
    child.kill('SIGTERM');
    await ended;
    process.off('exit', killNow);
    clearTimeout(kill);
  }
}
