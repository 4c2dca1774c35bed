/** Reads bench/results: runs of contests, costs of stages, limits of the queue. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../processes/host.ts';
import { type Outcome, type Report, resultsFormat } from '../rounds/outcome.ts';

export interface Stages {
  readonly at: string;
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly chunkBytes: number;
  /** By stage, a row; `server` is PostgreSQL's part. */
  readonly microsecondsOfCpu: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<'csv' | 'wire' | 'star' | 'wal' | 'lake', number>>;
}

export interface QueueRun {
  readonly queue: 'redis' | 'postgres';
  readonly workers: number;
  readonly slots: number;
  readonly sleepMs: number;
  readonly ledger: boolean;
  readonly chunks: number;
  readonly seconds: number;
  readonly chunksPerSecond: number;
  /** What the sleeping alone would allow; null without sleep. */
  readonly idealChunksPerSecond: number | null;
  /** Time until all chunks were in the queue. */
  readonly submitSeconds: number;
  /** CPU milliseconds a chunk. */
  readonly redisCpuMs: number | null;
  readonly postgresCpuMs: number;
  readonly coordinatorCpuMs: number;
  readonly workerCpuMs: number;
  /** Redis commands (those of scripts included), and transactions of PostgreSQL that wrote, a chunk. */
  readonly redisCommands: number | null;
  readonly postgresTransactions: number;
  /** What connecting all workers took, and the most clients that PostgreSQL had; absent in older results. */
  readonly startSeconds?: number;
  readonly connections?: number;
  /** How far it had come where it took too long: workers connected, chunks done. */
  readonly cutOff?: { readonly workers: number; readonly chunks: number };
}

export interface QueueResults {
  readonly at: string;
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly runs: readonly QueueRun[];
}

/** What PostgreSQL takes for a row of tables that differ in one thing each. */
export interface ServerResults {
  readonly at: string;
  readonly command: string;
  readonly machine: Machine;
  readonly rows: number;
  readonly variants: readonly (Measured & { readonly name: string })[];
  /** What it takes for a member of a dimension with `count` of them, by a text; absent in older results. */
  readonly members?: Readonly<Record<'found' | 'inserted', Measured>> & { readonly count: number };
}

interface Measured {
  /** Median of the rounds, each. */
  readonly microsecondsOfCpu: number;
  readonly rounds: readonly number[];
}

/** A run and the name of its file, without `.json`. */
export type NamedReport = Report & { readonly file: string };

export interface Results {
  /** Largest first, of equal size that of the most rounds, then the newest. */
  readonly runs: readonly NamedReport[];
  readonly stages: Stages | null;
  readonly queue: QueueResults | null;
  readonly server: ServerResults | null;
}

export function loadResults(folder: string): Results {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const read = names
    .sort()
    .map((name) => ({ name, content: JSON.parse(readFileSync(join(folder, name), 'utf8')) }));
  const known = read.filter(({ content }) => content.format === resultsFormat);
  const newest = <T extends { at: string }>(kind: string): T | null =>
    known
      .filter(({ content }) => content.kind === kind)
      .map(({ content }) => content as T)
      .sort((a, b) => b.at.localeCompare(a.at))[0] ?? null;
  const runs = known
    .filter(({ content }) => content.kind === undefined)
    .map(({ name, content }): NamedReport => ({ ...content, file: name.slice(0, -'.json'.length) }))
    .sort((a, b) => b.rows - a.rows || b.rounds - a.rounds || b.at.localeCompare(a.at));
  return { runs, stages: newest('stages'), queue: newest('queue'), server: newest('server') };
}

export interface Headline {
  readonly run: NamedReport;
  readonly outcome: Outcome;
}

/** The result that stands for a contest: of the smallest run that has the goal's size, else of the largest. */
export function headline(runs: readonly NamedReport[], letter: string): Headline | null {
  const found = runs.flatMap((run) =>
    run.contests.filter((outcome) => outcome.letter === letter).map((outcome) => ({ run, outcome })),
  );
  const measured = found.filter(({ outcome }) => outcome.error === undefined);
  const atSize = measured.filter(({ outcome }) => outcome.atGoalSize);
  const smallest = atSize.reduce<Headline | null>(
    (best, one) => (best === null || one.run.rows < best.run.rows ? one : best),
    null,
  );
  return smallest ?? measured[0] ?? found[0] ?? null;
}
