/** The seven tables of the application. Nothing holds its people to a type or to a key: most columns are texts. */
export const tables = {
  banks: { id: 'integer', name: 'text' },
  users: { id: 'integer', full_name: 'text', email: 'text', born_on: 'text', signed_up_on: 'text' },
  cards: { id: 'integer', user_id: 'integer', bank_id: 'integer', last_digits: 'text', expires: 'text' },
  addresses: {
    id: 'integer',
    user_id: 'integer',
    kind: 'text',
    street: 'text',
    city: 'text',
    country: 'text',
  },
  plans: { id: 'integer', name: 'text', price: 'text', period: 'text' },
  subscriptions: {
    id: 'integer',
    user_id: 'integer',
    plan_id: 'integer',
    card_id: 'integer',
    started_on: 'text',
    ended_on: 'text',
    status: 'text',
  },
  payments: {
    id: 'integer',
    subscription_id: 'integer',
    user_id: 'integer',
    plan_id: 'integer',
    card_id: 'integer',
    paid_on: 'text',
    amount: 'text',
    discount: 'text',
  },
} as const;

export type Table = keyof typeof tables;

/** A row as the application writes it; `updated_at` is milliseconds since 1970, in UTC. */
export type Row = { readonly id: number; readonly updated_at: number } & Readonly<
  Record<string, string | number | null>
>;

/** A row that is written, or deleted, at an instant. Rows that are there twice are two texts for the same thing. */
export interface Change {
  readonly table: Table;
  /** When the application's database shows it, in milliseconds since 1970. */
  readonly at: number;
  readonly id: number;
  /** Empty if the row is deleted. */
  readonly rows: readonly Row[];
}

export const tableNames = Object.keys(tables) as readonly Table[];

/** Statements that create the tables, in the schema `app`. */
export const createTables: string = [
  'create schema app',
  ...tableNames.map((table) => {
    const columns = Object.entries(tables[table]).map(([name, type]) => `${name} ${type}`);
    return `create table app.${table} (${columns.join(', ')}, updated_at timestamptz not null)`;
  }),
  ...tableNames.map((table) => `create index on app.${table} (updated_at, id)`),
  'create index on app.payments (id)',
].join(';\n');
