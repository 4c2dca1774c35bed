/**
 * Dimension keys for the rows of a batch. What the process has learnt about a table is kept from chunk to chunk
 * (member-cache.ts says how much). A member that is seen for the first time is looked up or inserted at once
 * (members.ts), in a separate transaction, so that no chunk holds locks that another one waits for.
 */
import type { Pool } from 'pg';
import type { DictionaryVector, Int32Vector, Vector } from '../../../kernel/columns/vectors.ts';
import { isValid } from '../../../kernel/columns/vectors.ts';
import type { Kernel } from '../../../kernel/types.ts';
import type {
  CompiledDimension,
  CompiledLookup,
  CompiledStar,
  LogicalType,
} from '../../../model/compiled.ts';
import type { Batch } from '../../../model/enrich/batch.ts';
import type { DifferingMember, DifferingMembers } from '../../../platform/file-receipt.ts';
import { isChanging } from '../ddl/dimension-ddl.ts';
import { sqlType } from '../ddl/sql-columns.ts';
import { vectorOf } from '../facts/batch-vector.ts';
import type { KeyVector } from '../facts/fact-fields.ts';
import type { ObservedRows } from './attributes/copy-observed.ts';
import { DatedRows } from './attributes/dated-rows.ts';
import { FirstTable, FirstValues } from './attributes/first-values.ts';
import { LatestRows } from './attributes/latest-rows.ts';
import { Observer } from './attributes/observer.ts';
import { DateMembers } from './date-members.ts';
import { HashedRole, HashedTable } from './hashed-role.ts';
import { IntMembers, type MemberCache, MISSING, TextMembers } from './member-cache.ts';
import { type Member, Members } from './members.ts';
import { naturalText, textColumn } from './natural-text.ts';
import type { Text } from './text-array.ts';
import { TimeRole } from './time-role.ts';
import { translateCodes, translateInts, unknownWhereNull } from './translate.ts';

/** Stands for a code's key while it is being looked up. */
const ASKED = MISSING - 1;

type Lookup = CompiledLookup;

/** The keys of one chunk's rows, batch by batch. */
export interface ChunkKeys {
  /**
   * Returns one vector for each of star.dimensions, in order: int64 if keys are hashed, otherwise int32. The key is 0
   * if the natural key is null. Valid until the next call. May query the database: the batch must not change until it
   * settles.
   */
  resolve(batch: Batch): Promise<readonly KeyVector[]>;
  /** Call this before the facts commit. It inserts members with hashed keys. Throws the signal's reason. */
  finish(signal?: AbortSignal): Promise<void>;
  /** Whether what was observed of members must be taken before the next batch. */
  readonly isFull: boolean;
  /** What was observed of members since the last call. */
  takeObserved(chunkId: number): ObservedRows[];
  /** Members that keep other attributes than the chunk's rows have. Call it after `finish`. */
  differing(): Promise<DifferingMembers | null>;
}

/** What a worker process knows about the dimension tables of one star. Roles of the same table share it. */
export class Dimensions {
  private readonly tables = new Map<string, TableMembers>();
  private readonly hashed = new Map<string, HashedTable>();
  private readonly dates = new Map<string, DateMembers>();
  /** Tables whose members keep the attributes that they had first. */
  private readonly firsts = new Map<string, FirstTable>();
  private readonly star: CompiledStar;

  constructor(pool: Pool, star: CompiledStar) {
    this.star = star;
    const { schema, dimensions } = star;
    const hashed = new Set(
      dimensions.flatMap((one) => (one.kind === 'lookup' && one.hashed ? [one.table] : [])),
    );
    for (const dimension of dimensions) {
      const { table } = dimension;
      if (dimension.kind === 'time') continue;
      if (dimension.kind === 'date') {
        if (!this.dates.has(table)) this.dates.set(table, new DateMembers(pool, schema, dimension));
        continue;
      }
      if (keepsFirst(dimension) && !this.firsts.has(table))
        this.firsts.set(table, new FirstTable(pool, schema, dimension));
      if (dimension.hashed) {
        if (this.hashed.has(table)) continue;
        this.hashed.set(table, new HashedTable(pool, schema, inserted(dimension), 1 / hashed.size));
      } else if (!this.tables.has(table)) {
        this.tables.set(table, new TableMembers(pool, schema, inserted(dimension)));
      }
    }
  }

  /** `kernel`: that of the chunk. It computes the hashes. */
  openChunk(kernel: Kernel): ChunkKeys {
    const roles = this.star.dimensions.map((dimension): Role => {
      const { table } = dimension;
      if (dimension.kind === 'date') return new DateRole(dimension.vector, this.dates.get(table)!);
      if (dimension.kind === 'time') return new TimeRole(dimension);
      if (dimension.hashed) return new HashedRole(inserted(dimension), this.hashed.get(table)!, kernel);
      return new LookupRole(inserted(dimension), this.tables.get(table)!);
    });
    const observers = this.star.dimensions.map((dimension) => {
      if (!isChanging(dimension)) return null;
      const kept = { latest: () => new LatestRows(), history: () => new DatedRows() };
      return { dimension, observer: new Observer(dimension, kept[dimension.changing.mode]) };
    });
    const firsts = this.star.dimensions.map((dimension) =>
      keepsFirst(dimension) ? new FirstValues(this.firsts.get(dimension.table)!, dimension) : null,
    );
    return {
      async resolve(batch) {
        const vectors: KeyVector[] = [];
        for (const [r, role] of roles.entries()) {
          const keys = await role.resolve(batch);
          vectors.push(keys);
          observers[r]?.observer.observe(batch, keys);
          firsts[r]?.observe(batch, keys);
        }
        return vectors;
      },
      async finish(signal) {
        for (const role of roles) await role.finish?.(signal);
      },
      get isFull() {
        return observers.some((one) => one?.observer.isFull);
      },
      takeObserved: (chunkId) =>
        observers.flatMap((one) => {
          const rows = one?.observer.copyRows(chunkId) ?? '';
          return one === null || rows === '' ? [] : [{ dimension: one.dimension, rows }];
        }),
      async differing() {
        const found: DifferingMember[] = [];
        for (const first of firsts) if (first !== null) found.push(...(await first.differing()));
        return found.length === 0 ? null : { differing: found.length, sample: found.slice(0, 3) };
      },
    };
  }
}

/** Whether members have attributes, and keep those that they had first. */
function keepsFirst(dimension: CompiledDimension): dimension is Lookup {
  return dimension.kind === 'lookup' && dimension.attributes.length > 0 && !isChanging(dimension);
}

/** The dimension as its members are inserted. Attributes that follow the rows come when a file is done. */
function inserted(lookup: Lookup): Lookup {
  return isChanging(lookup) ? { ...lookup, attributes: [] } : lookup;
}

/** One dimension of the fact table, for one chunk. */
interface Role {
  resolve(batch: Batch): Promise<KeyVector>;
  finish?(signal?: AbortSignal): Promise<void>;
}

/** One lookup table: its cache, and one upsert at a time, so that two slots do not insert the same members. */
class TableMembers {
  readonly texts = new TextMembers();
  readonly ints = new IntMembers();
  private readonly members: Members;
  private upserts: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool, schema: string, lookup: Lookup) {
    const typed = (columns: Lookup['natural']) =>
      columns.map(({ name, logical }) => ({ name, type: sqlType(logical) }));
    const { table, key, natural, attributes } = lookup;
    const columns = { natural: typed(natural), attributes: typed(attributes) };
    this.members = new Members(pool, { schema, table, key, ...columns });
  }

  /** Returns the keys of distinct natural keys, in order. `cache`: one of this table's. */
  find<Key>(
    cache: MemberCache<Key>,
    naturals: readonly Key[],
    memberAt: (place: number) => Member,
  ): Promise<Int32Array> {
    const turn = this.upserts.then(async () => {
      const keys = Int32Array.from(naturals, (natural) => cache.get(natural));
      const unknown = [...keys.keys()].filter((place) => keys[place] === MISSING);
      if (unknown.length === 0) return keys;
      const found = await this.members.keysOf(unknown.map(memberAt));
      unknown.forEach((place, i) => {
        keys[place] = found[i];
        cache.set(naturals[place], found[i]);
      });
      return keys;
    });
    this.upserts = turn.catch(() => undefined);
    return turn;
  }
}

/** One role of a date dimension, for one chunk. */
class DateRole implements Role {
  private readonly vector: string;
  private readonly members: DateMembers;
  private keys = new Int32Array(0);

  constructor(vector: string, members: DateMembers) {
    this.vector = vector;
    this.members = members;
  }

  async resolve(batch: Batch): Promise<Int32Vector> {
    if (this.keys.length < batch.rows) this.keys = new Int32Array(batch.rows);
    await this.members.resolve(vectorOf(batch, this.vector), batch.rows, this.keys);
    return keyVector(this.keys, batch.rows);
  }
}

/** One role of a lookup table, for one chunk. */
class LookupRole implements Role {
  private readonly lookup: Lookup;
  private readonly members: TableMembers;
  private keys = new Int32Array(0);
  /** The key of each code of the chunk's dictionary. MISSING until a loaded row has the code. */
  private codeKeys = new Int32Array(0);

  constructor(lookup: Lookup, members: TableMembers) {
    this.lookup = lookup;
    this.members = members;
  }

  async resolve(batch: Batch): Promise<Int32Vector> {
    const { rows } = batch;
    if (this.keys.length < rows) this.keys = new Int32Array(rows);
    const vectors = this.lookup.natural.map((column) => vectorOf(batch, column.vector));
    const [first] = vectors;
    if (vectors.length === 1 && first.kind === 'dictionary') await this.resolveCodes(first, batch);
    else if (vectors.length === 1 && first.kind === 'int32') await this.resolveInts(first, batch);
    else await this.resolveTexts(vectors, batch);
    return keyVector(this.keys, rows);
  }

  private async resolveCodes(vector: DictionaryVector, batch: Batch): Promise<void> {
    const { keys } = this;
    const { values, dictionary, validity } = vector;
    this.codeKeys = extended(this.codeKeys, Math.max(1, dictionary.size));
    const { codeKeys } = this;
    if (translateCodes(values, batch.rows, codeKeys, keys) > 0) {
      const firstRows: number[] = [];
      for (let row = 0; row < batch.rows; row++) {
        if (codeKeys[values[row]] !== MISSING || !isValid(vector, row)) continue;
        codeKeys[values[row]] = ASKED;
        firstRows.push(row);
      }
      const naturals = firstRows.map((row) => dictionary.bytes(values[row]));
      const found = await this.find(this.members.texts, naturals, firstRows, batch);
      firstRows.forEach((row, i) => {
        codeKeys[values[row]] = found[i];
      });
      translateCodes(values, batch.rows, codeKeys, keys);
    }
    if (validity !== null) unknownWhereNull(validity, batch.rows, keys);
  }

  private async resolveInts(vector: Int32Vector, batch: Batch): Promise<void> {
    const { keys } = this;
    const { values, validity } = vector;
    const cache = this.members.ints;
    if (translateInts(values, batch.rows, cache, keys) > 0) {
      const firstRows = new Map<number, number>();
      for (let row = 0; row < batch.rows; row++) {
        if (keys[row] !== MISSING || firstRows.has(values[row]) || !isValid(vector, row)) continue;
        firstRows.set(values[row], row);
      }
      const naturals = [...firstRows.keys()];
      const found = await this.find(cache, naturals, [...firstRows.values()], batch);
      const keyOf = new Map(naturals.map((natural, i) => [natural, found[i]]));
      for (let row = 0; row < batch.rows; row++) {
        if (keys[row] === MISSING) keys[row] = keyOf.get(values[row]) ?? 0;
      }
    }
    if (validity !== null) unknownWhereNull(validity, batch.rows, keys);
  }

  /** For composite natural keys, and those of other types: one text per row. */
  private async resolveTexts(vectors: readonly Vector[], batch: Batch): Promise<void> {
    const { keys } = this;
    const columns = vectors.map((vector, c) => textColumn(vector, this.lookup.natural[c].logical));
    const cache = this.members.texts;
    const places = new Map<string, number>();
    const firstRows: number[] = [];
    const naturals: Uint8Array[] = [];
    const waiting: { readonly row: number; readonly place: number }[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const text = naturalText(columns, row);
      const bytes = text === null ? null : Buffer.from(text);
      keys[row] = bytes === null ? 0 : cache.get(bytes);
      if (keys[row] !== MISSING) continue;
      let place = places.get(text!);
      if (place === undefined) {
        place = firstRows.push(row) - 1;
        places.set(text!, place);
        naturals.push(bytes!);
      }
      waiting.push({ row, place });
    }
    if (waiting.length === 0) return;
    const found = await this.find(cache, naturals, firstRows, batch);
    for (const { row, place } of waiting) keys[row] = found[place];
  }

  /** The keys of distinct natural keys. `firstRows`: the first row of the batch that has each. */
  private find<Key>(
    cache: MemberCache<Key>,
    naturals: readonly Key[],
    firstRows: readonly number[],
    batch: Batch,
  ): Promise<Int32Array> {
    const { natural, attributes } = this.lookup;
    const values = (columns: Lookup['natural'], row: number) =>
      columns.map(({ vector, logical }) => memberValue(vectorOf(batch, vector), logical, row));
    return this.members.find(cache, naturals, (place) => ({
      natural: values(natural, firstRows[place]),
      attributes: values(attributes, firstRows[place]),
    }));
  }
}

function keyVector(keys: Int32Array, rows: number): Int32Vector {
  return { kind: 'int32', length: rows, validity: null, nullCount: 0, values: keys };
}

/** The value of row `row` as PostgreSQL reads it. A text is returned as its bytes, valid as long as the batch. */
function memberValue(vector: Vector, logical: LogicalType, row: number): Text | null {
  if (vector.kind !== 'dictionary' || !isValid(vector, row)) return textColumn(vector, logical).text(row);
  return vector.dictionary.bytes(vector.values[row]);
}

/** The array with room for `size` codes. New ones are MISSING. It doubles, so a chunk copies it log(size) times. */
function extended(codeKeys: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  if (codeKeys.length >= size) return codeKeys;
  const longer = new Int32Array(Math.max(size, codeKeys.length * 2, 64)).fill(MISSING);
  longer.set(codeKeys);
  return longer;
}
