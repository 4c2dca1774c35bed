/** Answers from the star for the demo: named queries of an example with their default parameters. */
import { compileDataset } from '../model/compile/compile.ts';
import { examples } from './index.ts';

/** The part of a pg pool or client that is used here. */
export interface Queryable {
  query(
    sql: string,
    values?: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; fields: { name: string; dataTypeID: number }[] }>;
}

export interface Answer {
  readonly title: string;
  readonly rows: Record<string, unknown>[];
}

/** The names of queries by example, with the titles of their answers. */
const questions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  trips: {
    rides_per_region: 'Rides per region',
    busiest_hours: 'Busiest hours of the day',
    weekly_average: 'Rides per week, on average',
  },
  citibike: {
    rides_per_month: 'Rides per month',
    busiest_hours: 'Busiest hours of the day',
    popular_routes: 'Most popular routes',
    station_history: 'Stations that were renamed or moved',
  },
  orders: {
    revenue_by_country: 'Revenue by country',
    top_products: 'Top products',
    devices: 'Orders by device',
  },
  store: {
    by_state: 'Orders by the state of the customer, as of their delivery',
    item_days: 'Lamps by day',
    at_risk: 'Customers at risk',
  },
  subscriptions: {
    recurring_revenue: 'Monthly recurring revenue',
    revenue_by_plan: 'Revenue of the latest month',
    churned: 'Churn',
  },
  checkins: {
    hours_by_project: 'Hours per project',
    busiest_weeks: 'Busiest weeks',
    people: 'Hours per person',
  },
};

/**
 * Queries the star of an example. Returns no answers for any other name. Rejects if there is no star yet.
 */
export async function demoAnswers(database: Queryable, example: string): Promise<Answer[]> {
  const definitions = (await examples.find(({ name }) => name === example)?.load()) ?? [];
  const queries = definitions.flatMap((definition) => compileDataset(definition).queries);
  const answers: Answer[] = [];
  for (const [name, title] of Object.entries(questions[example] ?? {})) {
    const query = queries.find((entry) => entry.name === name);
    if (query === undefined) throw new Error(`the example ${example} has no query ${name}`);
    const values = query.parameters.map((parameter) => parameter.default ?? null);
    answers.push({ title, rows: withNumbers(await database.query(query.sql, values)) });
  }
  return answers;
}

/** Object ids of bigint and numeric, which pg returns as text to keep all digits. */
const numericTypes = [20, 1700];

/** Rows with counts and averages as numbers; here they are far from the limits of a double. */
function withNumbers({ rows, fields }: Awaited<ReturnType<Queryable['query']>>): Record<string, unknown>[] {
  const numeric = fields
    .filter(({ dataTypeID }) => numericTypes.includes(dataTypeID))
    .map(({ name }) => name);
  return rows.map((row) => ({
    ...row,
    ...Object.fromEntries(numeric.map((name) => [name, row[name] === null ? null : Number(row[name])])),
  }));
}
