/** Reads what the star holds of the rows of a source that is swept. */
import pg from 'pg';
import type { CompiledStar } from '../../../model/compiled.ts';
import { bucketDigits, bucketSql, type Held, type HeldRow } from '../../../model/events/held.ts';
import { bestFirst, type EventLayout, eventLayout } from './event-layout.ts';

/** Rows that are kept in memory. */
const rowsMost = 5_000;

const atForm = `'YYYY-MM-DD HH24:MI:SS.US'`;

/** Empty where the star has not the columns yet: nothing has been loaded with them. */
export function heldRows(pool: pg.Pool, star: CompiledStar): Omit<Held, 'settled'> {
  return {
    async buckets() {
      const layout = await layoutOf(pool, star);
      if (layout === null) return new Map();
      const { rows } = await pool.query<{ bucket: string; rows: string }>(
        `select left(hash, ${bucketDigits}) as bucket, ${bucketSql('row')} as rows
         from (${latestEvents(layout)}) h where row is not null group by 1`,
      );
      return new Map(rows.map(({ bucket, rows }) => [bucket, rows]));
    },
    async *rows(buckets, after) {
      const layout = await layoutOf(pool, star);
      if (layout === null) return;
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        await client.query('begin read only');
        await client.query(`declare held no scroll cursor for
          select hash, key, row,
            to_char(at, ${atForm}) as at, to_char(at + interval '1 microsecond', ${atForm}) as next
          from (${latestEvents(layout)}) h
          where left(hash, ${bucketDigits}) = any(${textArray(buckets)}) and hash > ${pg.escapeLiteral(after)}
          order by hash`);
        for (;;) {
          const { rows } = await client.query<HeldRow>(`fetch ${rowsMost} from held`);
          if (rows.length === 0) return;
          yield* rows;
        }
      } catch (error) {
        failure = error as Error;
        throw error;
      } finally {
        if (failure === undefined) await client.query('rollback');
        client.release(failure);
      }
    },
  };
}

/** Null where the table has not the columns. */
async function layoutOf(pool: pg.Pool, star: CompiledStar): Promise<EventLayout | null> {
  const layout = await eventLayout(pool, star);
  return layout?.columns.includes(pg.escapeIdentifier('landfall_row')) ? layout : null;
}

/** Of each key the event that comes last. In a history it may have begun no version, and then be superseded. */
function latestEvents(layout: EventLayout): string {
  const row = "replace(landfall_row::text, '-', '')";
  const columns = `_key, landfall_key as key, ${row} as row, _order at time zone 'UTC' as at`;
  const events = `select ${columns}, _order, _deleted, _hash from`;
  const latest =
    layout.keyed.kind !== 'history'
      ? `${events} ${layout.current}`
      : `select distinct on (_key) * from (
           ${events} ${layout.current} union all ${events} ${layout.superseded}
         ) e order by _key, ${bestFirst(layout, 'e')}`;
  return `select md5(key) collate "C" as hash, key, row, at from (${latest}) l where key is not null`;
}

function textArray(texts: readonly string[]): string {
  return `array[${texts.map((text) => pg.escapeLiteral(text)).join(', ')}]::text[]`;
}
