/**
 * Members of a lookup table whose keys are hashes. Missing members are added by COPY, in the order of their keys,
 * which is the order of the table's index. Nothing has to come back from the server, and the facts need not wait.
 *
 *   slice of members ─▶ which of them are there? ─▶ COPY of the others ─▶ next slice
 *                          └──── again, where another worker made one of them meanwhile
 *
 * If none of a slice existed, the next one is copied without looking for its members.
 *
 * There is no deadlock: each COPY is a separate transaction with ascending keys, so of two that meet, one waits.
 */
import { escapeIdentifier, type Pool } from 'pg';
import type { CompiledDimension, LogicalType } from '../../../model/compiled.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { qualified, sqlType } from '../ddl/sql-columns.ts';
import { type CopyTarget, openFactCopy } from '../facts/fact-copy.ts';
import type { NewMembers } from './new-members.ts';

/** The members of one statement. 64 Ki keep arrays and rows to a few MiB. */
const SLICE = 65_536;
/** The slices in progress of one chunk. Each uses a connection. */
const SLICES_UNDER_WAY = 2;
/** The most times to start a slice again after collisions with other workers. */
const TRIES = 100;

type Lookup = Extract<CompiledDimension, { kind: 'lookup' }>;

/** The server's OIDs of types, which its binary arrays contain. Source: pg_type.dat. */
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
  /** Whether no member of the last slice existed. The next slice is then not looked for. */
  private allNew = false;

  constructor(pool: Pool, schema: string, { table, key, natural, attributes }: Lookup) {
    this.pool = pool;
    this.target = { schema, table, columns: [key, ...[...natural, ...attributes].map(({ name }) => name)] };
    this.types = [KEY_TYPE, ...natural.map(({ logical }) => TYPE_NUMBERS[logical.type])];
    this.find = findStatement(qualified(schema, table), key, natural);
  }

  /**
   * Inserts the members that do not exist. They are committed when it resolves. `order`: ascending by key. Throws
   * LF_KEY_COLLISION if a key belongs to another natural key.
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
    // While the server processes one slice, the next one is encoded.
    const work = Array.from({ length: SLICES_UNDER_WAY }, addSlices);
    await Promise.allSettled(work);
    await Promise.all(work);
  }

  /** Throws if two members of the chunk have the same key. */
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
    // The server returns them in any order. If they were sent out of order, workers could wait for each other in a
    // circle.
    return Int32Array.from(missing ?? [])
      .sort()
      .map((position) => slice[position - 1]);
  }

  private async copy(rows: Uint8Array): Promise<void> {
    const client = await this.pool.connect();
    const copy = openFactCopy(client, this.target);
    try {
      await copy.write(rows);
      // Waits for the disk, because members that a process knows must still exist after the server's next crash.
      await copy.finish();
      client.release();
    } catch (error) {
      copy.abort();
      client.release(error as Error);
      throw error;
    }
  }
}

/** PostgreSQL's SQLSTATE for a duplicate key. */
const uniqueViolation = '23505';

/** Positions, from 1, of keys that do not exist. Also a description of two members that share a key, if any do. */
interface Answer {
  readonly missing: readonly number[] | null;
  readonly collided: string | null;
}

/**
 * $1: keys; $2…: natural keys. With all keys in one condition, the server visits each page of the index once, in
 * order (from PostgreSQL 17 on). One lookup per member takes half as long again. `offset 0` keeps the join out of the
 * scan.
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
