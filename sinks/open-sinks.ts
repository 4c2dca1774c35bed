/** The sinks there are. */
import type pg from 'pg';
import type { Storage } from '../platform/storage/contract.ts';
import type { Sink } from './contract.ts';
import { LakeSink } from './lake/lake-sink.ts';
import { StarSink } from './postgres/star-sink.ts';

/** In the order in which a chunk is written to them and published. A process needs them once. */
export function openSinks({ pool, lake }: { readonly pool: pg.Pool; readonly lake: Storage }): Sink[] {
  return [new LakeSink(lake), new StarSink(pool)];
}
