/**
 * The members of one lookup table. They are found by natural key, and inserted if they are missing.
 *
 * There is no deadlock: one statement inserts members in key order, in a transaction of its own. Few surrogate keys
 * are lost: an insert consumes a key even if the member exists, so members are looked for first, unless nearly all of
 * those requested last were new. So 10 million members that come and go in the cache do not exhaust an int4, and 10
 * million new ones are not looked for in vain.
 */

import { escapeIdentifier, type Pool } from 'pg';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { qualified } from '../ddl/sql-columns.ts';
import { type Text, textArray } from './text-array.ts';

/**
 * If at least this share of the members requested last were new, the next ones are inserted without looking for them.
 */
const MOSTLY_NEW = 15 / 16;

/** A column of the table and its Postgres type. */
export interface MemberColumn {
  readonly name: string;
  readonly type: string;
}

export interface MemberTable {
  readonly schema: string;
  readonly table: string;
  /** The surrogate key column. */
  readonly key: string;
  readonly natural: readonly MemberColumn[];
  readonly attributes: readonly MemberColumn[];
}

/** A member's values as Postgres reads them. At least one of the natural keys is not null. */
export interface Member {
  readonly natural: readonly (Text | null)[];
  readonly attributes: readonly (Text | null)[];
}

/** Positions of members, from 1, and their keys. Null if there are none. Sent as JSON, which is the fastest to read. */
interface Answer {
  readonly positions: readonly number[] | null;
  readonly found: readonly number[];
}

/** The members of one lookup table, as a process requests them. */
export class Members {
  private readonly pool: Pool;
  private readonly table: MemberTable;
  /** The share of new ones among the members requested last. */
  private newShare = 0;

  constructor(pool: Pool, table: MemberTable) {
    this.pool = pool;
    this.table = table;
  }

  /** The surrogate key of each member, in order. Inserts those that the table lacks. */
  async keysOf(members: readonly Member[]): Promise<Int32Array> {
    const keys = new Int32Array(members.length);
    if (this.newShare < MOSTLY_NEW) await this.ask(findStatement, members, keys);
    const found = count(keys);
    await this.ask(insertStatement, members, keys).catch((cause) => this.blame(cause));
    this.newShare = (count(keys) - found) / members.length;
    if (this.newShare > 0) crashPoint('dimension.members-inserted');
    // Members that existed, or that another worker has inserted meanwhile.
    await this.ask(findStatement, members, keys);
    const lost = keys.indexOf(0);
    if (lost === -1) return keys;
    const reason = `member (${members[lost].natural.map(plainText).join(', ')}) of ${this.table.table} was inserted but cannot be found`;
    throw new LandfallError('LF_INTERNAL', { reason });
  }

  /**
   * Fills in keys that are still 0. Members are requested in groups with the same null columns, because an index
   * supports `a = x and b is null` but not `a is not distinct from x`.
   */
  private async ask(
    statement: (table: MemberTable, given: readonly number[]) => string,
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
      const given = this.table.natural.map((_, c) => c).filter((c) => nulls[c] === '-');
      const values = [
        ...given.map((c) => textArray(group.map((i) => members[i].natural[c]))),
        ...this.table.attributes.map((_, c) => textArray(group.map((i) => members[i].attributes[c]))),
      ];
      const { rows } = await this.pool.query<Answer>(statement(this.table, given), values);
      const { positions, found } = rows[0];
      positions?.forEach((position, n) => {
        keys[group[position - 1]] = found[n];
      });
    }
  }

  private blame(cause: { code?: string; message: string }): never {
    if (cause.code !== programLimitExceeded) throw cause;
    throw new LandfallError('LF_KEY_LONG', { table: this.table.table, reason: cause.message }, { cause });
  }
}

function plainText(value: Text | null): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString() : String(value);
}

function count(keys: Int32Array): number {
  let known = 0;
  for (const key of keys) if (key !== 0) known++;
  return known;
}

/**
 * The position (from 1) and key of members whose `given` natural columns are $1…. Their other natural columns are
 * null.
 */
function findStatement(table: MemberTable, given: readonly number[]): string {
  const conditions = table.natural.map((column, c) => {
    const place = given.indexOf(c);
    return `d.${escapeIdentifier(column.name)} ${place === -1 ? 'is null' : `= k.c${place}`}`;
  });
  return `select json_agg(k.n) as positions, json_agg(d.${escapeIdentifier(table.key)}) as found
    from ${asked(table, given)} k join ${tableName(table)} d on ${conditions.join(' and ')}`;
}

/** The same for members that the statement inserted. */
function insertStatement(table: MemberTable, given: readonly number[]): string {
  const natural = given.map((c) => escapeIdentifier(table.natural[c].name));
  const names = [...natural, ...table.attributes.map(({ name }) => escapeIdentifier(name))];
  const columns = names.map((_, place) => `c${place}`);
  const same = natural.map((name, place) => `m.${name} = k.c${place}`);
  return `with k as materialized (select * from ${asked(table, given)} k),
      m as (
        insert into ${tableName(table)} (${names.join(', ')})
        select ${columns.join(', ')} from k order by ${columns.slice(0, given.length).join(', ')}
        on conflict do nothing returning ${[...natural, escapeIdentifier(table.key)].join(', ')}
      )
    select json_agg(k.n) as positions, json_agg(m.${escapeIdentifier(table.key)}) as found
    from m join k on ${same.join(' and ')}`;
}

/** The parameters as rows: c0… are the given natural columns, then the attributes. n counts from 1. */
function asked(table: MemberTable, given: readonly number[]): string {
  const columns = [...given.map((c) => table.natural[c]), ...table.attributes];
  const texts = columns.map((_, place) => `t${place}`);
  const typed = columns.map(({ type }, place) => `t${place}::${type} as c${place}`);
  const arrays = columns.map((_, place) => `$${place + 1}::text[]`);
  return `(select ${typed.join(', ')}, n::integer from unnest(${arrays.join(', ')})
    with ordinality as t(${texts.join(', ')}, n))`;
}

/** PostgreSQL's SQLSTATE for, among others, an index entry of more than a third of a page (2,704 bytes). */
const programLimitExceeded = '54000';

function tableName(table: MemberTable): string {
  return qualified(table.schema, table.table);
}
