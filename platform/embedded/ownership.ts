/** Which process stops the embedded server: a record on disk, and hooks for every way to end. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ClusterPaths } from './cluster.ts';
import { isAlive, processIdentity } from './processes.ts';

/** server.json: whom the running server belongs to. */
export interface ServerRecord {
  readonly port: number;
  readonly pid: number;
  /** Identity (processes.ts) of the process that stops it. */
  readonly startedBy: string;
}

export function readRecord(paths: ClusterPaths): ServerRecord | null {
  try {
    return JSON.parse(readFileSync(paths.state, 'utf8')) as ServerRecord;
  } catch {
    return null;
  }
}

/** Says that this process stops the server. */
export function takeOwnership(paths: ClusterPaths, server: { port: number; pid: number }): void {
  const startedBy = processIdentity(process.pid) ?? String(process.pid);
  const aside = `${paths.state}.${process.pid}.new`;
  writeFileSync(aside, `${JSON.stringify({ port: server.port, pid: server.pid, startedBy })}\n`);
  renameSync(aside, paths.state);
}

/**
 * Takes over a running server whose owner is dead. False where its owner lives, or another process was
 * faster: the rename lets one through.
 */
export function adopt(paths: ClusterPaths, server: { port: number; pid: number }): boolean {
  const record = readRecord(paths);
  if (record && record.pid === server.pid && isAlive(record.startedBy)) return false;
  if (record) {
    const taken = `${paths.state}.${process.pid}.taken`;
    try {
      renameSync(paths.state, taken);
      rmSync(taken);
    } catch {
      return false;
    }
  }
  takeOwnership(paths, server);
  return true;
}

/** What to do when this process ends, one for each server it owns. */
const interrupts = new Set<() => void>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Has `interrupt` (synchronous) called when this process ends in any way that can be noticed.
 * @returns how to take that back
 */
export function atEnd(interrupt: () => void): () => void {
  if (interrupts.size === 0) {
    process.on('exit', onExit);
    for (const signal of signals) process.on(signal, onSignal);
  }
  interrupts.add(interrupt);
  return () => {
    if (interrupts.delete(interrupt) && interrupts.size === 0) stopListening();
  };
}

function onExit(): void {
  for (const interrupt of interrupts) interrupt();
}

function onSignal(signal: NodeJS.Signals): void {
  // Whoever listens as well wants an orderly end and decides when; `exit` comes then.
  if (process.listenerCount(signal) > 1) return;
  onExit();
  interrupts.clear();
  stopListening();
  process.kill(process.pid, signal);
}

function stopListening(): void {
  process.removeListener('exit', onExit);
  for (const signal of signals) process.removeListener(signal, onSignal);
}
