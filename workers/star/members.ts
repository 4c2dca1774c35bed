/**
 * The members of one look-up table: found by natural key, made where they are missing.
 *
 * No deadlock: members are inserted in key order by one statement that is a transaction of its own.
 * No burnt keys: what is there already is found first, so only a race with another worker costs a
 * surrogate key; 10 million members that come and go in the cache do not use up an int4.
 */

import { escapeIdentifier, type Pool } from 'pg';
import { crashPoint } from '../../platform/crash-points.ts';
import { LandfallError } from '../../platform/errors.ts';

/** A column of the table and its Postgres type. */
export interface MemberColumn {
  readonly name: string;
  readonly type: string;
}

export interface MemberTable {
  readonly schema: string;
  readonly table: string;
  /** Surrogate key column. */
  readonly key: string;
  readonly natural: readonly MemberColumn[];
  readonly attributes: readonly MemberColumn[];
}

/** A member's values as Postgres reads them; natural keys are never all null. */
export interface Member {
  readonly natural: readonly (string | null)[];
  readonly attributes: readonly (string | null)[];
}

/** The surrogate key of each member, in their order, after inserting those that the table lacked. */
export async function upsertMembers(
  pool: Pool,
  table: MemberTable,
  members: readonly Member[],
): Promise<Int32Array> {
  const keys = new Int32Array(members.length);
  await findMembers(pool, table, members, keys);
  const missing = members.filter((_, i) => keys[i] === 0);
  if (missing.length === 0) return keys;
  await insertMembers(pool, table, missing);
  crashPoint('dimension.members-inserted');
  await findMembers(pool, table, members, keys);
  const lost = keys.indexOf(0);
  if (lost === -1) return keys;
  const reason = `member ${JSON.stringify(members[lost].natural)} of ${table.table} was inserted and is not there`;
  throw new LandfallError('LF_INTERNAL', { reason });
}

/**
 * Fills in the keys that are still 0 and in the table. Members are asked for in groups of the same
 * null columns, because an index serves `a = x and b is null` but not `a is not distinct from x`.
 */
async function findMembers(
  pool: Pool,
  table: MemberTable,
  members: readonly Member[],
  keys: Int32Array,
): Promise<void> {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < members.length; i++) {
    if (keys[i] !== 0) continue;
    const nulls = members[i].natural.map((value) => (value === null ? 'n' : '-')).join('');
    const group = groups.get(nulls);
    if (group === undefined) groups.set(nulls, [i]);
    else group.push(i);
  }
  for (const [nulls, group] of groups) {
    const given = table.natural.map((_, c) => c).filter((c) => nulls[c] === '-');
    const found = await pool.query({
      text: findStatement(table, given),
      values: given.map((c) => group.map((i) => members[i].natural[c])),
      rowMode: 'array',
    });
    for (const [position, key] of found.rows) keys[group[Number(position) - 1]] = key;
  }
}

/** Position (from 1) and key of the members whose `given` natural columns are in $1…, the others null. */
function findStatement(table: MemberTable, given: readonly number[]): string {
  const conditions = table.natural.map((column, c) => {
    const place = given.indexOf(c);
    return `d.${escapeIdentifier(column.name)} ${place === -1 ? 'is null' : `= k.c${place}`}`;
  });
  const arrays = given.map((c, place) => `$${place + 1}::${table.natural[c].type}[]`);
  const names = given.map((_, place) => `c${place}`);
  return `select k.n, d.${escapeIdentifier(table.key)}
    from unnest(${arrays.join(', ')}) with ordinality as k(${names.join(', ')}, n)
    join ${tableName(table)} d on ${conditions.join(' and ')}`;
}

async function insertMembers(pool: Pool, table: MemberTable, members: readonly Member[]): Promise<void> {
  const columns = [...table.natural, ...table.attributes];
  const names = columns.map((column) => escapeIdentifier(column.name));
  const arrays = columns.map((column, c) => `$${c + 1}::${column.type}[]`);
  const order = table.natural.map((_, c) => c + 1);
  const rows = members.map((member) => [...member.natural, ...member.attributes]);
  const inserting = pool.query(
    `insert into ${tableName(table)} (${names.join(', ')})
      select * from unnest(${arrays.join(', ')}) order by ${order.join(', ')}
      on conflict do nothing`,
    columns.map((_, c) => rows.map((row) => row[c])),
  );
  await inserting.catch((cause) => {
    if (cause.code !== programLimitExceeded) throw cause;
    throw new LandfallError('LF_KEY_LONG', { table: table.table, reason: cause.message }, { cause });
  });
}

/** PostgreSQL's code for an index entry of more than a third of a page (2,704 bytes), among others. */
const programLimitExceeded = '54000';

function tableName(table: MemberTable): string {
  return `${escapeIdentifier(table.schema)}.${escapeIdentifier(table.table)}`;
}
