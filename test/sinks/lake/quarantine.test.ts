import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { type QuarantinedRow, QuarantinePart } from '../../../sinks/lake/quarantine.ts';
import { tempFolder } from '../../support/index.ts';
import { duckRows, Folder } from './support.ts';

const options = {
  dataset: 'trips',
  definitionVersion: '0123456789abcdef',
  fileId: 5,
  file: 'June.csv',
  chunkNumber: 2,
  fencingToken: 1,
};

const rejects: QuarantinedRow[] = Array.from({ length: 2345 }, (_, i) => ({
  byteOffset: 2 ** 40 + i * 100,
  line: i + 2,
  column: i % 3 === 0 ? null : 'datetime',
  code: 'LF_REJECT_TYPE',
  message: `“${i}” is not a timestamp`,
  raw: i === 7 ? '' : `a,"b\n${i}",Zürich 🚲,\u0000`,
}));

test('every reject of a chunk is read back', async () => {
  const lake = new Folder(tempFolder());
  const part = new QuarantinePart({ ...options, lake });
  await part.add(rejects.slice(0, 1500));
  await part.add(rejects.slice(1500));
  const written = await part.finish();
  expect(await lake.keys()).toEqual(['_staging/trips/f5-c2-t1-quarantine']);
  await part.publish();
  expect(await lake.keys()).toEqual(['quarantine/trips/f5-c2.parquet']);
  expect(written).toEqual({
    path: 'quarantine/trips/f5-c2.parquet',
    rows: rejects.length,
    bytes: (await lake.stat('quarantine/trips/f5-c2.parquet'))!.bytes,
  });

  const expected = rejects.map((reject) => ({
    file: 'June.csv',
    byte_offset: BigInt(reject.byteOffset),
    line: BigInt(reject.line),
    column: reject.column,
    code: reject.code,
    message: reject.message,
    raw: reject.raw,
    definition_version: '0123456789abcdef',
  }));
  const path = join(lake.root, written!.path);
  expect(await duckRows(`select * from read_parquet('${path}')`)).toEqual(expected);
  const bytes = await readFile(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  expect(rows.map((row) => ({ ...row, column: row.column ?? null }))).toEqual(expected);
});

test('without rejects there is no part', async () => {
  const lake = new Folder(tempFolder());
  const part = new QuarantinePart({ ...options, lake });
  await part.add([]);
  expect(await part.finish()).toBeNull();
  await part.publish();
  expect(await lake.keys()).toEqual([]);
});

test('an aborted part leaves nothing, finished or not', async () => {
  for (const finish of [false, true]) {
    const lake = new Folder(tempFolder());
    const part = new QuarantinePart({ ...options, lake });
    await part.add(rejects.slice(0, 10));
    if (finish) await part.finish();
    await part.abort();
    expect(await lake.keys()).toEqual([]);
    expect(lake.open).toBe(0);
  }
});
