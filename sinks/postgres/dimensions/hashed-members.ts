/**
 * Members of a look-up table whose keys are hashes: those that the table lacks are added by COPY, in the order of
 * their keys, as is the table's index. Nothing has to come back from the server, and the facts need not wait.
 *
 *   slice of members ─▶ which of them are there? ─▶ COPY of the others ─▶ next slice
 *                          └──── again, where another worker made one of them meanwhile
 *
 * Where none of a slice was there, the next is copied without a look.
 *
 * No deadlock: each COPY is a transaction of its own whose keys ascend, so of two that meet one waits for the other.
 */
import { escapeIdentifier, type Pool } from 'pg';
import type { CompiledDimension, LogicalType } from '../../../model/compiled.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { sqlType } from '../ddl/ddl.ts';
import { type CopyTarget, openFactCopy } from '../facts/fact-copy.ts';
import type { NewMembers } from './new-members.ts';

/** Members of a statement: 64 Ki, so that arrays and rows are a few MiB. */
const SLICE = 65_536;
/** Of one chunk; each has a connection. */
const SLICES_UNDER_WAY = 2;
/** A slice is begun again after so many collisions with other workers at most. */
const TRIES = 100;

type Lookup = Extract<CompiledDimension, { kind: 'lookup' }>;

/** The server's numbers of types, which its binary arrays carry. Source: pg_type.dat. */
const TYPE_NUMBERS: Readonly<Record<string, number>> = {
  boolean: 16,
  bigint: 20,
  smallint: 21,
  integer: 23,
  text: 25,
  float8: 701,
  date: 1082,
  timestamp: 1184,
  numeric: 1700,
  uuid: 2950,
};
const KEY_TYPE = TYPE_NUMBERS.bigint;

export class HashedMembers {
  private readonly pool: Pool;
  private readonly target: CopyTarget;
  private readonly types: readonly number[];
  private readonly find: string;
  /** Of the last slice no member was there: the next is not looked for. */
  private allNew = false;

  constructor(pool: Pool, schema: string, { table, key, natural, attributes }: Lookup) {
    this.pool = pool;
    this.target = { schema, table, columns: [key, ...[...natural, ...attributes].map(({ name }) => name)] };
    this.types = [KEY_TYPE, ...natural.map(({ logical }) => TYPE_NUMBERS[logical.type])];
    this.find = findStatement(`${escapeIdentifier(schema)}.${escapeIdentifier(table)}`, key, natural);
  }

  /**
   * Makes those of the members that are not there; committed when it resolves. `order`: ascending by key.
   * Throws LF_KEY_COLLISION where the key belongs to another natural key.
   */
  async add(members: NewMembers, order: Int32Array, signal?: AbortSignal): Promise<void> {
    this.refuseTwins(members, order);
    let from = 0;
    const addSlices = async () => {
      while (from < order.length) {
        signal?.throwIfAborted();
        const slice = order.subarray(from, from + SLICE);
        from += SLICE;
        await this.addSlice(members, slice);
      }
    };
    // While the server works on one slice, the next is written for it.
    const work = Array.from({ length: SLICES_UNDER_WAY }, addSlices);
    await Promise.allSettled(work);
    await Promise.all(work);
  }

  /** A key that two members of the chunk have stands for neither. */
  private refuseTwins(members: NewMembers, order: Int32Array): void {
    const at = order.findIndex((member, i) => i > 0 && members.isSameKey(member, order[i - 1]));
    if (at === -1) return;
    const natural = [order[at - 1], order[at]].map((one) => members.naturalKey(one, this.types.length - 1));
    throw this.collision(natural.join(' and '));
  }

  private collision(members: string): LandfallError {
    return new LandfallError('LF_KEY_COLLISION', { table: this.target.table, members });
  }

  private async addSlice(members: NewMembers, slice: Int32Array): Promise<void> {
    for (let tried = 1; ; tried++) {
      const missing = this.allNew ? slice : await this.missing(members, slice);
      this.allNew = missing.length === slice.length;
      if (missing.length === 0) return;
      try {
        await this.copy(members.rows(missing));
        crashPoint('dimension.hashed-inserted');
        return;
      } catch (error) {
        if ((error as { code?: string }).code !== uniqueViolation || tried === TRIES) throw error;
        this.allNew = false;
      }
    }
  }

  private async missing(members: NewMembers, slice: Int32Array): Promise<Int32Array> {
    const { rows } = await this.pool.query<Answer>(this.find, members.arrays(slice, this.types));
    const [{ missing, collided }] = rows;
    if (collided !== null) throw this.collision(collided);
    // The server tells them in any order; those that are sent out of order could wait for another worker's in a circle.
    return Int32Array.from(missing ?? [])
      .sort()
      .map((position) => slice[position - 1]);
  }

  private async copy(rows: Uint8Array): Promise<void> {
    const client = await this.pool.connect();
    const copy = openFactCopy(client, this.target);
    try {
      await copy.write(rows);
      // Waits for the disk: what a process knows to be there must be there after the server's next crash.
      await copy.finish();
      client.release();
    } catch (error) {
      copy.abort();
      client.release(error as Error);
      throw error;
    }
  }
}

/** PostgreSQL's code for a key that is there already. */
const uniqueViolation = '23505';

/** Positions, from 1, of keys that are not there; in words, two members that share a key. */
interface Answer {
  readonly missing: readonly number[] | null;
  readonly collided: string | null;
}

/**
 * $1: keys; $2…: natural keys. With all keys in one condition the server passes each page of the index once, in their
 * order (from PostgreSQL 17 on); one look a member takes half as much again. `offset 0` keeps the join out of that.
 */
function findStatement(
  table: string,
  key: string,
  natural: readonly { name: string; logical: LogicalType }[],
): string {
  const arrays = natural.map(({ logical }, i) => `$${i + 2}::${sqlType(logical).replace(/\(.*\)/, '')}[]`);
  const given = natural.map((_, i) => `k.c${i}`);
  const there = natural.map(({ name }) => `d.${escapeIdentifier(name)}`);
  const id = escapeIdentifier(key);
  const differs = there.map((column, i) => `${column} is distinct from ${given[i]}`).join(' or ');
  return `select json_agg(k.n) filter (where d.${id} is null) as missing,
      min(row(${there.join(', ')})::text || ' and ' || row(${given.join(', ')})::text)
        filter (where d.${id} is not null) as collided
    from unnest(${['$1::bigint[]', ...arrays].join(', ')})
      with ordinality as k(key, ${natural.map((_, i) => `c${i}`).join(', ')}, n)
    left join (select * from ${table} as m where m.${id} = any($1::bigint[]) offset 0) as d on d.${id} = k.key
    where d.${id} is null or ${differs}`;
}
