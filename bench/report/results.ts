/** Reads bench/results: runs of contests, costs of stages and of the server, limits of the queue. */
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
  /** Per row, by stage; `server` is PostgreSQL's part. */
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
  /** The rate that the sleeping alone allows; null without sleep. */
  readonly idealChunksPerSecond: number | null;
  /** The time until all chunks were in the queue. */
  readonly submitSeconds: number;
  /** CPU milliseconds per chunk. */
  readonly redisCpuMs: number | null;
  readonly postgresCpuMs: number;
  readonly coordinatorCpuMs: number;
  readonly workerCpuMs: number;
  /** Redis commands (those of scripts included) and writing transactions of PostgreSQL, per chunk. */
  readonly redisCommands: number | null;
  readonly postgresTransactions: number;
  /** The time for connecting all workers, and the most clients that PostgreSQL had. Older results lack these. */
  readonly startSeconds?: number;
  readonly connections?: number;
  /** The workers connected and the chunks done when a run that took too long was cut off. */
  readonly cutOff?: { readonly workers: number; readonly chunks: number };
}

export interface QueueResults {
  readonly at: string;
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly runs: readonly QueueRun[];
}

/** The cost of a row to PostgreSQL, for tables that differ in one way each. */
export interface ServerResults {
  readonly at: string;
  readonly command: string;
  readonly machine: Machine;
  readonly rows: number;
  readonly variants: readonly (Measured & { readonly name: string })[];
  /** The cost of a member of a dimension with `count` members and a text as its key. Older results lack it. */
  readonly members?: Readonly<Record<'found' | 'inserted', Measured>> & { readonly count: number };
}

interface Measured {
  /** Medians of the rounds. */
  readonly microsecondsOfCpu: number;
  readonly rounds: readonly number[];
}

/** A run, with the name of its file without `.json`. */
export type NamedReport = Report & { readonly file: string };

export interface Results {
  /** The largest first; of equal size, the one with the most rounds, then the newest. */
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

/** The result to quote for a contest: that of the smallest run of the goal's size, otherwise that of the largest run. */
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
