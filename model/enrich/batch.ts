import type { Vector } from '../../kernel/columns/vectors.ts';

export type { Vector };

/** The vectors of a batch by name: parsed columns first, then enrichments as they are computed. */
export interface Batch {
  readonly rows: number;
  readonly vectors: Map<string, Vector>;
}
