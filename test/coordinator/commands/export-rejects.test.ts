import { describe, expect, it } from 'vitest';
import { exportRejects } from '../../../coordinator/commands/export-rejects.ts';
import { refuseInseparable } from '../../../coordinator/commands/records-around.ts';
import { settleLayout } from '../../../coordinator/detect/settle-layout.ts';
import type { StoredDefinition } from '../../../ledger/definition.ts';
import type { LedgerFile, OpenReject } from '../../../ledger/ledger.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { defineDataset, integer, text } from '../../../model/index.ts';
import type { Dialect } from '../../../model/language/define.ts';
import { readWithKernel } from '../../kernel/read.ts';

describe('elements that cannot stand alone', () => {
  const refuse = (explode: string, ...paths: string[]) =>
    refuseInseparable({ kind: 'ndjson', records: [], explode, fields: paths.map((path) => ({ path })) }, 'a');

  it.each([
    ['$[0][*]', '$.sku', 'its records are arrays'],
    ['$.l.items[*]', '^', 'a column reads ^, and the other elements with it'],
    ['$.l.items[*]', '^.l', 'a column reads ^.l,'],
    ['$.l.items[*]', "^['l'].items", "a column reads ^['l'].items,"],
    ['$.l.items[*]', '^.l.items[0].sku', 'a column reads ^.l.items[0].sku,'],
  ])('are refused: %s with %s', (explode, path, reason) => {
    expect(() => refuse(explode, '^.id', path)).toThrow(
      expect.objectContaining({ code: 'LF_REJECTS_EXPLODED', message: expect.stringContaining(reason) }),
    );
  });

  it('are few: other values of the record stay as they are', () => {
    refuse('$.l.items[*]', '^.id', '^.l.count', '^.items', '$', '$.l.items[0]', '');
  });
});

const records = ['  x1    Rome', '2 Oslo Bern ', '\t3\t\t" "'];

async function* rejects(): AsyncGenerator<OpenReject> {
  for (const [i, raw] of records.entries())
    yield {
      ...{ byteOffset: 100 * i, byteLength: Buffer.byteLength(raw), line: i + 2, raw },
      ...{ code: 'LF_REJECT_TYPE', column: i === 0 ? 'id' : null, definitionVersion: 'abc' },
      message: 'id: "x1" is not an\tinteger.',
    } as OpenReject;
}

const dialects: readonly Dialect[] = [
  { delimiter: 'blanks' },
  { delimiter: 'blanks', quote: null },
  { delimiter: 'blanks', quote: "'", escape: '\\' },
];

it.each(dialects)('rejects of a file with runs of blanks are read as they were: %o', async (dialect) => {
  const columns = { id: integer(), town: text() };
  const star = { fact: 'fact_towns', columns: ['id', 'town'] } as const;
  const dataset = compileDataset(defineDataset({ name: 'towns', dialect, columns, star }));
  const original = settleLayout(dataset, { name: 't.txt', bytes: Buffer.from('id town\n'), whole: true })!;
  const file = { fileId: 7, name: 'my towns.txt', url: 'file:///t.txt', layout: original } as LedgerFile;
  const chunks: Uint8Array[] = [];
  const { bytes } = exportRejects(file, rejects(), { definition: dataset as unknown as StoredDefinition });
  for await (const part of bytes) chunks.push(part);
  const exported = Buffer.concat(chunks);
  const layout = settleLayout(dataset, { name: 'out.csv', bytes: exported, whole: true })!;
  expect(layout).toMatchObject({ delimiter: 'blanks', corrections: { file: 0, byteOffset: 1 } });
  // The added columns are as many fields in each record; what follows is the record.
  const lines = exported.toString().trimEnd().split('\n');
  expect(lines.slice(1).map((line, i) => line.endsWith(` ${records[i]}`))).toEqual([true, true, true]);
  const added = layout.header.length - 2;
  const column = (field: number) => ({
    ...{ name: `f${field}`, type: { kind: 'utf8' as const }, required: false, nulls: [] },
  });
  const plan = {
    ...{ dialect: { ...layout, shortRows: 'pad' as const, longRows: 'truncate' as const } },
    ...{ columns: [column(1), column(added), column(added + 1)], fieldOfColumn: [1, added, added + 1] },
    fieldCount: layout.fieldCount,
  };
  const { rows } = await readWithKernel(exported, plan, { skipBytes: layout.headerBytes });
  const town = dialect.quote === undefined ? ' ' : '"';
  expect(rows.map(({ values }) => values)).toEqual([
    ['0', 'x1', 'Rome'],
    ['100', '2', 'Oslo'],
    ['200', '3', town],
  ]);
});
