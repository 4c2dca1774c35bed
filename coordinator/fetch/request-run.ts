/** Plans a run that a person asks for. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type LedgerRun, planRun, type RunWindow, runAgain, runOfWindow } from '../../ledger/runs.ts';
import { namesWindow } from '../../model/compile/sources/templates.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
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

/** In ms. Runs without a window are named after the second in which they are planned. */
function nextSecondMs(): number {
  return 1000 - (Date.now() % 1000);
}
