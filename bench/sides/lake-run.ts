/**
 * CSV to Landfall's lake without a database or a queue. A parent plans as the coordinator does and hands ranges to two
 * processes. They are started like workers, and do what a worker does up to writing parts.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeFlags, workerEnvironment } from '../../workers/node-options.ts';
import type { LakeAnswer, LakeTask } from '../children/lake-chunks.ts';

const child = fileURLToPath(new URL('../../bundle/lake-chunks.js', import.meta.url));
const chunkBytes = 32 * 1024 * 1024;

/** Chunks in flight per process: while one waits for the disk, the other is parsed. */
const slots = 2;

export interface LakeRun {
  /** The time from the first fork to the last exit. */
  readonly seconds: number;
  readonly rows: number;
  readonly parts: number;
  readonly bytes: number;
}

export async function makeLake(path: string, lake: string, processes: number): Promise<LakeRun> {
  const started = performance.now();
  const children = Array.from({ length: processes }, () =>
    fork(child, [], {
      stdio: ['ignore', 2, 2, 'ipc'],
      execArgv: [...process.execArgv, ...nodeFlags()],
      env: workerEnvironment(),
    }),
  );
  const ended = children.map((one) => once(one, 'exit'));
  try {
    // Like the command, fork the processes first, and then load what this process needs.
    const { planChunks, scanRanges, tripsLayout } = await import('./lake-plan.ts');
    const layout = tripsLayout(path);
    const { headerBytes } = layout;
    const bytes = statSync(path).size;
    const file = { fileId: 1, bytes, recordsFrom: headerBytes, pieceBytes: chunkBytes };
    const ranges = scanRanges(file).map((scan): LakeTask => ({ kind: 'scan', path, layout, scan }));
    const scans = (await workThrough(children, ranges)).flatMap((answer) => answer.scans ?? []);
    const chunks = planChunks({ bytes, recordsFrom: headerBytes, headerLines: 1, chunkBytes, scans });
    const tasks = chunks.map((chunk): LakeTask => ({ kind: 'chunk', path, layout, lake, chunk }));
    const answers = await workThrough(children, tasks);
    for (const one of children) one.disconnect();
    await Promise.all(ended);
    const total = (of: (answer: LakeAnswer) => number) =>
      answers.reduce((sum, answer) => sum + of(answer), 0);
    return {
      seconds: (performance.now() - started) / 1000,
      rows: total(({ rows }) => rows),
      parts: total(({ parts }) => parts),
      bytes: total(({ bytes }) => bytes),
    };
  } finally {
    for (const one of children) if (one.connected) one.kill();
  }
}

/** Gives each task to a process that is free. Returns the answers in the order of the tasks. */
async function workThrough(
  children: readonly ChildProcess[],
  tasks: readonly LakeTask[],
): Promise<LakeAnswer[]> {
  const answers: LakeAnswer[] = [];
  let next = 0;
  const hands = children.flatMap((one) => Array.from({ length: slots }, () => one));
  await Promise.all(
    hands.map(async (one) => {
      for (let number = next++; number < tasks.length; number = next++) {
        answers[number] = await ask(one, { ...tasks[number], number });
      }
    }),
  );
  return answers;
}

function ask(child: ChildProcess, task: LakeTask & { number: number }): Promise<LakeAnswer> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onMessage = (message: unknown) => {
      const answer = message as LakeAnswer;
      if (answer.number !== task.number) return;
      stop();
      resolve(answer);
    };
    const onExit = (code: number | null) => {
      stop();
      reject(new Error(`a process of the lake ended with ${code}`));
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send(task);
  });
}
