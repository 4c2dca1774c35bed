/** The demo of an example whose data are fetched: its sources are run as `landfall run` runs them, round by round. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceNamed } from '../../coordinator/fetch/find-source.ts';
import { requestRun } from '../../coordinator/fetch/request-run.ts';
import type { DemoOptions, DemoRound, DemoSite } from '../../datasets/demo-site.ts';
import type { Registry } from '../../model/registry.ts';
import { plural } from '../../platform/plural.ts';
import { type ExitCode, worst } from '../exit-codes.ts';
import { followRuns, type RunResult } from '../load/follow-runs.ts';
import type { Site } from '../site.ts';
import { count } from '../terminal/format.ts';

export type Say = (text: string) => void;

/** Opens what the sources fetch from, and sets the variables that they name. */
export async function openDemoSite(
  site: Pick<Site, 'config' | 'database'>,
  open: (options: DemoOptions) => Promise<DemoSite>,
  example: string,
  size: { readonly rows: number; readonly seed: number },
): Promise<DemoSite> {
  const folder = join(site.config.home, 'demo', `${example}-${size.rows}-seed-${size.seed}`);
  await mkdir(folder, { recursive: true });
  const demo = await open({ ...size, databaseUrl: site.database.url, folder });
  Object.assign(process.env, demo.env);
  return demo;
}

/** `✓ orders.dumps: 29 files, 4,500 rows loaded, 0 rejected`, and what went wrong. */
function line({ dataset, source, state, error, files }: RunResult): string {
  const sum = (which: 'loaded' | 'rejected') => files.reduce((total, { rows }) => total + rows[which], 0);
  const failed = files.filter(({ status }) => status === 'failed').map(({ file }) => `  ✗ ${file}\n`);
  const mark = state === 'done' && failed.length === 0 ? '✓' : '✗';
  const about = `${plural(files.length, 'file')}, ${plural(sum('loaded'), 'row')} loaded, ${count(sum('rejected'))} rejected`;
  const reason = error === null ? '' : `  ${error.message}\n  → ${error.fix}\n`;
  return `${mark} ${dataset}.${source}: ${about}\n${failed.join('')}${reason}`;
}

/** Plays the rounds. Each run is reported as soon as it has ended. Returns the exit code of the worst of them. */
export async function playRounds(
  { database: { pool } }: Pick<Site, 'database'>,
  registry: Registry,
  rounds: readonly DemoRound[],
  say: Say,
): Promise<ExitCode> {
  const codes: ExitCode[] = [];
  for (const { title, prepare, sources } of rounds) {
    say(`\n${title}\n`);
    await prepare?.();
    for (const { dataset, source, window } of sources) {
      const found = sourceNamed(registry, `${dataset}.${source}`);
      const { runId, state } = await requestRun(pool, found, window);
      if (state === 'done')
        say(`${dataset}.${source} was fetched by an earlier demo and is not fetched again.\n`);
      codes.push(await followRuns(pool, [runId], (result) => say(line(result))));
    }
  }
  return worst(codes);
}
