/** Lines about sources, for status and watch. */
import { plural } from '../../platform/plural.ts';
import { faultOf, needsCare, type SourceProgress, type SourceRun } from '../../platform/progress/progress.ts';
import { bytes, localTime, printable } from './format.ts';

/** Where a source stands: `✓ orders.shop: done 2026-11-01 06:00:03, 2 pages, 1.2 MB, next 2026-11-02 06:00:00`. */
export function sourceLine(source: SourceProgress): string {
  const { dataset, last, next, scheduled, lateSince, missing, waiting } = source;
  const error = faultOf(source);
  const parts = [stateOf(source)];
  if (lateSince !== null) parts.push(`late since ${localTime(lateSince)}`);
  if (waiting > 1) parts.push(`${waiting} runs wait`);
  if (next === null && scheduled !== null) parts.push(`next ${localTime(scheduled.to)}`);
  if (missing.length > 0) parts.push(`needs ${missing.join(', ')} in the environment`);
  const fine = next ? '…' : '✓';
  const bad = last?.state === 'failed' && next === null ? '✗' : '!';
  const sign = needsCare(source) ? bad : fine;
  const why = error === null ? '' : `: ${error.message} → ${error.fix}`;
  return printable(`${sign} ${dataset}.${source.source}: ${parts.join(', ')}${why}`);
}

/** Sources of which people who watch should know: those that are fetching, late, or fail. */
export function watchedSources(sources: readonly SourceProgress[]): readonly SourceProgress[] {
  return sources.filter((source) => source.next?.state === 'running' || needsCare(source));
}

function stateOf({ last, next }: SourceProgress): string {
  if (next?.state === 'running') return `fetching, ${countsOf(next)} so far`;
  if (next?.error) return `tries again ${localTime(next.dueAt)}`;
  if (next !== null) return 'waiting for its turn';
  if (last === null) return 'not run yet';
  const when = last.endedAt === null ? '' : ` ${localTime(last.endedAt)}`;
  return `${last.state}${when}, ${last.pages === 0 ? 'nothing new' : countsOf(last)}`;
}

function countsOf({ pages, bytes: read }: SourceRun): string {
  return `${plural(pages, 'page')}, ${bytes(read)}`;
}
