/** The sinks that exist. */
import type pg from 'pg';
import { remember } from '../kernel/remember.ts';
import type { CompiledDataset } from '../model/compiled.ts';
import type { Storage } from '../platform/storage/contract.ts';
import { sinksOf } from './all-sinks.ts';
import type { Sink, SinkKind } from './contract.ts';
import { LakeKind, LakeSink } from './lake/lake-sink.ts';
import { StarKind, StarSink } from './postgres/star-sink.ts';
import type { RowLimit } from './row-limits.ts';

const kinds: readonly SinkKind[] = [new LakeKind(), new StarKind()];

/** The SQL that the sinks of the dataset need, in an order in which it can be run. Does not connect to anything. */
export function ddlOf(dataset: CompiledDataset): string[] {
  return sinksOf(kinds, dataset).flatMap((kind) => kind.ddl(dataset));
}

/** What rows of the dataset must not exceed in any of its sinks. */
export const rowLimitsOf = remember((dataset: CompiledDataset): readonly RowLimit[] =>
  sinksOf(kinds, dataset).flatMap((kind) => kind.limits(dataset)),
);

/** In the order in which a chunk is written to the sinks and published. A process opens them once. */
export function openSinks({ pool, lake }: { readonly pool: pg.Pool; readonly lake: Storage }): Sink[] {
  return [new LakeSink(lake, pool), new StarSink(pool)];
}
