import { describe, expect, it } from 'vitest';
import { compileDataset } from '../../../model/compile/compile.ts';
import { driftOf, refuseDrift, unknownFields } from '../../../model/file/drift.ts';
import { matchHeader } from '../../../model/file/match-header.ts';
import { defineDataset, integer, text } from '../../../model/index.ts';
import { columnNames } from '../../../model/infer/column-names.ts';
import { compileLoose } from '../support.ts';

const source = {
  name: 'orders',
  columns: {
    id: integer({ required: true }),
    customer: text({ aliases: ['Kunde'] }),
    note: text({ optional: true }),
    amount: integer({ optional: true }),
  },
  star: { fact: 'fact_order' },
} as const;
const dataset = compileDataset(defineDataset(source));
const drift = (header: readonly string[], of = dataset) =>
  driftOf(of, header, matchHeader(of, header, header.length));

describe('what differs', () => {
  it('is nothing where all columns are there in their order, however they are spelled', () => {
    expect(drift(['ID', 'Customer', '"Note"', 'amount'])).toBeNull();
  });

  it('is unknown, missing, reordered and renamed columns, each by name', () => {
    expect(drift(['Kunde', 'colour', 'id', 'ammount'])).toEqual({
      unknown: ['colour', 'ammount'],
      missing: ['note', 'amount'],
      reordered: true,
      renamed: [{ from: 'Kunde', to: 'customer' }],
      suggested: [{ from: 'ammount', to: 'amount' }],
    });
  });

  it('is not a header that the name is made of', () => {
    const long = `how satisfied are you with ${'all '.repeat(12)}of the service`;
    const headers = ['C#', 'user', '№ 1', 'Net', 'NET', 'Price ($)', long];
    const names = columnNames(headers, headers.length);
    const named = compileLoose({
      ...source,
      columns: Object.fromEntries(names.map(({ name, aliases }) => [name, text({ aliases })])),
    } as never);
    expect(names.filter(({ aliases }) => aliases.length > 0)).toHaveLength(5);
    expect(drift(headers, named)).toBeNull();
    const other = compileLoose({
      ...source,
      columns: { id: text({ aliases: ['id of the customer'] }), net: text({ aliases: ['Network'] }) },
    } as never);
    expect(drift(['id of the customer', 'Network'], other)?.renamed).toHaveLength(2);
  });

  it('is told of many and long columns in bounds', () => {
    const header = [
      'id',
      'customer',
      'note',
      'amount',
      ...Array.from({ length: 500 }, (_, i) => `x${i}`),
      'y'.repeat(9000),
    ];
    const found = drift(header)!;
    expect(found.unknown).toHaveLength(100);
    expect(JSON.stringify(drift([...header.slice(0, 4), 'y'.repeat(9000)])).length).toBeLessThan(400);
  });

  it('is, without a header, fields past the last column and columns past the last field', () => {
    const of = (count: number) => {
      const texts = Array.from({ length: count }, () => '');
      return driftOf(dataset, texts, matchHeader(dataset, null, count));
    };
    expect(of(4)).toBeNull();
    expect(of(6)).toMatchObject({ unknown: ['field_5', 'field_6'], missing: [] });
    expect(of(2)).toMatchObject({ unknown: [], missing: ['note', 'amount'] });
  });
});

describe('unknown columns', () => {
  it('have a name each: their own, or their place where that is empty or taken; added ones are none', () => {
    const texts = ['id', 'a', ' a ', '', null, 'b', ''];
    expect(unknownFields(texts, [0, -1, -1, -1])).toEqual([
      { field: 1, name: 'a' },
      { field: 2, name: 'field_3' },
      { field: 3, name: 'field_4' },
      { field: 5, name: 'b' },
      { field: 6, name: 'field_6' },
    ]);
  });
});

describe('a header that does not fit', () => {
  it('proposes the alias to write, each field for one column', () => {
    expect(() => matchHeader(dataset, ['order id', 'custmer', 'x'], 3)).toThrow(
      /no field for 2 columns: id, customer \(also: kunde\); did you mean "order id" to be id\? Then give id `aliases: \['order id'\]`; did you mean "custmer" to be customer\?/,
    );
    expect(() => matchHeader(dataset, ["cust'omer", 'id'], 2)).toThrow(/aliases: \['cust\\'omer'\]/);
  });
});

describe('the policy', () => {
  const refuse = (policy: object, header: readonly string[]) => {
    const of = compileLoose({ ...source, drift: policy });
    const found = drift(header, of);
    return () => refuseDrift(of, { name: 'a.csv' }, { ...(found && { drift: found }) });
  };
  const cases = [
    ['unknown', ['id', 'customer', 'note', 'amount', 'more'], 'unknown columns: "more"'],
    ['missing', ['id', 'customer', 'amount'], 'missing columns: note'],
    ['reordered', ['customer', 'id', 'note', 'amount'], 'its columns are in another order'],
    ['renamed', ['id', 'Kunde', 'note', 'amount'], 'renamed columns: "Kunde" for customer'],
  ] as const;

  it.each(cases)('%s: fails the file, ignore loads it', (name, header, says) => {
    expect(refuse({ [name]: 'fail' }, header)).toThrow(
      expect.objectContaining({ code: 'LF_DRIFT', message: expect.stringContaining(says) }),
    );
    expect(refuse({ [name]: 'ignore' }, header)).not.toThrow();
    const others = Object.fromEntries(
      cases.filter(([other]) => other !== name).map(([other]) => [other, 'fail']),
    );
    expect(refuse(others, header)).not.toThrow();
    expect(refuse({ [name]: 'fail' }, ['id', 'customer', 'note', 'amount'])).not.toThrow();
  });

  it('says which unknown column may be a missing one', () => {
    expect(refuse({ missing: 'fail' }, ['id', 'customer', 'note', 'amuont'])).toThrow(
      /missing columns: amount; did you mean "amuont" to be amount\? Then give amount `aliases: \['amuont'\]`/,
    );
  });

  it('keeps so many columns as a kernel has room for', () => {
    const of = compileLoose({ ...source, drift: { unknown: { keep: 'extra' } } });
    const extra = Array.from({ length: 257 }, (_, field) => ({ field, name: `x${field}` }));
    expect(() => refuseDrift(of, { name: 'a.csv' }, { extra })).toThrow(/257 columns .* at most 256/);
    expect(() => refuseDrift(of, { name: 'a.csv' }, { extra: extra.slice(1) })).not.toThrow();
  });

  it('names each mistake of a definition', () => {
    const drift = { unknown: 'kep', missing: { keep: 'x' }, reordered: 'warn', renamd: 'fail' };
    expect(() => compileLoose({ ...source, drift })).toThrow(
      /drift\.renamd: there is no such member.*drift\.missing: there is no.*drift\.reordered: there is no "warn".*drift\.unknown: there is no "kep"/s,
    );
    for (const keep of ['note', 'chunk_id', 'No Name']) {
      expect(() => compileLoose({ ...source, drift: { unknown: { keep } } })).toThrow(/drift\.unknown\.keep/);
    }
  });

  it('is part of the version only where the definition says something', () => {
    expect(compileLoose({ ...source }).version).toBe(dataset.version);
    expect(compileLoose({ ...source, drift: { unknown: { keep: 'extra' } } }).version).not.toBe(
      dataset.version,
    );
  });

  it('puts the json column last in star and lake, whether they list columns or not', () => {
    for (const listed of [false, true]) {
      const columns = listed ? { columns: ['id'] } : {};
      const { star, lake } = compileLoose({
        ...source,
        lake: columns,
        star: { ...source.star, ...columns },
        drift: { unknown: { keep: 'extra' } },
      });
      expect(star!.columns.slice(-2)).toEqual([
        { kind: 'value', name: 'extra', vector: 'extra', logical: { type: 'json' }, notNull: false },
        { kind: 'chunk', name: 'chunk_id' },
      ]);
      expect(lake.columns.at(-1)).toEqual({ name: 'extra', vector: 'extra', logical: { type: 'json' } });
    }
  });
});
