/** Plans a run that a person asks for. */
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
    // Another run without a window was planned in this second, and is as good.
    const known = await runOfWindow(pool, { ...name, backfill: false }, window);
    if (known === null) continue;
    const wanted = known.state === 'failed' || (known.state === 'done' && again);
    return (wanted ? await runAgain(pool, known.runId) : null) ?? known;
  }
}
