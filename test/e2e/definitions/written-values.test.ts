/** Numbers and times as people write them: loaded, rejected, exported, corrected and replayed. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { realFiles } from '../../datasets/support.ts';
import { duckRows } from '../../sinks/lake/support.ts';
import { tempFolder } from '../../support/index.ts';
import { exported } from '../again.ts';
import { type TestSite, testSite } from '../site.ts';

/** A folder of definitions with this one. */
function definitions(folder: string, name: string, source: string): string[] {
  const target = join(folder, 'datasets', name);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'dataset.ts'), source);
  return [join(folder, 'datasets')];
}

const invoices = `import { bigint, date, defineDataset, float8, numeric, smallint, time, timestamp } from 'landfall';
export default defineDataset({
  name: 'invoices',
  dialect: { delimiter: ';' },
  columns: {
    id: smallint({ required: true }),
    amount: numeric(12, 2, { decimal: ',', thousands: '.', strip: ['€', 'EUR'], negative: 'trailing' }),
    share: float8({ decimal: ',', strip: ['%'] }),
    views: bigint({ thousands: ' ' }),
    month: date({ formats: ['MM/yyyy', { format: 'MMMM yyyy', locale: 'ru' }] }),
    seen: timestamp({ epoch: 'ms' }),
    logged: timestamp({ formats: ['yyyy-MM-dd HH:mm:ss.S VV', 'yyyy-MM-dd HH:mm:ss.SX'], fraction: 'truncate' }),
    opens: time({ formats: ['HH:mm:ss.S'] }),
  },
  rejects: { share: 1 },
  star: { fact: 'fact_invoice' },
});
`;

const header = 'id;amount;share;views;month;seen;logged;opens';
const good = [
  '1;1.234,50 €;12,5 %;1 234 567;02/2024;1709164800123;2024-02-29 00:00:00.123456789 UTC;08:30:00.5',
  '2;€ 7,00-;-0,5%;9223372036854775807;март 2024;-1.5;2024-02-29 01:00:00.9999999+01:00;23:59:59.999999',
];
const bad = [
  '3;1.23,50 €;1;1;01/2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '4;1;1,5 kg;1;01/2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '5;1;1;9 223 372 036 854 775 808;01/2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '6;1;1;1;2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '7;1;1;1;01/2024;1709164800.0001;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '8;1;1;1;01/2024;0;2024-01-01 00:00:00.0 EST;00:00:00.0',
  '9;1;1;1;01/2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.0000001',
];
const fixed = [
  '3;1.230,50 €;1;1;01/2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '4;1;1,5 %;1;01/2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '5;1;1;9 223 372 036 854 775 807;01/2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '6;1;1;1;01/2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '7;1;1;1;01/2024;1709164800.001;2024-01-01 00:00:00.0 UTC;00:00:00.0',
  '8;1;1;1;01/2024;0;2024-01-01 00:00:00.0 America/New_York;00:00:00.0',
  '9;1;1;1;01/2024;0;2024-01-01 00:00:00.0 UTC;00:00:00.000001',
];
const messages = [
  'LF_REJECT_TYPE amount: "1.23,50 €" is not a numeric(12, 2) (like 1.234,50).',
  'LF_REJECT_TYPE share: "1,5 kg" is not a float8 (like 1234,50).',
  'LF_REJECT_RANGE views: "9 223 372 036 854 775 808" is out of range for bigint (like 1 234).',
  'LF_REJECT_TYPE month: "2024" is not a date (MM/yyyy or MMMM yyyy).',
  'LF_REJECT_FRACTION seen: "1709164800.0001" is finer than a microsecond.',
  'LF_REJECT_ZONE logged: "2024-01-01 00:00:00.0 EST" does not say which time zone is meant.',
  'LF_REJECT_FRACTION opens: "00:00:00.0000001" is finer than a microsecond.',
];

describe('values as people write them', () => {
  let site: TestSite | undefined;
  afterEach(() => site?.close());

  it('come to star and lake; rejects are exported, corrected and loaded', async () => {
    const folder = tempFolder();
    const datasets = definitions(folder, 'invoices', invoices);
    const open = (site = await testSite({ backend: 'postgres', folder, datasets }));
    const staged = tempFolder();
    writeFileSync(join(staged, 'invoices.csv'), `${[header, ...good, ...bad].join('\n')}\n`);
    const receipt = await open.drop('invoices', join(staged, 'invoices.csv'));
    expect(receipt).toMatchObject({ status: 'done', rows: { loaded: 2, rejected: 7 } });
    const columns = `id, amount::text, share::text, views::text, month::text, opens::text,
      (extract(epoch from seen) * 1000000)::bigint::text as seen, (extract(epoch from logged) * 1000000)::bigint::text as logged`;
    const star = await open.query(`select ${columns} from star.fact_invoice order by id`);
    expect(star).toEqual([
      {
        ...{ id: 1, amount: '1234.50', share: '12.5', views: '1234567', month: '2024-02-01' },
        ...{ opens: '08:30:00.5', seen: '1709164800123000', logged: '1709164800123456' },
      },
      {
        ...{ id: 2, amount: '-7.00', share: '-0.5', views: '9223372036854775807', month: '2024-03-01' },
        ...{ opens: '23:59:59.999999', seen: '-1500', logged: '1709164800999999' },
      },
    ]);
    const lake =
      await duckRows(`select id, amount::varchar as amount, share::varchar as share, views::varchar as views,
      month::varchar as month, opens::varchar as opens, epoch_us(seen)::varchar as seen, epoch_us(logged)::varchar as logged
      from read_parquet('${join(open.folder, 'lake/invoices/**/*.parquet')}') order by id`);
    expect(lake).toEqual(star);
    const found = await open.query<{ said: string }>(
      `select code || ' ' || message as said from landfall.reject order by byte_offset`,
    );
    expect(found.map(({ said }) => said)).toEqual(messages);

    let corrected = String(await exported(open, 'invoices.csv'));
    bad.forEach((record, i) => {
      corrected = corrected.replace(`;${record}\n`, `;${fixed[i]}\n`);
    });
    writeFileSync(join(staged, 'corrected.csv'), corrected);
    const second = await open.drop('invoices', join(staged, 'corrected.csv'));
    expect(second).toMatchObject({
      status: 'done',
      rows: { loaded: 7, rejected: 0 },
      link: { kind: 'corrects' },
    });
    expect(
      await open.query(`select ${columns} from star.fact_invoice where id in (3, 7, 8) order by id`),
    ).toMatchObject([{ amount: '1230.50' }, { seen: '1709164800001' }, { logged: '1704085200000000' }]);
  });

  it('rows that a function rejects are rejects of its column, and do not count for unique rules', async () => {
    const folder = tempFolder();
    const source = `import { compute, defineDataset, integer, numeric, reject, text, unique } from 'landfall';
export default defineDataset({
  name: 'shifts',
  columns: { id: integer({ required: true }), who: text(), hours: numeric(6, 2) },
  rules: (c) => ({ once: unique([c.id], { scope: 'file' }) }),
  enrich: (c) => ({
    pay: compute('numeric(20, 3)', [c.hours], (hours) => (hours > 24 ? reject('hours above 24') : (hours * 12.5).toFixed(3))),
    rate: compute('float8', [c.hours], (hours) => 1 / hours),
    tag: compute('text', [c.who], (who) => (who === 'nul' ? 'a\\0b' : who.toUpperCase())),
  }),
  rejects: { share: 1 },
  star: { fact: 'fact_shift', columns: ['id', 'pay', 'rate', 'tag'] },
});
`;
    const datasets = definitions(folder, 'shifts', source);
    const open = (site = await testSite({ backend: 'postgres', folder, datasets, chunkBytes: 1024 }));
    const staged = tempFolder();
    const many = Array.from({ length: 200 }, (_, i) => `${i + 100},ann,8`);
    const lines = [
      'id,who,hours',
      '1,ann,30',
      '1,ann,7.5',
      '2,ann,0',
      ...many,
      '3,nul,1',
      '4,bob,',
      '4,eve,2',
    ];
    writeFileSync(join(staged, 'shifts.csv'), `${lines.join('\n')}\n`);
    const receipt = await open.drop('shifts', join(staged, 'shifts.csv'));
    expect(receipt).toMatchObject({ status: 'done', rows: { loaded: 202, rejected: 4 } });
    expect(receipt.chunks).toBeGreaterThan(1);
    const star = await open.query(
      'select id, pay::text, rate, tag from star.fact_shift where id < 100 order by id',
    );
    expect(star).toEqual([
      { id: 1, pay: '93.750', rate: 1 / 7.5, tag: 'ANN' },
      { id: 4, pay: null, rate: null, tag: 'BOB' },
    ]);
    const parts = join(open.folder, 'lake/shifts/**/*.parquet');
    const [lake] = await duckRows(
      `select count(*)::int as rows, sum(pay)::varchar as pay from read_parquet('${parts}')`,
    );
    expect(lake).toEqual({ rows: 202, pay: '20093.750' });
    const found = await open.query(
      `select column_name, code, message, line::int from landfall.reject order by byte_offset`,
    );
    expect(found).toEqual([
      { column_name: 'pay', code: 'LF_REJECT_COMPUTE', message: 'pay: hours above 24.', line: 2 },
      {
        ...{ column_name: 'rate', code: 'LF_REJECT_COMPUTE', line: 4 },
        message: 'rate: the function gave Infinity, which is not a value of type float8.',
      },
      {
        ...{ column_name: 'tag', code: 'LF_REJECT_COMPUTE', line: 205 },
        message: 'tag: the function gave "a\\u0000b", which is not a value of type text.',
      },
      expect.objectContaining({ code: 'LF_REJECT_UNIQUE', line: 207 }),
    ]);

    const out = String(await exported(open, 'shifts.csv'));
    expect(out).toContain(',LF_REJECT_COMPUTE,pay,pay: hours above 24.,');
    const corrected = out
      .replace(',1,ann,30\n', ',5,ann,24\n')
      .replace(',2,ann,0\n', ',2,ann,1\n')
      .replace(',3,nul,1\n', ',3,ann,1\n')
      .replace(',4,eve,2\n', ',6,eve,2\n');
    writeFileSync(join(staged, 'corrected.csv'), corrected);
    const second = await open.drop('shifts', join(staged, 'corrected.csv'));
    expect(second).toMatchObject({
      status: 'done',
      rows: { loaded: 4, rejected: 0 },
      link: { kind: 'corrects' },
    });
    const [{ ids }] = await open.query(
      'select array_agg(id order by id) as ids from star.fact_shift where id < 100',
    );
    expect(ids).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('the real check-ins: three ways to write a time in one column', async (context) => {
    const paths = realFiles('checkins');
    if (paths === null) return context.skip();
    const folder = tempFolder();
    const source = `import { defineDataset, numeric, text, timestamp } from 'landfall';
export default defineDataset({
  name: 'checkins',
  columns: {
    user: text(),
    timestamp: timestamp({
      required: true,
      formats: [
        'yyyy-MM-dd HH:mm:ss VV',
        'yyyy-MM-dd HH:mm:ss.S VV',
        'MM/dd/yyyy hh:mm a',
        { format: 'd MMMM yyyy HH:mm', locale: 'ru' },
      ],
    }),
    hours: numeric(8, 5, { required: true }),
    project: text(),
  },
  star: { fact: 'fact_checkin' },
});
`;
    const datasets = definitions(folder, 'checkins', source);
    const open = (site = await testSite({ backend: 'postgres', folder, datasets }));
    const copy = join(tempFolder(), 'dailycheckins.csv');
    copyFileSync(paths.find((path) => path.endsWith('dailycheckins.csv'))!, copy);
    const receipt = await open.drop('checkins', copy);
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 20_500, loaded: 20_500, rejected: 0 } });
    const [facts] = await open.query(`select sum(hours)::float8 as hours, count("user")::int as named,
      min(timestamp) = '2010-10-04 00:00:00Z' as earliest, max(timestamp) = '2019-09-27 00:00:00Z' as latest,
      (select count(*)::int from (select distinct "user", timestamp, hours, project from star.fact_checkin) as rows) as distinct_rows
      from star.fact_checkin`);
    expect(facts).toEqual({
      hours: 42_461.125,
      named: 20_495,
      earliest: true,
      latest: true,
      distinct_rows: 19_691,
    });
  });
});
