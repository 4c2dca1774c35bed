/**
 * Compares what the star shows of events with what their files say, row by row. Of the product, only the hash of a
 * content is taken, because it decides between events that tie; it must be a function of the content.
 */
import { readFileSync } from 'node:fs';
import { type KeyedDataset, keyedDatasets } from '../plan/types.ts';
import type { OwnPostgres } from '../site/postgres.ts';
import type { DoneFile } from './rows.ts';
import { type Event, lineOf, shownLines } from './shown.ts';
import { factTables, kindJoins, loadedFacts } from './tables.ts';

export interface EventsFound {
  /** Rows that the star must show. */
  shown: number;
  /** One line for each kind of fault and dataset. */
  readonly faults: string[];
}

export async function compareEvents(postgres: OwnPostgres, done: readonly DoneFile[]): Promise<EventsFound> {
  const found: EventsFound = { shown: 0, faults: [] };
  for (const dataset of keyedDatasets) {
    const fault = (what: string, lines: readonly string[]) => {
      if (lines.length > 0) found.faults.push(`${dataset}: ${lines.length} ${what}, such as ${lines[0]}`);
    };
    const files = done.filter((file) => file.dataset === dataset);
    if (files.length === 0) continue;
    const { hashes, confused } = await hashesOf(postgres, dataset);
    fault('contents have two hashes, or share one', confused);
    const hashOf = (event: Event) => hashes.get(lineOf(event)) ?? '';
    const expected = shownLines(
      dataset,
      files.map((file) => ({ place: placeOf(file), events: eventsIn(file) })),
      hashOf,
    );
    const shown = await shownIn(postgres, dataset);
    found.shown += expected.length;
    fault('rows are not shown', without(expected, shown));
    fault('rows are shown that must not be', without(shown, expected));
  }
  return found;
}

/** The place of a snapshot among others: its day, then its content. */
function placeOf({ name, contentHash }: DoneFile): string {
  return `${/_(\d{4}-\d\d-\d\d)\.csv/.exec(name)?.[1]} ${contentHash}`;
}

/** The events of the rows that were not rejected. */
function eventsIn({ expected }: DoneFile): Event[] {
  const lines = readFileSync(expected, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [code, toldAt, gone, label, kind, size, amount, price] = line.split(',');
    return {
      ...{ code, toldAt, kind, price },
      gone: gone === '' ? null : gone === 'true',
      label: label === '' ? null : label,
      size: size === '' ? null : Number(size),
      amount: amount === '' ? null : Number(amount),
    };
  });
}

const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`;
const content = `f.code, ${instant('f.told_at')}, f.gone, f.label, k.name, f.size, f.amount, f.price::text`;

async function hashesOf(postgres: OwnPostgres, dataset: KeyedDataset) {
  const rows = await asked<{ line: string; hash: string }>(
    postgres,
    `select distinct json_build_array(${content})::text as line, f._hash::text as hash
     from ${loadedFacts(dataset)} f ${kindJoins[dataset]}`,
  );
  const hashes = new Map<string, string>();
  const lines = new Map<string, string>();
  const confused: string[] = [];
  for (const { line: written, hash } of rows) {
    const line = normal(written);
    if (hashes.has(line) || lines.has(hash)) confused.push(line);
    hashes.set(line, hash);
    lines.set(hash, line);
  }
  return { hashes, confused };
}

async function shownIn(postgres: OwnPostgres, dataset: KeyedDataset): Promise<string[]> {
  const range = dataset === 'tiers' ? `, ${instant('f.valid_from')}, ${instant('f.valid_to')}` : '';
  const rows = await asked<{ line: string }>(
    postgres,
    `select json_build_array(${content}${range})::text as line
     from ${factTables[dataset]} f ${kindJoins[dataset]}`,
  );
  return rows.map(({ line }) => normal(line));
}

/** As JavaScript writes it. */
function normal(line: string): string {
  return JSON.stringify(JSON.parse(line));
}

/** The lines of one list that the other lacks, each as often as it lacks it. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const n = left.get(line) ?? 0;
    left.set(line, n - 1);
    return n <= 0;
  });
}

/** Without the limit of time of other questions. */
async function asked<Row extends object>(postgres: OwnPostgres, sql: string): Promise<Row[]> {
  const client = await postgres.client();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}
