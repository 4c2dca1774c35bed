/** Forks the processes that do the work of a side, gives each a task, and waits for them. */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { endedCpuSeconds } from './process-run.ts';

export interface TogetherRun<Answer> {
  /** The time from the start of the first process to the end of the last. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The answer of each process, in the order of the tasks. */
  readonly answers: readonly Answer[];
}

/** Runs one process per task, concurrently. If one fails, rejects after all have ended. */
export async function runTogether<Task extends object, Answer = unknown>(
  module: string,
  tasks: readonly Task[],
  options: Pick<ForkOptions, 'execArgv' | 'env'> = {},
): Promise<TogetherRun<Answer>> {
  const cpuBefore = endedCpuSeconds();
  const started = performance.now();
  const ends = await Promise.allSettled(tasks.map((task) => runOne<Answer>(module, task, options)));
  const seconds = (performance.now() - started) / 1000;
  const answers = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
  return { seconds, cpuSeconds: endedCpuSeconds() - cpuBefore, answers };
}

function runOne<Answer>(module: string, task: object, options: ForkOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = fork(module, [], { ...options, stdio: ['ignore', 2, 'pipe', 'ipc'] });
    let answer: Answer | undefined;
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      stderr = (stderr + text).slice(-4000);
    });
    child.on('message', (message) => {
      answer = message as Answer;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(answer as Answer);
      else reject(new Error(`${module} ended with ${code}\n${stderr}`));
    });
    child.send(task);
  });
}

/** The next message of a child. Rejects if it ends before; `what`: the child, in words. */
export function nextMessage(child: ChildProcess, what: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`${what} ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}

/** In the child: resolves with the task that the parent sends. The channel then no longer keeps the process alive. */
export async function receiveTask<Task>(): Promise<Task> {
  const task = await new Promise<Task>((resolve) => process.once('message', resolve as never));
  process.channel?.unref();
  return task;
}

/** In the child: sends the answer. */
export function answer(message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send!(message, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}
