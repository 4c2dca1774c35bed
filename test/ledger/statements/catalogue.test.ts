/** The headers of the statements, and the catalogue made from them, say what PostgreSQL says. */
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../../ledger/sql.ts';
import { catalogue, readHeader, statementNames, type Typed } from '../../../scripts/statements.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const folder = new URL('../../../ledger/statements/', import.meta.url);

it('the catalogue is what `npm run statements` writes', () => {
  const stored = readdirSync(new URL('catalogue/', folder)).map((file) => [
    file,
    readFileSync(new URL(`catalogue/${file}`, folder), 'utf8'),
  ]);
  expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(catalogue()));
});

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

interface Described {
  /** Types as PostgreSQL infers them. */
  readonly parameters: string[];
  readonly row: { readonly name: string; readonly type: string; readonly from: Column | null }[];
}

let database: TestDatabase;
let client: pg.PoolClient;
/** Columns of schema landfall, by table. */
const tables = new Map<string, Column[]>();
/** The same by the numbers of table and column. */
const columns = new Map<string, Column>();

beforeAll(async () => {
  database = await testDatabase();
  client = await database.pool.connect();
  const { rows } = await client.query(
    `select attrelid::integer as table_id, attnum as number, relname as table, attname as name,
       atttypid::regtype::text as type, not attnotnull as nullable
     from pg_attribute join pg_class c on c.oid = attrelid
     where relnamespace = 'landfall'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
     order by attrelid, attnum`,
  );
  for (const { table_id: tableId, number, table, ...column } of rows) {
    tables.set(table, [...(tables.get(table) ?? []), column]);
    columns.set(`${tableId}.${number}`, column);
  }
});
afterAll(async () => {
  client.release();
  await database.drop();
});

describe.each(statementNames())('statement %s', (name) => {
  it('has the parameters and the rows that its header says', async () => {
    const header = readHeader(name, sql(name));
    const described = await describeStatement(name);
    expect(header.parameters.map(serverType)).toEqual(described.parameters);
    const row = header.row.flatMap((one): readonly (Typed | Column)[] =>
      typeof one === 'string' ? tables.get(one)! : [one],
    );
    expect(row.map((one) => ({ name: one.name, type: serverType(one) }))).toEqual(
      described.row.map(({ name, type }) => ({ name, type })),
    );
    const forgotten = row.filter(
      (one, i) => 'isNull' in one && described.row[i].from?.nullable && !saysNull(one),
    );
    expect(forgotten).toEqual([]);
  });
});

describe.each(['file', 'chunk', 'scan', 'reject'])('the row of landfall.%s', (table) => {
  it('has the columns of the table', () => {
    const source = readFileSync(new URL('row-types.ts', folder), 'utf8');
    const name = `${table[0].toUpperCase()}${table.slice(1)}Row`;
    const [, body] = new RegExp(`export interface ${name} \\{\n([^}]*)\n\\}`).exec(source)!;
    const members = [...body.matchAll(/^ {2}readonly (\w+): (.*);$/gm)].map(([, name, type]) => ({
      name,
      nullable: type.endsWith(' | null'),
      type: type.replace(' | null', ''),
    }));
    expect(members.map(({ name, nullable }) => ({ name, nullable }))).toEqual(
      tables.get(table)!.map(({ name, nullable }) => ({ name, nullable })),
    );
    for (const [i, { type }] of tables.get(table)!.entries()) {
      const expected = simple[type];
      if (expected !== undefined) expect(members[i]).toMatchObject({ type: expected });
    }
  });
});

/** TypeScript types of columns that have no narrower one. */
const simple: Record<string, string> = {
  integer: 'number',
  bigint: 'number',
  boolean: 'boolean',
  bytea: 'Buffer',
  'timestamp with time zone': 'Date',
};

function saysNull(one: Typed): boolean {
  return one.isNull || one.isNotNull || one.type.includes('.');
}

/** The server's name of a header's type. */
function serverType(one: Typed | Column): string {
  if (!('isArray' in one)) return one.type;
  const [table, column] = one.type.split('.');
  const type = column === undefined ? one.type : tables.get(table)!.find(({ name }) => name === column)!.type;
  return `${type === 'timestamptz' ? 'timestamp with time zone' : type}${one.isArray ? '[]' : ''}`;
}

/** What the server says of a statement without running it. */
async function describeStatement(name: string): Promise<Described> {
  await client.query(`prepare described as ${sql(name)}`);
  const { rows } = await client.query(
    `select parameter_types::text[] as parameters, coalesce(result_types::text[], '{}') as row
     from pg_prepared_statements where name = 'described'`,
  );
  const fields = await fieldsOf('described');
  await client.query('deallocate described');
  const row = fields.map((field, i) => ({
    name: field.name,
    type: rows[0].row[i],
    from: columns.get(`${field.tableID}.${field.columnID}`) ?? null,
  }));
  return { parameters: rows[0].parameters, row };
}

/** The fields of a prepared statement's rows; the driver asks for them only when it runs one. */
function fieldsOf(prepared: string): Promise<readonly pg.FieldDef[]> {
  return new Promise((resolve, reject) => {
    let fields: readonly pg.FieldDef[] = [];
    client.query({
      submit(connection: pg.Connection & { describe(what: object): void; sync(): void }) {
        connection.describe({ type: 'S', name: prepared });
        connection.sync();
        return null;
      },
      handleRowDescription(message: { fields: readonly pg.FieldDef[] }) {
        fields = message.fields;
      },
      handleError: reject,
      handleReadyForQuery: () => resolve(fields),
    } as unknown as pg.Submittable);
  });
}
