/**
 * Asks the server which keys its indexes refuse. PostgreSQL compresses long texts before it compares an entry with its
 * limit, so only the server knows which of the long keys fit.
 */
import type { Pool } from 'pg';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { RowTexts } from '../../row-limits.ts';

/** Characters of keys that are sent at a time: 8 MiB or so, and a key more. */
const charactersAtATime = 8 * 1024 * 1024;

/**
 * True for each key that a btree index over so many texts, and `otherBytes` of other values, refuses. Where the role
 * may not make temporary tables, for all.
 */
export async function refusedKeys(
  pool: Pool,
  keys: readonly RowTexts[],
  otherBytes: number,
): Promise<boolean[]> {
  const refused: boolean[] = [];
  for (let from = 0; from < keys.length; ) {
    let to = from;
    for (let characters = 0; to < keys.length && characters < charactersAtATime; to++)
      for (const text of keys[to]) characters += text?.length ?? 0;
    refused.push(...(await refusedOf(pool, keys.slice(from, to), otherBytes)));
    from = to;
  }
  return refused;
}

/** The table, its index and the function are gone when the transaction ends. */
async function refusedOf(pool: Pool, keys: readonly RowTexts[], otherBytes: number): Promise<boolean[]> {
  const names = keys[0].map((_, c) => `t${c}`);
  const columns = ['others', ...names].join(', ');
  const typed = names.map((name) => `${name} text`).join(', ');
  const arrays = names.map((_, c) => `$${c + 1}::text[]`).join(', ');
  const values = names.map((_, c) => keys.map((key) => key[c]));
  const answer = inTransaction(pool, async (client) => {
    await client.query(`create temporary table landfall_key (others bytea, ${typed}) on commit drop`);
    await client.query(`create index on landfall_key (${columns})`);
    await client.query(`create function pg_temp.landfall_refused(${typed}) returns boolean language plpgsql as $$
      begin
        insert into landfall_key values (decode(repeat('00', ${otherBytes}), 'hex'), ${names.join(', ')});
        return false;
      exception when program_limit_exceeded then return true;
      end $$`);
    const asked = `select pg_temp.landfall_refused(${names.join(', ')}) as refused
      from unnest(${arrays}) with ordinality as k(${names.join(', ')}, n) order by n`;
    const { rows } = await client.query<{ refused: boolean }>(asked, values);
    await client.query('drop function pg_temp.landfall_refused');
    return rows.map(({ refused }) => refused);
  });
  return answer.catch((error: { code?: string }) => {
    if (error.code !== 'LF_DATABASE_PRIVILEGE') throw error;
    return keys.map(() => true);
  });
}
