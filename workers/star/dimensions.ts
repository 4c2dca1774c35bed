/**
 * Dimension keys for the rows of a batch. What the process has learnt about a table is kept from chunk
 * to chunk (member-cache.ts says how much of it); a member met for the first time is looked up or made
 * at once (members.ts), in a transaction of its own, so that no chunk holds locks that another waits for.
 */
import type { Pool } from 'pg';
import type { DictionaryVector, Int32Vector, Vector } from '../../kernel/vectors.ts';
import { isValid } from '../../kernel/vectors.ts';
import type { Batch } from '../../model/batch.ts';
import type { CompiledDataset, CompiledDimension } from '../../model/compiled.ts';
import { sqlType } from '../../model/ddl.ts';
import { LandfallError } from '../../platform/errors.ts';
import { DateMembers } from './date-members.ts';
import { IntMembers, type MemberCache, MISSING, TextMembers } from './member-cache.ts';
import { type Member, type MemberTable, upsertMembers } from './members.ts';
import { translateCodes, translateInts, unknownWhereNull } from './translate.ts';
import { valueText } from './value-text.ts';

type Lookup = Extract<CompiledDimension, { kind: 'lookup' }>;

/** Keys of one chunk's rows, batch by batch. */
export interface ChunkKeys {
  /** One int4 vector per star.dimensions, in that order; 0 where the natural key is null. Valid until the
   * next call. May ask the database: the batch must stay as it is until then. */
  resolve(batch: Batch): Promise<readonly Int32Vector[]>;
}

/** What a worker process knows of one dataset's dimension tables. Roles of one table share it. */
export class Dimensions {
  private readonly tables = new Map<string, TableMembers>();
  private readonly dates = new Map<string, DateMembers>();
  private readonly dataset: CompiledDataset;

  constructor(pool: Pool, dataset: CompiledDataset) {
    this.dataset = dataset;
    const { schema } = dataset.star;
    for (const dimension of dataset.star.dimensions) {
      const { table } = dimension;
      if (dimension.kind === 'date') {
        if (!this.dates.has(table)) this.dates.set(table, new DateMembers(pool, schema, dimension));
      } else if (!this.tables.has(table)) {
        this.tables.set(table, new TableMembers(pool, schema, dimension));
      }
    }
  }

  openChunk(): ChunkKeys {
    const roles = this.dataset.star.dimensions.map((dimension) => {
      if (dimension.kind === 'lookup') return new LookupRole(dimension, this.tables.get(dimension.table)!);
      return new DateRole(dimension.vector, this.dates.get(dimension.table)!);
    });
    return {
      async resolve(batch) {
        const vectors: Int32Vector[] = [];
        for (const role of roles) vectors.push(await role.resolve(batch));
        return vectors;
      },
    };
  }
}

/** One look-up table: its cache, and one upsert at a time, so that two slots do not make the same members. */
class TableMembers {
  readonly texts = new TextMembers();
  readonly ints = new IntMembers();
  private readonly pool: Pool;
  private readonly table: MemberTable;
  private upserts: Promise<unknown> = Promise.resolve();

  constructor(pool: Pool, schema: string, lookup: Lookup) {
    this.pool = pool;
    const typed = (columns: Lookup['natural']) =>
      columns.map(({ name, logical }) => ({ name, type: sqlType(logical) }));
    const { table, key, natural, attributes } = lookup;
    this.table = { schema, table, key, natural: typed(natural), attributes: typed(attributes) };
  }

  /** Keys of natural keys, each given with the row that it was first seen in. */
  find<Key>(
    cache: MemberCache<Key>,
    firstRows: ReadonlyMap<Key, number>,
    memberAt: (row: number) => Member,
  ): Promise<Map<Key, number>> {
    const turn = this.upserts.then(async () => {
      const keys = new Map<Key, number>();
      const unknown: Key[] = [];
      for (const natural of firstRows.keys()) {
        const key = cache.get(natural);
        if (key === MISSING) unknown.push(natural);
        else keys.set(natural, key);
      }
      if (unknown.length === 0) return keys;
      const members = unknown.map((natural) => memberAt(firstRows.get(natural)!));
      const made = await upsertMembers(this.pool, this.table, members);
      unknown.forEach((natural, i) => {
        keys.set(natural, made[i]);
        cache.set(natural, made[i]);
      });
      return keys;
    });
    this.upserts = turn.catch(() => undefined);
    return turn;
  }
}

/** One role of a date dimension in one chunk. */
class DateRole {
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

/** One role of a look-up table in one chunk. */
class LookupRole {
  private readonly lookup: Lookup;
  private readonly members: TableMembers;
  private keys = new Int32Array(0);
  /** Code of the chunk's dictionary → key; MISSING until a row that is loaded has the code. */
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
    if (translateCodes(values, batch.rows, this.codeKeys, keys) > 0) {
      const firstRows = new Map<string, number>();
      const codes = new Map<number, string>();
      for (let row = 0; row < batch.rows; row++) {
        if (keys[row] !== MISSING || codes.has(values[row]) || !isValid(vector, row)) continue;
        const text = dictionary.text(values[row]);
        codes.set(values[row], text);
        firstRows.set(text, row);
      }
      const found = await this.find(this.members.texts, firstRows, batch);
      for (const [code, text] of codes) this.codeKeys[code] = found.get(text)!;
      translateCodes(values, batch.rows, this.codeKeys, keys);
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
      const found = await this.find(cache, firstRows, batch);
      for (let row = 0; row < batch.rows; row++) {
        if (keys[row] === MISSING) keys[row] = found.get(values[row]) ?? 0;
      }
    }
    if (validity !== null) unknownWhereNull(validity, batch.rows, keys);
  }

  /** Composite natural keys, and those of other types: one text a row. */
  private async resolveTexts(vectors: readonly Vector[], batch: Batch): Promise<void> {
    const { keys } = this;
    const { natural } = this.lookup;
    const cache = this.members.texts;
    const firstRows = new Map<string, number>();
    const waiting: string[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const text = naturalText(vectors, natural, row);
      keys[row] = text === null ? 0 : cache.get(text);
      if (keys[row] !== MISSING) continue;
      waiting.push(text!);
      if (!firstRows.has(text!)) firstRows.set(text!, row);
    }
    if (waiting.length === 0) return;
    const found = await this.find(cache, firstRows, batch);
    let next = 0;
    for (let row = 0; row < batch.rows; row++) {
      if (keys[row] === MISSING) keys[row] = found.get(waiting[next++])!;
    }
  }

  private find<Key>(cache: MemberCache<Key>, firstRows: ReadonlyMap<Key, number>, batch: Batch) {
    const values = (columns: Lookup['natural'], row: number) =>
      columns.map(({ vector, logical }) => valueText(vectorOf(batch, vector), logical, row));
    return this.members.find(cache, firstRows, (row) => ({
      natural: values(this.lookup.natural, row),
      attributes: values(this.lookup.attributes, row),
    }));
  }
}

function keyVector(keys: Int32Array, rows: number): Int32Vector {
  return { kind: 'int32', length: rows, validity: null, nullCount: 0, values: keys };
}

function vectorOf(batch: Batch, name: string): Vector {
  const vector = batch.vectors.get(name);
  if (vector !== undefined) return vector;
  throw new LandfallError('LF_INTERNAL', { reason: `the batch has no column ${name}` });
}

/** Parts joined by NUL, which no text in Postgres holds; a null part is NUL alone. Null when all are. */
function naturalText(vectors: readonly Vector[], columns: Lookup['natural'], row: number): string | null {
  if (vectors.length === 1) return valueText(vectors[0], columns[0].logical, row);
  let joined = '';
  let given = 0;
  for (let c = 0; c < vectors.length; c++) {
    const text = valueText(vectors[c], columns[c].logical, row);
    if (text !== null) given++;
    joined += text === null ? '\0\0' : `${text}\0`;
  }
  return given === 0 ? null : joined;
}

/** The array with room for `size` codes; new ones MISSING. Doubles, so a chunk copies it log(size) times. */
function extended(codeKeys: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  if (codeKeys.length >= size) return codeKeys;
  const longer = new Int32Array(Math.max(size, codeKeys.length * 2, 64)).fill(MISSING);
  longer.set(codeKeys);
  return longer;
}
