/** What the look at a source gives to those who write its definition. */

import type { Exploration } from '../../../coordinator/explore/explore-file.ts';
import type {
  FoundFetch,
  FoundMode,
  FoundSource,
  ModeColumn,
} from '../../../model/infer/fetched/contract.ts';
import type { KnownColumns } from '../settle-types.ts';

export interface SampledSource {
  /** Files that show what the source gives: paths, or addresses of objects. */
  readonly files: readonly string[];
  /** What the definition says it was written from. */
  readonly shown: readonly string[];
  readonly source: FoundSource;
  /** What is known of the columns beside their values. */
  readonly known: KnownColumns;
  /** How the files are written; undefined: they show it. */
  readonly exploration?: Exploration;
  /** The mode that suits the columns; null: plain append. */
  mode(columns: readonly ModeColumn[]): FoundMode | null;
}

/** How a look at a source is taken. */
export interface SampleTask {
  readonly dataset: string;
  /** A folder for what is fetched, which is removed afterwards. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** The source, and the mode for the columns that its files have. */
export function fetchOf({ source, mode }: SampledSource, columns: readonly ModeColumn[]): FoundFetch {
  return { source, mode: mode(columns) };
}
