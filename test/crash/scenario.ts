/** What is done at a site, and where somebody may die meanwhile. */
import type { CrashPoint } from '../../platform/errors/crash-points.ts';
import type { Round } from './round.ts';
import type { Victim } from './site.ts';

export interface Scenario {
  readonly points: Partial<Record<Victim, readonly CrashPoint[]>>;
  /** What the site must be like. Default: as any. */
  readonly settings?: 'largeChunks' | 'bucket';
  /** Ends with the site at rest. */
  run(round: Round): Promise<void>;
}
