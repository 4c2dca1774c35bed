import { expect, it } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import {
  boolean,
  type DatasetDefinition,
  defineDataset,
  env,
  history,
  integer,
  type Mode,
  postgres,
  snapshot,
  sweepColumns,
  text,
  upsert,
} from '../../../../model/index.ts';
import type { LandfallError } from '../../../../platform/errors/errors.ts';

const event = { key: ['id'], orderBy: 'landfall_at', deleted: 'landfall_deleted' } as const;
const base: DatasetDefinition = {
  name: 'customers',
  columns: { id: integer({ required: true, aliases: ['ID'] }), name: text(), ...sweepColumns },
  mode: upsert(event) as Mode,
  star: { fact: 'fact_customer' },
};
const crm = { url: env('CRM_URL'), table: 'app.customers', key: ['ID'], cursor: 'at' };

function sources(source: object, other: object = {}) {
  const written = { crm: postgres({ ...crm, ...source }) };
  return compileDataset(defineDataset({ ...base, sources: written, ...other } as never)).sources;
}

function mistakes(source: object, other: object = {}): string {
  try {
    sources(source, other);
  } catch (error) {
    return (error as LandfallError).message;
  }
  return '';
}

it('is a source beside the one that it sweeps, with a schedule of its own', () => {
  const own = { cron: '0 * * * *', zone: 'Europe/Berlin' };
  const [swept, sweep] = sources({ schedule: own, sweep: 'daily' });
  const role = { of: 'crm', deleted: 'landfall_deleted', word: 'true' };
  expect(swept).toMatchObject({ name: 'crm', sweep: role, schedule: { ticks: { cron: '0 * * * *' } } });
  expect(sweep).toMatchObject({
    ...{ name: 'crm-sweep', sweep: role, table: 'app.customers', env: ['CRM_URL'] },
    schedule: { ticks: { cron: '@daily', zone: 'Europe/Berlin' }, catchUp: 'latest' },
  });
  const [, every] = sources({ sweep: { every: '6h', catchUp: 'none' } });
  expect(every.schedule).toMatchObject({ ticks: { kind: 'every' }, catchUp: 'none' });
  expect(sources({})).toMatchObject([{ name: 'crm', sweep: null }]);
});

it('marks deletions in the column of the mode, with its word for true', () => {
  const columns = { ...base.columns, gone: boolean({ true: ['D'], false: ['-'] }) };
  const mode = history({ ...event, deleted: 'gone', track: ['name'] } as never);
  expect(sources({ sweep: 'weekly' }, { columns, mode })[1]).toMatchObject({
    sweep: { deleted: 'gone', word: 'D' },
  });
});

it.each<[string, object, object, string]>([
  ['a word', { sweep: 'often' }, {}, '"@often" is not a cron expression'],
  [
    'no cursor',
    { cursor: undefined, sweep: 'daily' },
    {},
    'sources.crm.sweep: each run fetches the whole table',
  ],
  [
    'another mode',
    { sweep: 'daily' },
    { mode: snapshot({ key: ['id'], asOf: { pattern: '{date}.csv' } }) },
    'mode: a sweep needs one that deletes rows',
  ],
  [
    'no deletions',
    { sweep: 'daily' },
    { mode: upsert({ ...event, deleted: undefined } as never) },
    'mode.deleted: a sweep marks the rows that are deleted',
  ],
  [
    'another order',
    { sweep: 'daily' },
    { mode: upsert({ ...event, orderBy: 'name' }) },
    'mode.orderBy: a sweep orders events',
  ],
  [
    'kept nulls',
    { sweep: 'daily' },
    { mode: upsert({ ...event, nulls: 'keep' }) },
    'mode.nulls: a sweep compares rows',
  ],
  [
    'another key',
    { sweep: 'daily' },
    { mode: upsert({ ...event, key: ['name'] }) },
    'mode.key: the mark of a deletion',
  ],
  [
    'no columns',
    { sweep: 'daily' },
    { columns: { id: integer({ aliases: ['ID'] }), name: text() } },
    'columns: a sweep needs landfall_at, landfall_key, landfall_row',
  ],
  [
    'a required column',
    { sweep: 'daily' },
    { columns: { ...base.columns, name: text({ required: true }) } },
    'columns.name: it is required',
  ],
  [
    'columns that the star lacks',
    { sweep: 'daily' },
    { star: { fact: 'f', columns: ['id', 'landfall_row'] } },
    'Add landfall_key',
  ],
  [
    'its name',
    { sweep: 'daily' },
    { sources: { 'crm-sweep': postgres(crm), crm: postgres({ ...crm, sweep: 'daily' }) } },
    'sources.crm-sweep: a sweep has that name',
  ],
  [
    'a second one',
    {},
    { sources: { a: postgres({ ...crm, sweep: 'daily' }), b: postgres({ ...crm, sweep: 'daily' }) } },
    'sources.b.sweep: the dataset has one sweep at most, and a has one',
  ],
])('refuses %s', (_, source, other, what) => {
  expect(mistakes(source, other)).toContain(what);
});
