/** Loads every example of docs/definitions/types.md: star and lake hold the value that it says, or the row is rejected. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as language from '../../../model/index.ts';
import { type Column, defineDataset, integer } from '../../../model/index.ts';
import { typeNames } from '../../../model/types/column-types.ts';
import { openRig, type Rig } from '../../coordinator/support.ts';
import { duckRows } from '../../sinks/lake/support.ts';

interface Example {
  readonly text: string;
  /** As the star shows it; null; or the code of the reject, without LF_REJECT_. */
  readonly value: string | null;
  readonly reject?: string;
}

const document = readFileSync(new URL('../../../docs/definitions/types.md', import.meta.url), 'utf8');
const examples = new Map<string, Example[]>();
for (const [, column, text, said] of document.matchAll(/^\| `(.+?)` \| `(.*?)` \| (.+) \|$/gm)) {
  const reject = /^rejected: `(\w+)`$/.exec(said)?.[1];
  const value = reject !== undefined || said === 'null' ? null : said.slice(1, -1);
  const known = examples.get(column) ?? [];
  examples.set(column, [...known, { text, value, ...(reject && { reject }) }]);
}

/** The definition's own words, as one would write them. */
function columnOf(source: string): Column {
  return new Function(...Object.keys(language), `return ${source}`)(...Object.values(language));
}

const datasets = [...examples].map(([source, cases], i) => {
  const columns = { id: integer({ required: true }), v: columnOf(source) };
  const definition = defineDataset({
    name: `type_${i}`,
    columns,
    star: { fact: `fact_${i}` },
    rejects: { share: 1 },
  });
  const rows = cases.map(({ text }, id) => `${id + 1},"${text.replaceAll('"', '""')}"\n`);
  return {
    source,
    cases,
    definition,
    name: `type_${i}`,
    logical: columns.v.logical,
    file: `id,v\n${rows.join('')}`,
  };
});

let rig: Rig;
beforeAll(async () => {
  rig = await openRig({ definitions: datasets.map(({ definition }) => definition) });
  await rig.start();
  await rig.startWorker();
  for (const { name, file } of datasets) await rig.drop(`${name}/values.csv`, file);
  await rig.receipts(datasets.length);
});
afterAll(() => rig.close());

/** How the same value is told in SQL of PostgreSQL and of DuckDB, bit for bit. */
const bits: Readonly<Record<string, readonly [postgres: string, duck: string]>> = {
  float8: [`encode(float8send(v), 'hex')`, 'v'],
  date: [`(v - date '1970-01-01')::text`, `(v - date '1970-01-01')::varchar`],
  timestamp: ['(extract(epoch from v) * 1000000)::bigint::text', 'epoch_us(v)::varchar'],
  // In the lake they are µs.
  interval: ['(extract(epoch from v) * 1000000)::bigint::text', 'v::varchar'],
  point: [`v_lon || ' ' || v_lat`, '[v_lon, v_lat]'],
  // DuckDB leaves out a zero before the point.
  numeric: ['v::text', `regexp_replace(v::varchar, '^(-?)\\.', '\\10.')`],
};

function hexOf(double: unknown): string | null {
  if (double === null) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(double as number);
  return bytes.toString('hex');
}

describe('docs/definitions/types.md', () => {
  it('has examples of every type', () => {
    const types = new Set(datasets.map(({ logical }) => logical.type));
    expect([...types].sort()).toEqual([...typeNames].sort());
  });

  it.each(datasets.map((one, i) => [one.source, i] as const))('%s', async (_, i) => {
    const { cases, name, logical } = datasets[i];
    const client = await rig.database.pool.connect();
    const ask = async (sql: string) => (await client.query(sql)).rows;
    await client.query("set time zone 'UTC'");
    const shown = logical.type === 'point' ? bits.point[0] : 'v::text';
    const [exact, inLake] = bits[logical.type] ?? ['v::text', 'v::varchar'];
    const star = await ask(`select id, ${shown} as value, ${exact} as bits from star.fact_${i} order by id`);
    const rejected = await ask(`
      select r.line - 1 as id, r.code, r.column_name from landfall.reject r join landfall.file f using (file_id)
      where f.dataset = '${name}'`);
    client.release();

    expect(Object.fromEntries(star.map(({ id, value }) => [id, value]))).toEqual(
      Object.fromEntries(cases.flatMap(({ value, reject }, at) => (reject ? [] : [[at + 1, value]]))),
    );
    expect(Object.fromEntries(rejected.map(({ id, code }) => [id, code]))).toEqual(
      Object.fromEntries(
        cases.flatMap(({ reject }, at) => (reject ? [[at + 1, `LF_REJECT_${reject}`]] : [])),
      ),
    );
    if (star.length === 0) return;
    const parts = join(rig.folder, 'lake', name, '**/*.parquet');
    const lake = await duckRows(`select id, ${inLake} as bits from read_parquet('${parts}') order by id`);
    const told = (value: unknown) => {
      if (logical.type === 'float8') return hexOf(value);
      if (logical.type === 'point') return (value as { items: readonly number[] }).items.join(' ');
      return logical.type === 'json' ? JSON.parse(String(value)) : value;
    };
    expect(lake.map(({ id, bits }) => [id, told(bits)])).toEqual(
      star.map(({ id, bits }) => [id, logical.type === 'json' ? JSON.parse(bits) : bits]),
    );
  });
});
