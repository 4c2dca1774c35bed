/**
 * Keys of a date dimension: yyyymmdd, computed without a lookup. A day that this process has not seen yet is inserted
 * once. A table of the days from 1900 to 2099 records which days were inserted.
 */

import { escapeIdentifier, type Pool } from 'pg';
import type { Vector } from '../../../kernel/columns/vectors.ts';
import type { CompiledDimension } from '../../../model/compiled.ts';
import { dayOfMonth, monthOf, yearOf } from '../../../model/enrich/calendar.ts';
import { dayText } from '../../../model/types/date.ts';
import { crashPoint } from '../../../platform/errors/crash-points.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { qualified } from '../ddl/sql-columns.ts';
import { MISSING } from './member-cache.ts';
import { translateDays, unknownWhereNull } from './translate.ts';

type DateDimension = Extract<CompiledDimension, { kind: 'date' }>;

/** Days since 1970-01-01 of 1900-01-01 and of 2100-01-01. The table's 73,049 days take 292 KB. */
const FIRST_DAY = -25_567;
const END_DAY = 47_482;

/** One date dimension table. All roles share it. */
export class DateMembers {
  private readonly pool: Pool;
  private readonly insert: string;
  /** The key at day − FIRST_DAY. MISSING until the day is known to be in the dimension table. */
  private readonly keysOfDays = new Int32Array(END_DAY - FIRST_DAY).fill(MISSING);
  /** Days outside the range of the table. Real data has few. */
  private readonly farDays = new Map<number, number>();
  private inserts: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool, schema: string, dimension: DateDimension) {
    this.pool = pool;
    this.insert = insertStatement(qualified(schema, dimension.table), dimension.key);
  }

  /** Fills `keys` with the keys of `rows` rows. The key is 0 if the row has no day. */
  async resolve(vector: Vector, rows: number, keys: Int32Array): Promise<void> {
    const days = daysOf(vector);
    if (translateDays(days, rows, this.keysOfDays, FIRST_DAY, keys) > 0) {
      await this.add(this.newDays(days, rows, keys, vector.validity));
      for (let row = 0; row < rows; row++) {
        if (keys[row] === MISSING) keys[row] = this.keyOf(days[row]);
      }
    }
    if (vector.validity !== null) unknownWhereNull(vector.validity, rows, keys);
  }

  private newDays(
    days: Int32Array,
    rows: number,
    keys: Int32Array,
    validity: Uint8Array | null,
  ): Set<number> {
    const found = new Set<number>();
    for (let row = 0; row < rows; row++) {
      if (keys[row] !== MISSING) continue;
      if (validity !== null && (validity[row >> 3] & (1 << (row & 7))) === 0) continue;
      if (this.keyOf(days[row]) === MISSING) found.add(days[row]);
    }
    return found;
  }

  private keyOf(day: number): number {
    const key = day >= FIRST_DAY && day < END_DAY ? this.keysOfDays[day - FIRST_DAY] : this.farDays.get(day);
    return key ?? MISSING;
  }

  /** Inserts days, one statement at a time, because the other slot often finds the same ones. */
  private add(days: ReadonlySet<number>): Promise<void> {
    const turn = this.inserts.then(async () => {
      const missing = [...days].filter((day) => this.keyOf(day) === MISSING).sort((a, b) => a - b);
      if (missing.length === 0) return;
      await this.pool.query(this.insert, [missing.map(dateKey), missing.map(dayText)]);
      crashPoint('dimension.dates-inserted');
      for (const day of missing) {
        if (day >= FIRST_DAY && day < END_DAY) this.keysOfDays[day - FIRST_DAY] = dateKey(day);
        else this.farDays.set(day, dateKey(day));
      }
    });
    this.inserts = turn.catch(() => undefined);
    return turn;
  }
}

/** The yyyymmdd of a day since 1970-01-01. The year is astronomical, so that years before year 1 sort correctly. */
export function dateKey(day: number): number {
  return yearOf(day) * 10_000 + monthOf(day) * 100 + dayOfMonth(day);
}

/** The local calendar days of a date or timestamp column. */
function daysOf(vector: Vector): Int32Array {
  if (vector.kind === 'timestamp') return vector.localDay;
  if (vector.kind === 'int32') return vector.values;
  throw new LandfallError('LF_INTERNAL', { reason: `a date dimension was given ${vector.kind}` });
}

/** Inserts keys $1 and days $2. The other columns of the table are generated from the date. */
function insertStatement(table: string, key: string): string {
  return `insert into ${table} (${escapeIdentifier(key)}, date)
    select * from unnest($1::integer[], $2::date[]) as days(key, date) order by date
    on conflict do nothing`;
}
