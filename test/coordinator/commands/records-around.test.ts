/** Records around rejected elements, in chunks that are longer than what is read at a time. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { RecordsAround } from '../../../coordinator/commands/records-around.ts';
import type { LedgerFile, OpenReject } from '../../../ledger/ledger.ts';
import { tempFolder } from '../../support/index.ts';

/** The bytes of a record that is longer than what is read at a time. */
const long = 3 << 20;

interface Written {
  readonly text: string;
  /** Each rejected element, with its record as it should be read. */
  readonly rejects: readonly (readonly [byteOffset: number, raw: string, record: string])[];
  readonly chunks: readonly number[];
}

/** Records with up to four elements; chunks begin at every thousandth. */
function written(isDocument: boolean): Written {
  const rejects: [number, string, string][] = [];
  const chunks: number[] = [];
  const parts = [isDocument ? '{"l": [' : ''];
  let at = parts[0].length;
  for (let id = 0; id < 4000; id++) {
    if (id % 1000 === 0) chunks.push(at);
    const elements = Array.from({ length: id % 5 }, (_, n) => `{"n": "${id}]},", "m": ${n}}`);
    const start = `{"id": ${id}, "i": [ `;
    const end = `\t], "x": "${'x'.repeat(id % 1000 === 500 ? long : id % 300)}"}`;
    const joined = elements.join(' , ');
    let from = at + start.length;
    for (const raw of elements) {
      if (id % 7 === 0 || id === 1501) rejects.push([from, raw, `${start}${raw}${end}`]);
      from += raw.length + 3;
    }
    parts.push(`${start}${joined}${end}`, isDocument ? ',' : '\n');
    at += parts.at(-2)!.length + 1;
  }
  if (isDocument) parts.splice(-1, 1, ']}');
  return { text: parts.join(''), rejects, chunks };
}

it.each([
  ['lines', false, false],
  ['a document', true, false],
  ['a gzipped document', true, true],
])('records around elements are found in %s', async (_, isDocument, isPacked) => {
  const { text, rejects, chunks } = written(isDocument);
  const path = join(tempFolder(), 'a');
  writeFileSync(path, isPacked ? gzipSync(text, { level: 1 }) : text);
  const file = {
    ...{
      name: 'a',
      url: pathToFileURL(path).href,
      bytes: isPacked ? gzipSync(text, { level: 1 }).length : text.length,
    },
    layout: {
      ...{ headerBytes: chunks[0], ...(isPacked && { compression: 'gzip' }) },
      format: {
        ...{ kind: isDocument ? 'json' : 'ndjson', records: isDocument ? ['l'] : [], explode: '$.i[*]' },
        fields: [{ path: '^.id' }, { path: '$.m' }],
      },
    },
  } as unknown as LedgerFile;
  const around = new RecordsAround(file);
  const rejected = ([byteOffset, raw]: Written['rejects'][number]) => {
    const chunkId = chunks.findLastIndex((start) => start <= byteOffset);
    const within = { start: chunks[chunkId], end: chunks[chunkId + 1] ?? text.length };
    return { byteOffset, byteLength: raw.length, raw, chunkId, within } as OpenReject;
  };
  expect(rejects.length).toBeGreaterThan(1000);
  for (const one of rejects) {
    const found = await around.read(rejected(one));
    if (found?.toString() !== one[2]) expect(found?.toString()).toBe(one[2]);
  }
  await around.close();
  const [[byteOffset, raw]] = rejects;
  const read = (reject: Partial<OpenReject>) =>
    new RecordsAround(file).read({ ...rejected([byteOffset, raw, '']), ...reject });
  expect(await read({})).not.toBeNull();
  expect(await read({ byteOffset: byteOffset + 1 })).toBeNull();
  expect(await read({ byteLength: raw.length - 1 })).toBeNull();
  expect(await read({ raw: raw.replace('"m"', '"k"') })).toBeNull();
  // The bytes are there, and are not an element.
  const key = text.lastIndexOf('"id"', byteOffset);
  expect(await read({ byteOffset: key, byteLength: 4, raw: '"id"' })).toBeNull();
  expect(await read({ byteOffset: text.length + 5, within: { start: 0, end: text.length + 50 } })).toBeNull();
});
