import { describe, expect, it } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import { append, defineDataset, env, integer, postgres, timestamp, upsert } from '../../../../model/index.ts';
import type { LandfallError } from '../../../../platform/errors/errors.ts';

type Options = Parameters<typeof postgres>[0];

const upserted = upsert({ key: ['id'], orderBy: 'at' });

function compiled(options: Partial<Options>, mode: 'append' | typeof upserted = upserted) {
  const source = { url: env('CRM_URL'), table: 'app.customers', key: ['id'], ...options };
  const columns = { id: integer(), at: timestamp() };
  const star = { fact: 'fact_customer', columns: ['id', 'at'] } as const;
  return compileDataset(
    defineDataset({ name: 'customers', columns, star, mode, sources: { crm: postgres(source) } }),
  ).sources[0];
}

function mistakes(...parts: Parameters<typeof compiled>): string {
  try {
    compiled(...parts);
  } catch (error) {
    return (error as LandfallError).message;
  }
  return '';
}

describe('a source of a table', () => {
  it('is compiled', () => {
    expect(compiled({})).toMatchObject({
      ...{ kind: 'postgres', url: '{env:CRM_URL}', env: ['CRM_URL'], table: 'app.customers', key: ['id'] },
      ...{ cursor: null, columns: [], lagMs: 600_000, lagNumber: 0, pageRows: 100_000 },
    });
    expect(compiled({ cursor: 'at', lag: '1h' })).toMatchObject({
      cursor: { column: 'at' },
      lagMs: 3_600_000,
    });
    expect(compiled({ cursor: { sql: 't.id / 2' }, lag: 5 })).toMatchObject({
      ...{ cursor: { sql: 't.id / 2' }, lagMs: 0, lagNumber: 5 },
    });
  });

  it.each<[Partial<Options>, string]>([
    [{ url: 'mysql://x' }, '"mysql://x" is not the address of a database'],
    [{ key: [] }, 'sources.crm.key: it is missing'],
    [{ cursor: { sql: '' } }, 'is not a column'],
    [{ lag: '10 min' }, '"10 min" is not a duration'],
    [{ lag: -1 }, '-1 is not a whole number'],
  ])('%j: %s', (options, what) => {
    expect(mistakes(options)).toContain(what);
  });

  it('needs a mode in which a row that comes again counts once', () => {
    expect(mistakes({ cursor: 'at' }, 'append')).toContain('it fetches rows again');
    expect(mistakes({ cursor: 'at' }, append() as never)).toContain('it fetches rows again');
    expect(mistakes({ cursor: 'at' }, append({ dedupe: 'row' }) as never)).toBe('');
  });
});
