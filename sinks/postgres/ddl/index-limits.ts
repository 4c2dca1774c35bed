/** What the texts of a row may have in bytes, so that the star's indexes take them. */
import type { Pool } from 'pg';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { type RowLimit, type RowTexts, textColumns } from '../../row-limits.ts';
import { refusedKeys } from './refused-keys.ts';

/** PostgreSQL's limit for an entry of a btree index (BTMaxItemSize): a third of a page of 8 kB. */
const ENTRY_BYTES_MAX = 2704;
/** Of an entry: its header with the bitmap of nulls, aligned. */
const HEADER_BYTES = 16;
/** A text's length, and the bytes that align it and what follows. */
const TEXT_BYTES = 7;
/** The most that a value of another type takes: a numeric of 38 digits has 28. */
const OTHER_BYTES = 32;

/**
 * The natural keys of dimensions with generated keys, which have a unique index, and the btree indexes of the facts.
 * PostgreSQL compresses long texts before it compares them with its limit: it is asked about the longer ones
 * (refused-keys.ts).
 */
export function indexLimits(dataset: CompiledDataset): RowLimit[] {
  const { star } = dataset;
  if (star === null) return [];
  const texts = textColumns(dataset);
  const limitOf = (columns: readonly string[], what: string): RowLimit[] => {
    const long = columns.filter((column) => texts.has(column));
    const otherBytes = OTHER_BYTES * (columns.length - long.length);
    const most = ENTRY_BYTES_MAX - HEADER_BYTES - TEXT_BYTES * long.length - otherBytes;
    const refused = (pool: Pool, texts: readonly RowTexts[]) => refusedKeys(pool, texts, otherBytes);
    return long.length === 0 ? [] : [{ columns: long, what, most, refused }];
  };
  const dimensions = star.dimensions.flatMap((dimension) => {
    if (dimension.kind !== 'lookup' || dimension.hashed) return [];
    return limitOf(
      dimension.natural.map(({ vector }) => vector),
      `the key of ${dimension.table}`,
    );
  });
  const vectorOf = new Map(
    star.columns.map((column) => [column.name, column.kind === 'value' ? column.vector : '']),
  );
  const indexes = star.indexes
    .filter(({ method }) => method === 'btree')
    .flatMap(({ columns }) =>
      limitOf(
        columns.map((name) => vectorOf.get(name)!),
        `the index of ${star.fact} over ${columns.join(', ')}`,
      ),
    );
  return [...dimensions, ...indexes];
}
