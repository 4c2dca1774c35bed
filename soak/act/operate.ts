/** An operator who undoes files and loads them again, and now and then kills the command. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Journal } from '../journal.ts';
import type { Operation } from '../plan/types.ts';
import { landfallMain, type Site } from '../site/site.ts';
import { send } from '../site/unit.ts';
import type { Knowledge } from './knowledge.ts';

export interface OperateTools {
  readonly site: Site;
  readonly journal: Journal;
  readonly knowledge: Knowledge;
  /** Contents that are dropped only once, under a unique name, and not tampered with. */
  readonly free: ReadonlySet<string>;
}

/** Carries out every operation at its time, one after another. */
export async function operate(tools: OperateTools, operations: readonly Operation[]): Promise<void> {
  const { journal } = tools;
  for (const operation of operations) {
    await delay(Math.max(0, operation.atMs - journal.now()));
    await undoAndReplay(tools, operation);
  }
}

async function undoAndReplay(tools: OperateTools, operation: Operation): Promise<void> {
  const { journal, knowledge } = tools;
  const target = await chooseFile(tools, operation.which);
  if (target === null) return journal.note('nothing to undo');
  const { fileId, content } = target;
  knowledge.undoing(content);
  const undo = await run(tools, ['undo', String(fileId)], operation.killUndoMs);
  if (undo.code === 0) knowledge.undone(content);
  if (undo.code !== 0 || operation.replayAfterMs === null) return;
  await delay(operation.replayAfterMs);
  knowledge.replaying(content);
  const replay = await run(tools, ['replay', String(fileId)], operation.killReplayMs);
  if (replay.code === 0) knowledge.replayed(content);
}

async function chooseFile({ site, knowledge, free }: OperateTools, which: number) {
  const rows = await site.postgres
    .query<{ file_id: number; dataset: string; content_hash: string }>(
      `select file_id, dataset, content_hash from landfall.file where state = 'done' and dataset <> 'notes' order by file_id`,
    )
    .catch(() => []);
  const known = new Map([...knowledge.contents.values()].map((made) => [made.hash, made.content.id]));
  const candidates = rows.flatMap(({ file_id: fileId, content_hash: hash }) => {
    const content = known.get(hash);
    return content !== undefined && free.has(content) ? [{ fileId, content }] : [];
  });
  return candidates[Math.floor(which * candidates.length)] ?? null;
}

/** How long a command that is not killed may take. The servers may be down meanwhile. */
const commandMs = 180_000;

async function run({ site, journal }: OperateTools, args: readonly string[], killMs: number | null) {
  const child = spawn(process.execPath, [landfallMain, ...args], {
    cwd: site.folder,
    env: { ...site.operatorEnv(), LANDFALL_LOG: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  journal.note('operator', { args, pid: child.pid, killMs });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (said += text));
  const timer = setTimeout(() => send(-child.pid!, 'SIGKILL'), killMs ?? commandMs);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  journal.note('operator done', { args, code, said: said.slice(-1500) });
  return { code };
}
