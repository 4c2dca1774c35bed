/**
 * Changes of a definition that are not additions: what they are, and the SQL that changes the tables and keeps their
 * rows. SQL cannot compute hashed keys, so a star with a changed hashed key is loaded again.
 */
import pg from 'pg';
import { type DependentView, loadedFilesQuery, type StarColumn } from '../../../ledger/tables/stars.ts';
import { typeName, type Wanted, type WantedTable } from './star-tables.ts';

const id = pg.escapeIdentifier;

/** One change of one table. */
export interface Change {
  readonly table: string;
  readonly what: string;
  /** In the order in which they are run. Null if the files must be loaded again. */
  readonly statements: readonly string[] | null;
  /** Tables that are dropped with the table where the files must be loaded again. */
  readonly beside?: readonly string[];
}

/** An existing table, and what the definition requires of it. */
export interface Compared {
  readonly schema: string;
  readonly wanted: WantedTable;
  readonly found: readonly StarColumn[];
  /** The same table in earlier definitions. Columns that none of them has belong to the user. */
  readonly before: readonly WantedTable[];
  /** The fact table. Its keys of a dimension change with the dimension. */
  readonly fact: WantedTable;
  /** Whether other datasets use the table. */
  readonly isShared: boolean;
}

/** All differences between the definition and the table, except additions. */
export function changesOf(compared: Compared): Change[] {
  const { wanted } = compared;
  if (wanted.isBeside) return [];
  if (wanted.behind !== undefined) {
    const table = wanted.behind;
    return columnChanges(compared).map((change) => ({ ...change, table, statements: null }));
  }
  if (wanted.mark === undefined) return columnChanges(compared);
  const was = markOf(compared.found);
  const beside = [...new Set([wanted, ...compared.before].flatMap((table) => table.beside ?? []))];
  const words = (mark: string) => /Attributes: (.*)\./.exec(mark)?.[1] ?? 'first';
  const what = `the attributes of ${wanted.table} are: ${words(was)}, not: ${words(wanted.mark)}`;
  if (was !== wanted.mark) return [{ table: wanted.table, what, statements: null, beside }];
  const changes = columnChanges(compared);
  // What was observed of members was hashed with the attributes as they were.
  return was === '' ? changes : changes.map((change) => ({ ...change, statements: null, beside }));
}

/** What the comment of a dimension's table says of its attributes (dimension-ddl.ts). */
function markOf(found: readonly StarColumn[]): string {
  return / Attributes: .*\.$/.exec(found[0]?.comment ?? '')?.[0] ?? '';
}

function columnChanges(compared: Compared): Change[] {
  const { schema, wanted, found, before } = compared;
  const at = `${id(schema)}.${id(wanted.table)}`;
  const given = new Map(before.flatMap(({ columns }) => columns.map((column) => [column.name, column])));
  const byName = new Map(wanted.columns.map((column) => [column.name, column]));
  const changes: Change[] = [];
  const add = (what: string, statements: readonly string[] | null) =>
    changes.push({ table: wanted.table, what, statements });
  changes.push(...keyChange(compared, at));
  for (const { name, type } of found) {
    const column = byName.get(name);
    const was = given.get(name);
    if (column === undefined && was !== undefined) {
      const renamed = renamedTo(was, compared);
      if (renamed === null) {
        add(`${wanted.table}.${name} is no longer in the definition`, [
          `alter table ${at} drop column ${id(name)}`,
        ]);
      } else {
        add(`${wanted.table}.${name} is no longer in the definition, but ${renamed} is`, [
          `-- If ${renamed} is a different column and not a new name, run this instead: alter table ${at} drop column ${id(name)};\nalter table ${at} rename column ${id(name)} to ${id(renamed)}`,
        ]);
      }
    } else if (column !== undefined && typeName(column.type) !== type) {
      const what = `${wanted.table}.${name} is ${type}, not ${typeName(column.type)}`;
      const using = `using ${cast(name, type, column.type)}`;
      const change = `alter table ${at} alter column ${id(name)} type ${column.type} ${using}`;
      add(what, column.isKey ? null : [change]);
    }
  }
  return changes;
}

const numbers = /^(smallint|integer|bigint|double precision|numeric)/;

/** Casts directly between types that PostgreSQL can cast. Other casts go through text. */
function cast(name: string, from: string, to: string): string {
  const plain = numbers.test(from) && numbers.test(to);
  return plain ? `${id(name)}::${to}` : `${id(name)}::text::${to}`;
}

/** The only missing column that may be this one under a new name. Null if that is not clear. */
function renamedTo(was: Wanted, { wanted, found, before }: Compared): string | null {
  const there = new Set(found.map(({ name }) => name));
  const names = new Set(wanted.columns.map(({ name }) => name));
  const like = (one: Wanted) => one.type === was.type && one.points === was.points && one.isKey === was.isKey;
  const gone = before
    .flatMap(({ columns }) => columns)
    .filter((one) => there.has(one.name) && !names.has(one.name));
  const lacking = wanted.columns.filter((one) => !there.has(one.name) && like(one));
  const rivals = new Set(gone.filter(like).map(({ name }) => name));
  return lacking.length === 1 && rivals.size === 1 ? lacking[0].name : null;
}

function renamedOf(name: string, compared: Compared): string | null {
  const was = compared.before.flatMap(({ columns }) => columns).find((column) => column.name === name);
  const isThere = compared.wanted.columns.some((column) => column.name === name);
  return was === undefined || isThere ? null : renamedTo(was, compared);
}

/** The change of the natural key, if it differs. A hash also depends on the order of the columns. */
function keyChange(compared: Compared, at: string): Change[] {
  const { wanted, found, isShared, fact } = compared;
  const { table, key, hashed, member } = wanted;
  if (key === null || member === null) return [];
  const constraint = found.filter((column) => column.key_name !== null);
  const had = hashed ? hashedBy(found) : constraint.map(({ name }) => name);
  if (had === null || had.length === 0) return [];
  const order = (names: readonly string[]) => (hashed ? names : [...names].sort()).join();
  const now = had.map((name) => renamedOf(name, compared) ?? name);
  if (order(now) === order(key)) return [];
  const what = `the natural key of ${table} is (${had.join(', ')}), not (${key.join(', ')})`;
  // Keys within packed facts cannot be merged in place.
  if (hashed || isShared || fact.behind !== undefined) return [{ table, what, statements: null }];
  const lacking = wanted.columns.filter(({ name }) => !found.some((column) => column.name === name));
  const isWider = now.every((name) => key.includes(name));
  // The values of a column that is yet to be added are unknown, so its members cannot be told apart by it.
  if (!isWider && lacking.some(({ name }) => key.includes(name))) return [{ table, what, statements: null }];
  const statements = [
    ...lacking.map(({ name, type }) => `alter table ${at} add column ${id(name)} ${type}`),
    ...(isWider ? [] : merge(compared, at)),
    `alter table ${at} drop constraint ${id(constraint[0].key_name!)}`,
    `alter table ${at} add unique nulls not distinct (${key.map(id).join(', ')})`,
  ];
  return [{ table, what, statements }];
}

/** Merges members that the new key no longer tells apart into the first of them, also in the facts. */
function merge({ schema, wanted, fact }: Compared, at: string): string[] {
  const member = id(wanted.member!);
  const first = `first_value(${member}) over (partition by ${wanted.key!.map(id).join(', ')} order by ${member})`;
  const kept = `(select ${member} as member, ${first} as kept from ${at}) as m`;
  const roles = fact.columns.filter(({ points }) => points === wanted.table);
  const facts = `${id(schema)}.${id(fact.table)}`;
  return [
    ...roles.map(({ name }) => {
      const role = id(name);
      return `update ${facts} as f set ${role} = m.kept from ${kept} where f.${role} = m.member and m.kept <> m.member`;
    }),
    `delete from ${at} as d using ${kept} where d.${member} = m.member and m.kept <> m.member`,
  ];
}

/** The natural key that the members' hashes were computed from, according to the comment of the table (ddl.ts). */
function hashedBy(found: readonly StarColumn[]): string[] | null {
  const said = /^Members by (.+?)\. The key is their xxHash64\./.exec(found[0]?.comment ?? '');
  return said === null ? null : said[1].split(', ');
}

/** The statements that drop views which Landfall created. Views of the user are named in comments. */
export function dropViews(views: readonly DependentView[]): string[] {
  return views.map(({ schema, name, kind, made }) => {
    const drop = `drop ${kind === 'm' ? 'materialized view' : 'view'} ${id(schema)}.${id(name)}`;
    return made
      ? drop
      : `-- Landfall did not create this view. Drop it, and create it again afterwards: ${drop}`;
  });
}

/** What a person runs. `datasets`: those whose files are loaded again, if need be. Marts are dropped, and the next file recreates them. */
export function migrationOf(
  datasets: readonly string[],
  schema: string,
  changes: readonly Change[],
  views: readonly DependentView[],
): string {
  const drops = dropViews(views);
  const lines = (statements: readonly string[]) =>
    statements.map((text) => (text.startsWith('-- Landfall did not') ? text : `${text};`)).join('\n');
  const statements = changes.flatMap((change) => change.statements ?? []);
  if (changes.every((change) => change.statements !== null))
    return `begin;\n${lines([...drops, ...statements])}\ncommit;`;
  const tables = [
    ...new Set(changes.filter((change) => change.statements === null).map(({ table }) => table)),
  ];
  const beside = [...new Set(changes.flatMap((change) => change.beside ?? []))];
  const loaded = loadedFilesQuery(datasets);
  const drop = [
    ...drops,
    ...tables.map((table) => `drop table ${id(schema)}.${id(table)}`),
    ...beside.map((table) => `drop table if exists ${id(schema)}.${id(table)}`),
  ];
  return [
    `psql "$DATABASE_URL" -Atc "${loaded}" > loaded.txt`,
    'xargs -n 1 landfall undo < loaded.txt',
    `psql "$DATABASE_URL" <<'SQL'\nbegin;\n${lines(drop)}\ncommit;\nSQL`,
    'xargs -n 1 landfall replay < loaded.txt',
  ].join('\n');
}
