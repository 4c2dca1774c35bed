/** Starts the runner of sources in a coordinator that is responsible for the landing folder. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerFile } from '../../ledger/ledger.ts';
import type { LedgerRun } from '../../ledger/runs.ts';
import type { SourceName } from '../../ledger/schedule-history.ts';
import { unfinishedStates } from '../../ledger/states.ts';
import type { Config } from '../../platform/config/config.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { heldRows } from '../../sinks/postgres/events/index.ts';
import { starOf } from '../../sinks/postgres/star-of.ts';
import type { Fetchers } from '../../sources/fetching/fetchers.ts';
import type { Context } from '../context.ts';
import type { FilesInFlight } from '../flow/files-in-flight.ts';
import type { OutageWatch } from '../lifecycle/outages.ts';
import { SourceRunner } from './runner.ts';

/** Files in flight with which sources wait: what they fetch faster than it is loaded would fill the landing folder. */
const filesMost = 256;

/** Time between two looks whether there is room, in ms. */
const roomMs = 250;

export interface StartRunnerOptions {
  readonly context: Context;
  readonly config: Pick<Config, 'landingUrl' | 'outageTimeout'>;
  readonly fetchers: Fetchers;
  readonly outages: Pick<OutageWatch, 'through'>;
  readonly inFlight: Pick<FilesInFlight, 'size'>;
  readonly reportsRuns: boolean;
  begin(file: LedgerFile): void;
  /** Resolves when a file has ended and is put away. */
  settled(fileId: number): Promise<unknown>;
  onBytes?(run: Pick<LedgerRun, 'runId'>, bytes: number): void;
  /** Called when a run has ended, or waits. */
  onEnded?(run: SourceName): void;
}

export async function startRunner(options: StartRunnerOptions): Promise<SourceRunner> {
  const { context, config, fetchers, outages, inFlight, reportsRuns, begin, settled, onBytes, onEnded } =
    options;
  const { pool, ledger, registry, scope, log } = context;
  const through = <T>(step: () => Promise<T>) => outages.through('sources', step);
  /** Until none of the files is in flight. */
  const loaded = async (files: readonly LedgerFile[]) => {
    for (const { fileId } of files) await settled(fileId);
  };
  const runner = new SourceRunner({
    ...{ pool, registry, scope, log, fetchers, through, reportsRuns, begin, onBytes, onEnded },
    landing: await openStorage(config.landingUrl),
    env: process.env,
    outageTimeoutMs: config.outageTimeout * 1000,
    async room(signal) {
      while (inFlight.size >= filesMost) await delay(roomMs, undefined, { signal });
    },
    async free(url) {
      await loaded(await through(() => ledger.files({ url, scope, states: unfinishedStates })));
    },
    held: (dataset) => ({
      ...heldRows(pool, starOf(registry.get(dataset)!)),
      async settled(source) {
        const files = await through(() => ledger.files({ dataset, scope, states: unfinishedStates }));
        await loaded(files.filter(({ name }) => name.startsWith(`${source}/`)));
      },
    }),
  });
  runner.wake();
  return runner;
}
