/** What is settled about a file of JSON from its first bytes, and which dataset it belongs to. */
import { describe, expect, it } from 'vitest';
import { chooseDataset } from '../../../coordinator/detect/choose-dataset.ts';
import { settleLayout } from '../../../coordinator/detect/settle-layout.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { refuseDrift } from '../../../model/file/drift.ts';
import { defineDataset, integer, jsonDocument, ndjson, text } from '../../../model/index.ts';
import type { DatasetDefinition } from '../../../model/language/define.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { tempFolder } from '../../support/index.ts';

const defined = (name: string, source: Partial<DatasetDefinition>) =>
  defineDataset({
    columns: { id: integer({ required: true }) },
    star: { fact: `fact_${name}` },
    ...source,
    name,
  } as never);
const dataset = (source: Partial<DatasetDefinition>) => compileDataset(defined('orders', source));
const head = (content: string | Buffer, whole = true) => ({
  name: 'f.json',
  bytes: Buffer.from(content),
  whole,
});

describe('a file of JSON', () => {
  it('begins at its first record, and its records are searched for paths that no column reads', () => {
    const format = jsonDocument({ records: '$.orders[*]' });
    const columns = { id: integer(), city: text({ path: '$.place.city' }) };
    const content =
      '\ufeff{"n": 1,\n"orders": [{"id": 1, "place": {"city": "a", "zip": "b"}}, {"x y": [1], "id": 2}]}';
    const layout = settleLayout(dataset({ format, columns }), head(content))!;
    expect(layout).toMatchObject({ headerBytes: 23, headerLines: 1, header: [], fieldOfColumn: [0, 1] });
    expect(layout.drift?.unknown).toEqual(['$.place.zip', '$["x y"]']);
    expect(settleLayout(dataset({ format, columns }), head(content.slice(0, 12), false))).toBeNull();
    const lines = dataset({ format: ndjson() });
    for (const end of ['', '\n'])
      expect(settleLayout(lines, head(`{"id":1,"more":2}${end}`))!.drift?.unknown).toEqual(['$.more']);
    const strict = dataset({ format, columns, drift: { unknown: 'fail' } });
    expect(() => refuseDrift(strict, { name: 'f.json' }, settleLayout(strict, head(content))!)).toThrow(
      'unknown columns: "$.place.zip"',
    );
    const keeping = settleLayout(
      dataset({ format, columns, drift: { unknown: { keep: 'extra' } } }),
      head(content),
    )!;
    expect(keeping).toMatchObject({ extra: [{ field: 2, name: 'extra', whole: true }], fieldCount: 3 });
  });

  it.each([
    ['UTF-16', Buffer.from('[{"id":1}]', 'utf16le'), 'LF_JSON_DOCUMENT'],
    ['nothing', Buffer.from('\ufeff \n'), 'LF_FILE_EMPTY'],
    [
      'a program',
      Buffer.concat([Buffer.from('\x7fELF\0\0\0[{"id":1}]\n'), Buffer.alloc(9)]),
      'LF_FILE_BINARY',
    ],
    ['an archive', Buffer.from([0x1f, 0x8b, 8, 0, 0]), 'LF_FILE_BINARY'],
    ['an object', Buffer.from('{"a": []}'), 'LF_JSON_RECORDS'],
  ])('that is %s is refused', (_, bytes, code) => {
    expect(() => settleLayout(dataset({ format: jsonDocument() }), head(bytes))).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('of lines is refused where it is not text, and not for one NUL', () => {
    const lines = `${'{"id":1}\n'.repeat(40)}`;
    const settled = (content: string) =>
      settleLayout(dataset({ format: ndjson() }), head(Buffer.from(content)));
    expect(() => settled(`\x7fELF${'\0'.repeat(9)}${lines}`)).toThrow(
      expect.objectContaining({ code: 'LF_FILE_BINARY' }),
    );
    expect(settled(`${lines}{"id":"\0"}\n`)).not.toBeNull();
  });

  it('belongs to the only dataset whose required columns its records have', async () => {
    const builtin = [
      defined('csv', {}),
      defined('lines', { format: ndjson() }),
      defined('orders', { format: jsonDocument({ records: '$.orders[*]' }) }),
      defined('list', { format: jsonDocument() }),
      defined('users', {
        format: jsonDocument(),
        columns: { user: text({ required: true, path: '$.user.name' }) },
      }),
    ];
    const registry = await loadRegistry({ builtin, paths: [], home: tempFolder() });
    const chosen = async (content: string) => {
      const file = { path: 'f', folder: 'elsewhere', head: async () => head(content) };
      return (await chooseDataset(registry, file)).name;
    };
    expect(await chosen('{"id": 1}\n{"id": 2}')).toBe('lines');
    expect(await chosen('{"orders": [{"id": 1}]}')).toBe('orders');
    expect(await chosen('[{"x": 1}, {"id": 1}]')).toBe('list');
    expect(await chosen('[{"user": {"name": "a"}}]')).toBe('users');
    expect(await chosen('id\n1')).toBe('csv');
    await expect(chosen('[{"name": 1}]')).rejects.toMatchObject({ code: 'LF_DATASET_UNCLEAR' });
  });
});
