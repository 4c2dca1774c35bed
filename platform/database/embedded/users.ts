/**
 * Who uses the embedded server: one empty file for each opening of it, named after the process. The
 * last one to leave stops the server; files of dead processes do not count. So a server whose starter
 * was killed is stopped by whoever uses it next, and one that others still use outlives its starter.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ClusterPaths } from './cluster.ts';
import { isAlive, processIdentity } from './processes.ts';

let openings = 0;

/** Records that this process uses the server. Call it before checking whether the server runs. */
export function enter(paths: ClusterPaths): string {
  mkdirSync(paths.users, { recursive: true });
  const identity = processIdentity(process.pid) ?? String(process.pid);
  const user = join(paths.users, `${identity}-${++openings}`);
  writeFileSync(user, '');
  return user;
}

/** Removes that record. True where nobody else uses the server: then the caller stops it. */
export function leave(paths: ClusterPaths, user: string): boolean {
  // Remove first, then look: of two that leave at the same moment, at least one sees nobody.
  rmSync(user, { force: true });
  let others = 0;
  for (const name of readdirSync(paths.users)) {
    if (isAlive(name.slice(0, name.lastIndexOf('-')))) others++;
    else rmSync(join(paths.users, basename(name)), { force: true });
  }
  return others === 0;
}

/** What to do when this process ends, one for each opening. */
const goodbyes = new Set<() => void>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `goodbye` (synchronous) when this process ends in any way that it can notice.
 * @returns a function that undoes this
 */
export function atEnd(goodbye: () => void): () => void {
  if (goodbyes.size === 0) {
    process.on('exit', onExit);
    for (const signal of signals) process.on(signal, onSignal);
  }
  goodbyes.add(goodbye);
  return () => {
    if (goodbyes.delete(goodbye) && goodbyes.size === 0) stopListening();
  };
}

function onExit(): void {
  for (const goodbye of goodbyes) goodbye();
}

function onSignal(signal: NodeJS.Signals): void {
  // Another listener shuts down in order and decides when to exit; `exit` is emitted then.
  if (process.listenerCount(signal) > 1) return;
  onExit();
  goodbyes.clear();
  stopListening();
  process.kill(process.pid, signal);
}

function stopListening(): void {
  process.removeListener('exit', onExit);
  for (const signal of signals) process.removeListener(signal, onSignal);
}
