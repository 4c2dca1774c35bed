/**
 * The sleeping workers of a simulation, in processes of many workers each.
 *
 *   forked ─▶ starting ─ all have connected ─▶ warming ─ all have asked the database ─▶ taking chunks ─▶ stopped
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SleepersState, SleepersTask } from '../children/sleeping-workers.ts';
import { treeCpuSeconds } from '../processes/proc.ts';

const child = fileURLToPath(new URL('../children/sleeping-workers.js', import.meta.url));
/** The number of workers per process of the simulation. */
const workersOfProcess = 125;
const lookMs = 20;
/** The time that processes have to close their connections before they are killed. */
const stopMs = 15_000;

interface Member {
  readonly process: ChildProcess;
  state: SleepersState;
}

export class Sleepers {
  private readonly members: Member[];
  /** Rejects if one of the processes ends by itself, or if the simulation is told to stop. */
  readonly failure: Promise<never>;
  private fail: (error: Error) => void = () => {};
  private stopping = false;
  private readonly signal: AbortSignal;

  constructor(task: SleepersTask, signal: AbortSignal) {
    this.failure = new Promise((_, reject) => (this.fail = reject));
    this.failure.catch(() => undefined);
    this.signal = signal;
    signal.addEventListener('abort', () => this.fail(new Error('told to stop')), { once: true });
    const count = Math.max(1, Math.ceil(task.workers / workersOfProcess));
    const before = (number: number) => Math.floor((number * task.workers) / count);
    this.members = Array.from({ length: count }, (_, number) =>
      this.fork({ ...task, workers: before(number + 1) - before(number) }),
    );
  }

  /** Whether the simulation was told to stop, in which case the servers may have ended. */
  get stopped(): boolean {
    return this.signal.aborted;
  }

  /** Workers that have connected. */
  get started(): number {
    return this.sum('started');
  }

  /** Chunks that they have done. */
  get done(): number {
    return this.sum('done');
  }

  /** Resolves when every worker has connected and queried the database once, or with false if that takes too long. */
  async ready(mostSeconds: number): Promise<boolean> {
    const deadline = performance.now() + mostSeconds * 1000;
    const all = (has: (state: SleepersState) => boolean) => () =>
      this.members.every(({ state }) => has(state));
    if (
      !(await this.until(
        all(({ workers, started }) => started === workers),
        deadline,
      ))
    )
      return false;
    for (const member of this.members) member.process.send('warm');
    return this.until(
      all(({ warm }) => warm),
      deadline,
    );
  }

  cpuSeconds(): number {
    return this.members.reduce((sum, member) => sum + treeCpuSeconds(member.process.pid!), 0);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.members.map((member) => end(member.process)));
  }

  private fork(task: SleepersTask): Member {
    const forked = fork(child, [], { stdio: ['ignore', 2, 2, 'ipc'] });
    const member: Member = {
      process: forked,
      state: { workers: task.workers, started: 0, warm: false, done: 0 },
    };
    forked.on('message', (state: SleepersState) => {
      member.state = state;
    });
    forked.once('exit', (code, signal) => {
      if (!this.stopping) this.fail(new Error(`sleeping workers ended with ${code ?? signal}`));
    });
    forked.send(task);
    return member;
  }

  private sum(of: 'started' | 'done'): number {
    return this.members.reduce((sum, { state }) => sum + state[of], 0);
  }

  private async until(holds: () => boolean, deadline: number): Promise<boolean> {
    while (!holds()) {
      if (performance.now() > deadline) return false;
      await Promise.race([delay(lookMs), this.failure]);
    }
    return true;
  }
}

async function end(one: ChildProcess): Promise<void> {
  if (one.exitCode !== null || one.signalCode !== null) return;
  const ended = once(one, 'exit');
  // It may end before it reads this; the 'exit' event then reports it.
  one.send('stop', () => undefined);
  const kill = setTimeout(() => one.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(kill);
}
