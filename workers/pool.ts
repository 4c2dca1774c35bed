/**
 * The worker processes of one command: forked together, restarted when they die, stopped together.
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
import type { Beat, WorkerSettings } from './main.ts';
import { nodeFlags, workerEnvironment } from './node-options.ts';

/** How long to wait before a worker that died is restarted: doubled each time, from the first value to the second. */
const BACKOFF_MS = [200, 5_000] as const;

/** If a worker has lived for this long, its next death counts as the first. */
const HEALTHY_MS = 10_000;

/** How much longer than its jobs a stopping worker may take, to give them back and to close. It is then killed. */
export const CLOSE_MS = 8_000;

/**
 * The heartbeats that a worker may miss before it is killed: its event loop is stuck (for example in an enrichment
 * that never ends), or it is stopped. They are counted by this process's own timer, so that one miss is counted after
 * the machine has slept. LANDFALL_SILENT_BEATS is for tests.
 */
const silentBeatsMost = Number(process.env.LANDFALL_SILENT_BEATS ?? 60);

export interface PoolOptions {
  readonly config: Config;
  /**
   * May be given while the database is still being opened, so that the processes load their code meanwhile. The
   * caller reports a rejection; the processes then wait until the pool is closed.
   */
  readonly databaseUrl: string | Promise<string>;
  readonly scope: string;
  /** The number of worker processes. */
  readonly count: number;
  readonly log: Log;
}

export interface Pool {
  /** The process ids that are running now. */
  pids(): number[];
  /** Whether any of the processes had a chunk in flight when it last beat. */
  isBusy(): boolean;
  /** Time since any of the processes last beat, in ms. Infinity: none has yet. */
  silentFor(): number;
  /** Stops all workers. Chunks in flight finish or are given back. */
  close(): Promise<void>;
}

/** Starts the processes. Resolves when each has been forked, not when it has connected. */
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
    isBusy: () => members.some((member) => member.isBusy),
    silentFor: () => performance.now() - Math.max(...members.map(({ beatAt }) => beatAt)),
    close: async () => {
      await Promise.all(members.map((member) => member.close()));
    },
  };
}

/** The compiled entry point: beside this file, or in dist/ when this file runs from source. */
function entry(): string {
  const beside = fileURLToPath(new URL('./main.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../dist/workers/main.js', import.meta.url));
}

/** One place in the pool, which successive processes may hold. */
class Member {
  private readonly settings: Promise<WorkerSettings>;
  private readonly killMs: number;
  private readonly log: Log;
  private child: ChildProcess | null = null;
  /** When the process last beat, of `performance.now`. */
  beatAt = Number.NEGATIVE_INFINITY;
  /** Whether it had a chunk in flight then. */
  isBusy = false;
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
    // Standard output belongs to the command (one JSON object per file). Workers only have its standard error.
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
      // If the child has died before it reads its settings, the 'exit' event reports it.
      (settings) => child.connected && child.send(settings, () => undefined),
      () => undefined,
    );
  }

  /** Kills the process if it has been silent for too long. Its chunks are taken over like any others. */
  private watch(child: ChildProcess): void {
    let missed = 0;
    // Until its first message it loads its code and sends nothing.
    child.once('message', () => {
      const beat = setInterval(() => {
        missed += 1;
        if (missed < silentBeatsMost) return;
        clearInterval(beat);
        this.log.warn(
          { pid: child.pid, seconds: (missed * heartbeatMs) / 1000 },
          'killing a worker that does not respond',
        );
        child.kill('SIGKILL');
      }, heartbeatMs);
      beat.unref();
      child.once('exit', () => clearInterval(beat));
      child.on('message', (said: Partial<Beat>) => {
        missed = 0;
        this.isBusy = said.isBusy === true;
        this.beatAt = performance.now();
      });
    });
  }

  private ended(child: ChildProcess, code: number | null, signal: string | null, livedMs: number): void {
    if (this.child === child) this.child = null;
    this.isBusy = false;
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
    // If this process is told to stop a second time, it exits at once and kills its workers.
    process.once('exit', killNow);
    child.kill('SIGTERM');
    await ended;
    process.off('exit', killNow);
    clearTimeout(kill);
  }
}
