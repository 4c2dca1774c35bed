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

/** Says that this process uses the server. To be called before looking whether it runs. */
export function enter(paths: ClusterPaths): string {
  mkdirSync(paths.users, { recursive: true });
  const identity = processIdentity(process.pid) ?? String(process.pid);
  const user = join(paths.users, `${identity}-${++openings}`);
  writeFileSync(user, '');
  return user;
}

/** Takes that back. True where nobody else uses the server: then it is ours to stop. */
export function leave(paths: ClusterPaths, user: string): boolean {
  // First out, then look: of two who leave at the same moment at least one sees nobody.
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
 * Has `goodbye` (synchronous) called when this process ends in any way that can be noticed.
 * @returns how to take that back
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
  // Whoever listens as well wants an orderly end and decides when; `exit` comes then.
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
