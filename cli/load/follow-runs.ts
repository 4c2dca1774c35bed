/** Commands that wait for runs of sources: carried out by the coordinator of the database, or by one of their own. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { isLed } from '../../coordinator/lifecycle/leadership.ts';
import type { LedgerFile } from '../../ledger/rows.ts';
import { filesOfRuns, type LedgerRun, toldRuns, unloadedRuns } from '../../ledger/runs.ts';
import type { Registry } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import { errorTable } from '../../platform/errors/errors.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { createLog } from '../../platform/log/log.ts';
import { plural } from '../../platform/plural.ts';
import { isFinished } from '../../platform/progress/progress.ts';
import { resultOf } from '../client/ingest-files.ts';
import { outcome } from '../commands/ingest.ts';
import { ExitCode, worst } from '../exit-codes.ts';
import { say } from '../say.ts';
import { closeInTime, openSite, openUnlessStopped, openWaiting, stopSignal } from '../site.ts';
import { printable } from '../terminal/format.ts';
import { keptWords, stoppedCode, unlessStopped } from './stopped.ts';

/** Time between two looks at runs, in ms. Nobody is kept waiting longer at the end. */
const lookMs = 250;

/** What became of a run, as `--json` prints it. */
export interface RunResult {
  readonly runId: number;
  readonly dataset: string;
  readonly source: string;
  readonly window: LedgerRun['window'];
  readonly state: LedgerRun['state'];
  readonly pages: number;
  readonly error: LedgerRun['error'];
  readonly files: readonly {
    readonly file: string;
    readonly status: Receipt['status'];
    readonly rows: Receipt['rows'];
  }[];
}

/**
 * Calls `work` with the database while a coordinator carries out what it plans: the one that is running, or one of the
 * command's own, which loads what is in the landing folder as well.
 */
export async function withCoordinator(
  { config, registry, name }: { readonly config: Config; readonly registry: Registry; readonly name: string },
  work: (pool: pg.Pool) => Promise<void>,
): Promise<void> {
  const log = createLog(name, { level: 'warn' });
  const signal = stopSignal();
  const database = await openUnlessStopped(signal, openWaiting(config, log));
  try {
    if (await isLed(database.pool, 'pool')) {
      void signal.then(() => {
        say('Stopped waiting. The coordinator that runs goes on with it.');
        process.exit(stoppedCode);
      });
      return await work(database.pool);
    }
  } finally {
    await database.close();
  }
  const shown = { reportsFiles: true, reportsRuns: true, showsDefinitions: true };
  const roles = { scope: 'pool', workers: config.workers, watch: true, serve: false, ...shown };
  const site = await openUnlessStopped(signal, openSite({ config, registry, ...roles, log }));
  try {
    await unlessStopped(site, signal, () => work(site.database.pool), { words: keptWords });
  } finally {
    await closeInTime(site, config);
  }
}

/** Resolves when the runs and all their files have ended. `onEnded`: called with each, as soon as it has. */
export async function followRuns(
  pool: pg.Pool,
  runIds: readonly number[],
  onEnded: (result: RunResult) => void,
): Promise<ExitCode> {
  const said = new Map<number, string>();
  const codes: ExitCode[] = [];
  const left = new Set(runIds);
  while (left.size > 0) {
    const runs = await toldRuns(pool, [...left]);
    for (const run of runs) sayWhy(run, said);
    for (const { result, code } of await settledOf(pool, runs.filter(hasEnded))) {
      onEnded(result);
      codes.push(code);
      left.delete(result.runId);
    }
    if (left.size > 0) await delay(lookMs);
  }
  return worst(codes);
}

/** Resolves when what earlier runs of the source have fetched is loaded. A command that was killed may have left files. */
export async function followEarlier(pool: pg.Pool, dataset: string, source: string): Promise<void> {
  const earlier = await unloadedRuns(pool, dataset, source);
  await followRuns(
    pool,
    earlier.map(({ runId }) => runId),
    () => {},
  );
}

function hasEnded({ state }: LedgerRun): boolean {
  return state === 'done' || state === 'failed';
}

/** Says once why a run waits. */
function sayWhy(run: LedgerRun, said: Map<number, string>): void {
  const { runId, dataset, source, error } = run;
  if (hasEnded(run) || error === null || said.get(runId) === error.message) return;
  said.set(runId, error.message);
  process.stderr.write(`! ${printable(`${dataset}.${source}: ${error.message}`)} It is tried again.\n`);
}

interface Settled {
  readonly result: RunResult;
  readonly code: ExitCode;
}

/** What became of those runs whose files have all ended too. */
async function settledOf(pool: pg.Pool, ended: readonly LedgerRun[]): Promise<Settled[]> {
  const ids = ended.map(({ runId }) => runId);
  const files = ids.length === 0 ? [] : await filesOfRuns(pool, ids);
  return ended.flatMap((run) => {
    const own = files.filter(({ runId }) => runId === run.runId);
    const isSettled = own.every(({ state, receipt }) => isFinished(state) && receipt !== null);
    return isSettled ? [settled(run, own)] : [];
  });
}

function settled(run: LedgerRun, files: readonly LedgerFile[]): Settled {
  const { runId, dataset, source, window, state, pages, error } = run;
  const results = files.map(({ name, receipt }) => resultOf(name, receipt!));
  const code = worst([state === 'failed' ? ExitCode.failed : ExitCode.success, ...results.map(outcome)]);
  const shown = results.map(({ file, status, rows }) => ({ file, status, rows }));
  return { result: { runId, dataset, source, window, state, pages, error, files: shown }, code };
}

/** Prints what became of a run. */
export function printRun(result: RunResult, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const { dataset, source, window, state, pages, error, files } = result;
  const about = `${dataset}.${source}${window === null ? '' : ` ${window.from} – ${window.to}`}`;
  const loaded = files.reduce((sum, { rows }) => sum + rows.loaded, 0);
  const rejected = files.reduce((sum, { rows }) => sum + rows.rejected, 0);
  const counts = `${plural(pages, 'page')}, ${plural(loaded, 'row')} loaded, ${rejected} rejected`;
  process.stdout.write(`${state === 'done' ? '✓' : '✗'} ${printable(about)}: ${state}, ${counts}\n`);
  for (const { file, status } of files) process.stdout.write(`    ${printable(file)}: ${status}\n`);
  if (error === null) return;
  const code = error.code in errorTable ? ` [${error.code}]` : '';
  process.stdout.write(`  ${printable(error.message)}${code}\n  → ${printable(error.fix)}\n`);
}
