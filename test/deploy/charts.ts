/** The chart of each example, as its README, Superset, Metabase and pgAdmin show it. */
import { existsSync, readFileSync } from 'node:fs';

export interface Chart {
  /** The first line of the file, without the dashes. */
  readonly title: string;
  /** Three columns, named after what they are: an `hour`, a `day`, a `week` or a `month`; a series; a number. */
  readonly sql: string;
  /** The names of the three. */
  readonly columns: readonly [at: string, series: string, value: string];
}

const root = new URL('../../datasets/', import.meta.url);

/** Throws for an example without a chart. */
export function chartOf(example: string): Chart {
  const file = new URL(`${example}/chart.sql`, root);
  if (!existsSync(file)) throw new Error(`datasets/${example}/chart.sql is missing`);
  const [, title, sql] = /^-- (.+)\n([\s\S]+)$/.exec(readFileSync(file, 'utf8'))!;
  const [, list] = /^select (.+)\n/.exec(sql)!;
  const names = list.split(/,\s+(?![^(]*\))/).map((one) => /(\w+)$/.exec(one)![1]);
  return { title, sql, columns: names as unknown as Chart['columns'] };
}
