/**
 * How much waits for workers, as lines of the log. Where nothing reads /metrics, whatever scales workers can read these:
 * CloudWatch makes metrics of them (terraform/workers.tf).
 */
import type { Config } from '../../platform/config/config.ts';
import type { FileProgress, ProgressState } from '../../platform/progress/progress.ts';

export interface Backlog {
  /** Chunks that are not committed, in workers or not. A file that is not planned yet counts as its bytes will. */
  readonly chunks: number;
  /** The same for each worker process; with no worker, as for one. */
  readonly chunksPerWorker: number;
  readonly workers: number;
  /** How long the oldest file has waited of which nothing is loaded yet, in s; 0 if none. */
  readonly oldestSeconds: number;
}

/** States of files that need workers. Those that are finalised, ended or of unknown datasets need none. */
const waitingStates: ReadonlySet<FileProgress['state']> = new Set(['discovered', 'scanning', 'loading']);

/** `now`: ms, as Date.now(). */
export function backlogOf(
  { files, workers }: Pick<ProgressState, 'files' | 'workers'>,
  chunkBytes: number,
  now: number,
): Backlog {
  const waiting = files.filter(({ state }) => waitingStates.has(state));
  const chunks = waiting.reduce((all, file) => all + chunksLeft(file, chunkBytes), 0);
  const landed = waiting
    .filter(({ chunksCommitted }) => chunksCommitted === 0)
    .map(({ landedAt }) => Date.parse(landedAt));
  const oldest = Math.min(now, ...landed);
  return {
    chunks,
    chunksPerWorker: chunks / Math.max(1, workers.length),
    workers: workers.length,
    oldestSeconds: Math.round((now - oldest) / 1000),
  };
}

function chunksLeft({ chunks, chunksCommitted, bytes }: FileProgress, chunkBytes: number): number {
  return chunks > 0 ? chunks - chunksCommitted : Math.max(1, Math.ceil(bytes / chunkBytes));
}

/** Logs the backlog each `logBacklog` seconds (0: never), until the result is called. */
export function logBacklog(
  stateNow: () => Pick<ProgressState, 'files' | 'workers'>,
  config: Pick<Config, 'logBacklog' | 'chunkBytes'>,
  log: { info(details: object, message: string): void },
): () => void {
  if (config.logBacklog === 0) return () => {};
  const say = () => {
    log.info({ backlog: backlogOf(stateNow(), config.chunkBytes, Date.now()) }, 'what waits for workers');
  };
  const timer = setInterval(say, config.logBacklog * 1000);
  say();
  return () => clearInterval(timer);
}
