/** Compares rollups with their definition as plain SQL over the facts of files that are done. */
import type pg from 'pg';
import { ledgerRollups } from '../../../ledger/tables/rollups.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { identifier } from '../ddl/sql-columns.ts';
import { definitionSql } from './definition-sql.ts';
import { doneFacts, exactDoubles } from './index.ts';
import { groupNotes } from './settle-rollup.ts';
import { type StoredRollup, stateNames } from './state-tables.ts';

export interface RollupAudit {
  readonly dataset: string;
  readonly rollup: string;
  /** Groups that it shows. */
  readonly groups: number;
  /** Groups of which it shows something else than the facts give, those that it lacks, and those that have no facts. */
  readonly different: number;
  /** Group columns of at most five of them. */
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /** What people should know of how it is kept. */
  readonly notes: readonly string[];
}

/** Audits all rollups of a dataset, each at one moment. */
export async function auditRollups(pool: pg.Pool, dataset: string): Promise<RollupAudit[]> {
  const audits: RollupAudit[] = [];
  for (const { stored, notes, name } of await ledgerRollups(pool, dataset)) {
    const { rows, ...audit } = await auditRollup(pool, dataset, stored as StoredRollup);
    // What the ledger has of its groups may be long ago.
    const others = notes.filter(({ kind }) => kind !== 'groups');
    const all = [...groupNotes(name, audit.groups, rows), ...others];
    audits.push({ ...audit, notes: all.map(({ text }) => text) });
  }
  return audits;
}

async function auditRollup(
  pool: pg.Pool,
  dataset: string,
  stored: StoredRollup,
): Promise<Omit<RollupAudit, 'notes'> & { readonly rows: number }> {
  const { name, by } = stored.rollup;
  const facts = doneFacts(dataset, stored);
  const groups = by.map((group) => identifier(group.name)).join(', ');
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    await client.query(exactDoubles);
    const { rows } = await client.query(
      `with shown as materialized (select * from ${stateNames(stored).view}),
      wanted as materialized (${definitionSql(stored, facts.sql)}),
      different as materialized (
        select distinct ${groups} from (
          (table shown except all table wanted) union all (table wanted except all table shown)
        ) sides
      )
      select
        (select count(*) from shown)::float8 as groups,
        (select coalesce(sum(_rows), 0) from ${stateNames(stored).state})::float8 as rows,
        (select count(*) from different)::float8 as different,
        (select coalesce(jsonb_agg(d), '[]') from (select * from different order by ${groups} limit 5) d) as sample`,
      [...facts.values],
    );
    return { dataset, rollup: name, ...rows[0] };
  });
}
