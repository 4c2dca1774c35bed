/**
 * Counts members whose rows have other attributes than the member, which keeps those that it had first. Per chunk: the
 * distinct attributes of each member are collected, and the server says which of them differ. What a process has asked
 * it does not ask again, because such members never change.
 *
 * A chunk's members are compared until there are MEMBERS_MOST of them, so that a dimension with a member for each row
 * costs little.
 */
import type { Pool } from 'pg';
import type { CompiledLookup } from '../../../../model/compiled.ts';
import type { Batch } from '../../../../model/enrich/batch.ts';
import type { DifferingMember } from '../../../../platform/file-receipt.ts';
import { identifier, keySqlType, qualified, sqlType } from '../../ddl/sql-columns.ts';
import type { KeyVector } from '../../facts/fact-fields.ts';
import { AttributeValues } from './attribute-values.ts';
import { keyWords, MemberPlaces } from './member-places.ts';
import { wordsText } from './order-words.ts';

const MEMBERS_MOST = 16_384;
/** Answers that a process remembers of each table: a few MB. */
const ANSWERS_MOST = 65_536;

/** Null: these are the member's attributes. */
type Answer = DifferingMember | null;

/** What a process knows of the members of one table. Roles and chunks share it. */
export class FirstTable {
  readonly dimension: CompiledLookup;
  private readonly pool: Pool;
  private readonly query: string;
  private answers = new Map<string, Answer>();

  constructor(pool: Pool, schema: string, dimension: CompiledLookup) {
    this.pool = pool;
    this.dimension = dimension;
    this.query = differingQuery(schema, dimension);
  }

  /** For each key with attributes in the text format of COPY: null, or how the member differs from them. */
  async answersOf(keys: readonly string[], attributes: readonly string[]): Promise<Answer[]> {
    const known = this.answers;
    const ids = keys.map((key, i) => `${key}\t${attributes[i]}`);
    const unknown = ids.flatMap((id, i) => (known.has(id) ? [] : [i]));
    if (unknown.length === 0) return ids.map((id) => known.get(id)!);
    const texts = unknown.map((i) => attributes[i].split('\t').map(plainText));
    const columns = this.dimension.attributes.map((_, c) => texts.map((row) => row[c]));
    const { rows } = await this.pool.query(this.query, [unknown.map((i) => keys[i]), ...columns]);
    if (known.size + unknown.length > ANSWERS_MOST) this.answers = new Map();
    for (const i of unknown) this.answers.set(ids[i], null);
    const { table } = this.dimension;
    for (const { n, member, has } of rows) {
      const given = texts[n - 1].map((text) => text ?? 'null').join(', ');
      this.answers.set(ids[unknown[n - 1]], { table, member, has, given });
    }
    return ids.map((id) => this.answers.get(id) ?? known.get(id) ?? null);
  }
}

/** Attributes of one role's members in one chunk. */
export class FirstValues {
  private readonly table: FirstTable;
  private readonly values: AttributeValues;
  private readonly places = new MemberPlaces();
  /** The number of the attributes that each member had last, and all numbers of those that had several. */
  private readonly last = new Int32Array(MEMBERS_MOST);
  private readonly several = new Map<number, Set<number>>();
  /** For each word of the attributes: that of each member's last ones. */
  private words: Int32Array[] = [];
  /** Of the batch's rows: the places of their members, and whether they have other attributes. */
  private found = new Int32Array(0);
  private differs = new Int32Array(0);

  /** `role`: one that has the table. */
  constructor(table: FirstTable, role: CompiledLookup) {
    this.table = table;
    this.values = new AttributeValues(role.attributes);
  }

  /**
   * Word by word, all rows are compared with the attributes that their members had before the batch. Only rows that
   * differ, and the first row of each new member, are looked up.
   */
  observe(batch: Batch, keys: KeyVector): void {
    const { values, places } = this;
    const known = places.size;
    if (known === MEMBERS_MOST) return;
    if (this.found.length < batch.rows) {
      this.found = new Int32Array(batch.rows);
      this.differs = new Int32Array(batch.rows);
    }
    const { found, differs } = this;
    const rows = places.placesOfRows(keyWords(keys), batch.rows, MEMBERS_MOST, found);
    values.load(batch);
    differs.fill(0, 0, rows);
    for (let row = 0, next = known; next < places.size; row++) {
      if (found[row] !== next) continue;
      this.keep(next++, values.numberOf(row));
    }
    values.compare(this.words, found, rows, differs);
    for (let row = 0; row < rows; row++) if (differs[row] !== 0) this.look(found[row], row);
  }

  /** Notes the attributes of a row that has others than its member had before the batch. */
  private look(place: number, row: number): void {
    const { last, several, values } = this;
    const number = values.numberOf(row);
    if (number === last[place]) return;
    const numbers = several.get(place) ?? new Set([last[place]]);
    several.set(place, numbers.add(number));
    this.keep(place, number);
  }

  private keep(place: number, number: number): void {
    this.last[place] = number;
    this.words = this.values.wordsAt(number, place, this.words);
  }

  /** Of each member that differs, how. Its members must be in the table. */
  async differing(): Promise<DifferingMember[]> {
    const { places, last, several, values } = this;
    const pairs: { readonly place: number; readonly number: number }[] = [];
    for (let place = 0; place < places.size; place++)
      for (const number of several.get(place) ?? [last[place]]) pairs.push({ place, number });
    const answers = await this.table.answersOf(
      pairs.map(({ place }) => wordsText(places.high[place], places.low[place])),
      pairs.map(({ number }) => values.texts[number]),
    );
    const found = new Map<number, DifferingMember>();
    for (const [i, answer] of answers.entries()) {
      const { place } = pairs[i];
      if (answer !== null && !found.has(place)) found.set(place, answer);
    }
    return [...found.values()];
  }
}

const escaped = /\\([\\nrt])/g;
const meant: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', r: '\r', t: '\t' };

/** The value that COPY would read. */
function plainText(text: string): string | null {
  return text === '\\N' ? null : text.replace(escaped, (_, letter) => meant[letter]);
}

/** $1: keys; $2…: attributes. Positions, from 1, of those that differ from the members'. */
function differingQuery(schema: string, dimension: CompiledLookup): string {
  const { key, natural, attributes, table } = dimension;
  const id = identifier(key);
  const texts = attributes.map((_, c) => `t${c}`);
  const differs = attributes.map(
    ({ name, logical }, c) => `m.${identifier(name)} is distinct from k.t${c}::${sqlType(logical)}`,
  );
  const words = (columns: CompiledLookup['natural']) =>
    `concat_ws(', ', ${columns.map(({ name }) => `coalesce(m.${identifier(name)}::text, 'null')`).join(', ')})`;
  const arrays = [`$1::${keySqlType(dimension)}[]`, ...attributes.map((_, c) => `$${c + 2}::text[]`)];
  return `select k.n::integer as n, ${words(natural)} as member, ${words(attributes)} as has
    from unnest(${arrays.join(', ')}) with ordinality as k(${['key', ...texts, 'n'].join(', ')})
    join ${qualified(schema, table)} m on m.${id} = k.key
    where ${differs.join(' or ')}`;
}
