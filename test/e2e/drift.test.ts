/** Files whose columns are not quite those of the definition, from landing to star, lake, receipt and stream. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../support/index.ts';
import { commandOf } from './again.ts';
import { committedParts, readText, type TestSite, testSite } from './site.ts';

/** Writes the definition of `drifting`, with the policy as TypeScript text. */
function definition(folder: string, policy: string): string {
  const target = join(folder, 'datasets', 'drifting');
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, 'dataset.ts'),
    `import { defineDataset, integer, rule, text } from 'landfall';
export default defineDataset({
  name: 'drifting',
  columns: {
    id: integer({ required: true }),
    name: text({ aliases: ['label'] }),
    note: text({ optional: true }),
  },
  nulls: ['', 'n/a'],
  rules: (c) => ({ not_seven: rule([c.id], (id) => id !== 7) }),
  star: { fact: 'fact_drifting', columns: ['id', 'name', 'note'] },
  drift: ${policy},
  rejects: { share: 1 },
});
`,
  );
  return join(folder, 'datasets');
}

async function siteWith(backend: 'postgres' | 'redis', policy: string): Promise<TestSite> {
  const folder = tempFolder();
  return testSite({ backend, folder, chunkBytes: 1024, datasets: [definition(folder, policy)] });
}

const staged = tempFolder();

function csv(name: string, content: string | Buffer): string {
  const path = join(staged, name);
  writeFileSync(path, content);
  return path;
}

describe('columns that a definition keeps', () => {
  let site: TestSite;
  beforeAll(async () => {
    site = await siteWith('postgres', "{ unknown: { keep: 'extra' } }");
  });
  afterAll(() => site?.close());

  /** Rows of a file as they should be in star and lake, and the file. */
  const rows = Array.from({ length: 120 }, (_, i) => {
    const extra = i % 3 === 0 ? null : { colour: i % 2 ? `"r\n${i}"` : 'ü\\', field_5: `${i}` };
    const quoted = extra && `"${extra.colour.replaceAll('"', '""')}"`;
    const line = `${quoted ?? 'n/a'},${i},${i % 5 ? `name ${i}` : ''},${extra === null ? '' : i}`;
    return { id: i, name: i % 5 ? `name ${i}` : null, note: null, extra, line };
  });
  const content = `colour,id,label,colour\n${rows.map(({ line }) => line).join('\n')}\n`;
  const expected = rows
    .filter(({ id }) => id !== 7)
    .map(({ id, name, note, extra }) => ({
      ...{ id, name, note },
      extra: extra && { colour: extra.colour, field_4: extra.field_5 },
    }));
  const facts = () => site.query('select id, name, note, extra from star.fact_drifting order by id');

  it('become one json object a row in star and lake, and are told everywhere', async () => {
    const receipt = await site.drop('drifting', csv('wide.csv', content));
    const drift = {
      unknown: ['colour', 'field_4'],
      missing: ['note'],
      reordered: false,
      renamed: [{ from: 'label', to: 'name' }],
      suggested: [],
    };
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 120, loaded: 119, rejected: 1 }, drift });
    expect(receipt.chunks).toBeGreaterThan(1);
    expect(await facts()).toEqual(expected);
    const duckdb = await (await DuckDBInstance.create()).connect();
    const parts = (await committedParts(site, 'drifting')).map((path) => `'${path}'`).join(', ');
    const lake = await duckdb.runAndReadAll(
      `select id, name, note, extra::varchar as extra from read_parquet([${parts}]) order by id`,
    );
    const inLake = lake
      .getRowObjectsJson()
      .map((row) => ({ ...row, extra: JSON.parse((row.extra as string) ?? 'null') }));
    expect(inLake).toEqual(expected);
    const state = await new Promise((resolve) => {
      const stop = site.hub.subscribe((message) => {
        if (message.type !== 'snapshot') return;
        resolve(message.state.files.find((file) => file.name === 'wide.csv'));
        setImmediate(() => stop());
      });
    });
    expect(state).toMatchObject({ drift });
    const status = await commandOf(site, 'postgres')('status');
    expect(status.stdout).toMatch(/wide\.csv .*unknown colour, field_4 · missing note · 1 renamed/);
  });

  it('come along when rejects are corrected, and when a file is compressed', async () => {
    const command = commandOf(site, 'postgres');
    await command('rejects', 'wide.csv', '--export', 'out.csv');
    const out = csv(
      'corrected.csv',
      await readText(site, 'out.csv').then((text) => text.replace('""",7,', '""",1007,')),
    );
    const corrected = await site.drop('drifting', out);
    expect(corrected).toMatchObject({ rows: { loaded: 1 }, drift: { unknown: ['colour', 'field_4'] } });
    const [seven] = rows.filter(({ id }) => id === 7);
    expect((await facts()).at(-1)).toEqual({
      ...{ id: 1007, name: seven.name, note: null },
      extra: { colour: seven.extra!.colour, field_4: '7' },
    });
    const receipt = await site.drop('drifting', csv('packed.csv.gz', gzipSync(content)));
    expect(receipt.status).toBe('done');
    expect(receipt.rows).toMatchObject({ loaded: 119 });
    const [{ same }] = await site.query<{ same: number }>(
      `select count(*)::int as same from (select id, name, note, extra, count(*) as n from star.fact_drifting
       where id < 1000 group by 1, 2, 3, 4) f where n = 2`,
    );
    expect(same).toBe(119);
  });

  it('are null in a file that has none, and rejected by name where they cannot be kept', async () => {
    const plain = await site.drop('drifting', csv('plain.csv', 'id,name,note\n2001,a,b\n'));
    expect(plain).toMatchObject({ status: 'done', drift: null });
    expect((await facts()).at(-1)).toEqual({ id: 2001, name: 'a', note: 'b', extra: null });
    const odd = Buffer.concat([
      Buffer.from('id,name,note,odd\n3001,a,b,c\n3002,a,b,'),
      Buffer.from([0xff]),
      Buffer.from('\n3003,a,b,fine\n'),
    ]);
    const receipt = await site.drop('drifting', csv('odd.csv', odd));
    expect(receipt).toMatchObject({
      rows: { loaded: 2, rejected: 1 },
      rejectsByCode: { LF_REJECT_ENCODING: 1 },
    });
    const [reject] = await site.coordinator.ledger.rejects(receipt.fileId);
    expect(reject).toMatchObject({ column: 'odd', line: 3, message: expect.stringContaining('odd') });
  });
});

describe('columns that a definition does not allow', () => {
  let site: TestSite;
  beforeAll(async () => {
    const policy = "{ unknown: 'fail', missing: 'fail', reordered: 'fail', renamed: 'fail' }";
    site = await siteWith('postgres', policy);
  });
  afterAll(() => site?.close());

  it('fail the file, small or large or compressed, and leave nothing', async () => {
    const header = 'id,label,colour';
    const lines = Array.from({ length: 200 }, (_, i) => `${i},name ${i},red`).join('\n');
    const message =
      'The columns of FILE are not those of drifting: unknown columns: "colour"; missing columns: note; renamed columns: "label" for name.';
    for (const [name, content] of [
      ['small.csv', `${header}\n1,a,red\n`],
      ['large.csv', `${header}\n${lines}\n`],
      ['packed.csv.gz', gzipSync(`${header}\n${lines}\n`)],
    ] as const) {
      const receipt = await site.drop('drifting', csv(name, content));
      expect(receipt).toMatchObject({
        status: 'failed',
        error: { code: 'LF_DRIFT', message: message.replace('FILE', name) },
      });
    }
    const receipt = await site.drop('drifting', csv('swapped.csv', 'name,id,note\na,1,b\n'));
    expect(receipt.error).toMatchObject({
      code: 'LF_DRIFT',
      message: expect.stringContaining('another order'),
    });
    expect(await site.query('select count(*)::int as facts from star.fact_drifting')).toEqual([{ facts: 0 }]);
    expect(await site.drop('drifting', csv('right.csv', 'id,name,note\n1,a,b\n'))).toMatchObject({
      status: 'done',
      drift: null,
    });
  });
});
