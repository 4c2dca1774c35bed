/** Plans a run that a person asks for. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type LedgerRun, planRun, type RunWindow, runAgain, runOfWindow } from '../../ledger/runs.ts';
import { namesWindow } from '../../model/compile/sources/templates.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { spanOf } from '../schedule/backfill.ts';
import { instantsOf } from '../schedule/due-windows.ts';
import { windowUntilNow } from '../schedule/planner.ts';
import type { FoundSource } from './find-source.ts';

/**
 * The run of the window, or of what the source has now. One that failed is planned again, from its beginning; one that
 * is done only if `again`. Throws LF_SOURCE_WINDOW.
 */
export async function requestRun(
  pool: pg.Pool,
  { dataset, source }: FoundSource,
  window: RunWindow | null,
  { again = false }: { readonly again?: boolean } = {},
): Promise<LedgerRun> {
  if (window === null && namesWindow(source))
    throw new LandfallError('LF_SOURCE_WINDOW', { dataset, source: source.name });
  const name = { dataset, source: source.name };
  for (;;) {
    const planned = await planRun(pool, { ...name, kind: 'manual', window });
    if (planned !== null) return planned;
    const known = await runOfWindow(pool, { ...name, backfill: false }, window);
    if (known === null) continue;
    // One without a window was planned in this second. It is as good, unless it has read something already.
    if (window === null && (known.state === 'running' || known.state === 'done')) {
      await delay(nextSecondMs());
      continue;
    }
    const wanted = known.state === 'failed' || (known.state === 'done' && again);
    return (wanted ? await runAgain(pool, known.runId) : null) ?? known;
  }
}

/** The window that a person asks for; else that of the schedule until now, or none. Throws LF_SOURCE_SPAN, LF_USAGE. */
export async function windowAsked(
  pool: pg.Pool,
  { dataset, source }: FoundSource,
  { from, to }: { readonly from?: string; readonly to?: string },
): Promise<RunWindow | null> {
  const name = `${dataset}.${source.name}`;
  if (from === undefined && to !== undefined)
    throw new LandfallError('LF_USAGE', {
      problem: 'the end of a window needs its beginning: --to needs --from',
    });
  if (from === undefined) return windowUntilNow(pool, { dataset, source: source.name }, source.schedule);
  return instantsOf(spanOf(name, source.schedule, { from, to: to ?? new Date().toISOString() }));
}

/** What became of earlier runs of a window that a person asks for, if any. */
export function runKnown(
  pool: pg.Pool,
  { dataset, source }: FoundSource,
  window: RunWindow | null,
): Promise<LedgerRun | null> {
  return runOfWindow(pool, { dataset, source: source.name, backfill: false }, window);
}

/** In ms. Runs without a window are named after the second in which they are planned. */
function nextSecondMs(): number {
  return 1000 - (Date.now() % 1000);
}
