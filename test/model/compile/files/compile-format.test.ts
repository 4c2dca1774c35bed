/** The format of a definition and the paths of its columns: what they compile to, and what is a mistake. */
import { describe, expect, it } from 'vitest';
import { jsonNull } from '../../../../kernel/json/csv-rows.ts';
import { compileDataset } from '../../../../model/compile/compile.ts';
import { defineDataset, http, integer, jsonDocument, ndjson, text } from '../../../../model/index.ts';
import type { DatasetDefinition } from '../../../../model/language/define.ts';

const compiled = (source: Partial<DatasetDefinition>) =>
  compileDataset(
    defineDataset({
      name: 'orders',
      columns: { id: integer() },
      star: { fact: 'fact_orders' },
      ...source,
    } as never),
  );

describe('a format', () => {
  it('compiles to keys, paths and nulls', () => {
    const format = jsonDocument({ records: "$.data['all orders'][*]", explode: '$.items[*]' });
    const columns = { id: integer({ path: '^.id' }), sku: text({ nulls: ['-'] }), name: text() };
    const dataset = compiled({ format, columns, nulls: ['n/a'] });
    expect(dataset.format).toEqual({ kind: 'json', records: ['data', 'all orders'], explode: '$.items[*]' });
    expect(dataset.columns.map(({ path, nulls }) => [path, nulls])).toEqual([
      ['^.id', ['n/a', jsonNull]],
      ['$.sku', [jsonNull, '-']],
      ['$.name', ['n/a', jsonNull]],
    ]);
  });

  it('is part of the version, as are paths; datasets of CSV keep theirs', () => {
    const versions = [
      compiled({}),
      compiled({ format: ndjson() }),
      compiled({ format: jsonDocument() }),
      compiled({ format: jsonDocument({ records: '$.a[*]' }) }),
      compiled({ format: ndjson(), columns: { id: integer({ path: '$.key' }) } }),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
    expect(compiled({}).format).toBeUndefined();
  });

  it.each<[place: string, source: Partial<DatasetDefinition>]>([
    ['format: there is no "xml"', { format: 'xml' as never }],
    ['dialect: files with a format have no dialect', { format: ndjson(), dialect: { delimiter: ';' } }],
    [
      'format.records: "$.orders" is not the path of an array',
      { format: jsonDocument({ records: '$.orders' }) },
    ],
    ['format.records: "$.a[0][*]" is not the path', { format: jsonDocument({ records: '$.a[0][*]' }) }],
    ['format.explode: "$.items" is not the path', { format: ndjson({ explode: '$.items' }) }],
    ['format.parent: the rows are not exploded', { format: ndjson({ parent: 'orders' }) }],
    ['format.parent: 7 is not the name', { format: ndjson({ explode: '$.a[*]', parent: 7 as never }) }],
    [
      'sources: the files are those of orders',
      {
        format: jsonDocument({ explode: '$.a[*]', parent: 'orders' }),
        sources: { api: http({ url: 'http://localhost/orders' }) },
      },
    ],
    ['columns.id.path: files of CSV have no paths', { columns: { id: integer({ path: '$.id' }) } }],
    [
      'columns.id.path: "id" is not the path of a value',
      { format: ndjson(), columns: { id: integer({ path: 'id' }) } },
    ],
    ['columns.id.path: "$.a[*]" is not', { format: ndjson(), columns: { id: integer({ path: '$.a[*]' }) } }],
    ['columns.id.path: only exploded rows', { format: ndjson(), columns: { id: integer({ path: '^.id' }) } }],
  ])('is refused: %s', (place, source) => {
    expect(() => compiled(source)).toThrow(place);
  });
});
