/**
 * Runs one process like a service manager: it is restarted a moment after it has ended, however it ended.
 *
 *   stopped ── start ──▶ running ── exit ──▶ waiting ── restartMs ──▶ running       any ── stop ──▶ stopped
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Journal } from '../journal.ts';

/** The pause before a process is restarted, in ms. */
const restartMs = 700;
/** A process that has not stopped within this time is killed. */
const stopMs = 30_000;

export interface UnitOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Its output is appended to this file. */
  readonly log: string;
  readonly journal: Journal;
}

export class Unit {
  readonly name: string;
  starts = 0;
  private readonly options: UnitOptions;
  private child: ChildProcess | null = null;
  private timer: NodeJS.Timeout | null = null;
  private wanted = false;

  constructor(options: UnitOptions) {
    this.options = options;
    this.name = options.name;
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  start(): void {
    this.wanted = true;
    const { command, env, cwd, log, journal } = this.options;
    const file = openSync(log, 'a');
    // A session of its own, so that all that it starts can be ended with it.
    const child = spawn(command[0], command.slice(1), {
      env,
      cwd,
      stdio: ['ignore', file, file],
      detached: true,
    });
    closeSync(file);
    this.child = child;
    this.starts += 1;
    this.timer = null;
    journal.note('started', { unit: this.name, pid: child.pid });
    child.on('error', (error) => journal.note('not started', { unit: this.name, reason: error.message }));
    child.once('exit', (code, signal) => {
      journal.note('ended', { unit: this.name, pid: child.pid, code, signal });
      if (this.child === child) this.child = null;
      if (this.wanted) this.timer = setTimeout(() => this.start(), restartMs);
    });
  }

  /** Processes that it has started: the workers of a pool. */
  children(): number[] {
    return this.pid === null ? [] : childrenOf(this.pid);
  }

  /** Sends a signal to the process alone, if it runs. */
  signal(signal: NodeJS.Signals): void {
    if (this.pid !== null) send(this.pid, signal);
  }

  /** Stops it for good, cleanly if possible. */
  async stop(): Promise<void> {
    this.wanted = false;
    if (this.timer) clearTimeout(this.timer);
    const { child } = this;
    if (child === null) return;
    const ended = once(child, 'exit');
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => {
      this.options.journal.note('did not stop', { unit: this.name, pid: child.pid });
      this.kill();
    }, stopMs);
    await ended;
    clearTimeout(timer);
  }

  /** Kills it and all processes that it has started, for good. */
  kill(): void {
    this.wanted = false;
    if (this.timer) clearTimeout(this.timer);
    if (this.pid !== null) send(-this.pid, 'SIGKILL');
  }
}

/** Signals a process, or a group if the number is negative. It may already have ended. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The children of a process on Linux; elsewhere none. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
