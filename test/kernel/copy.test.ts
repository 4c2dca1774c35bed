import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DictionaryVector, TextDictionary, Vector } from '../../kernel/columns/vectors.ts';
import { createKernel } from '../../kernel/kernel.ts';
import type { Batch, CopyField, Kernel } from '../../kernel/types.ts';
import { type TestDatabase, testDatabase } from '../support/index.ts';
import { column, planOf, utc } from './read.ts';

/** 'PGCOPY\n\xff\r\n\0', no flags, no extension; and the trailer. */
const HEADER = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
const TRAILER = Buffer.from('ffff', 'hex');

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
});

/** COPYs rows into a fresh table of these columns and reads it back as text, in order. */
async function throughPostgres(columns: string, tuples: readonly Uint8Array[]): Promise<(string | null)[][]> {
  const client = await database.pool.connect();
  try {
    await client.query(`drop table if exists copied; create table copied (n serial, ${columns})`);
    const names = columns
      .replaceAll(/\(.*?\)/g, '')
      .split(',')
      .map((part) => part.trim().split(' ')[0]);
    const stream = client.query(copyFrom(`copy copied (${names.join(', ')}) from stdin (format binary)`));
    await pipeline([HEADER, ...tuples.map((bytes) => Buffer.from(bytes)), TRAILER], stream);
    await client.query("set time zone 'UTC'");
    const list = names.map((name) => `${name}::text as ${name}`).join(', ');
    const { rows } = await client.query(`select ${list} from copied order by copied.n`);
    return rows.map((row) => names.map((name) => row[name]));
  } finally {
    client.release();
  }
}

const nulls = ['-'];
const plan = planOf([
  column({ kind: 'int32', min: -32768, max: 32767 }, { nulls }),
  column({ kind: 'int32', min: -(2 ** 31), max: 2 ** 31 - 1 }, { nulls }),
  column({ kind: 'int64' }, { nulls }),
  column({ kind: 'float64' }, { nulls }),
  column({ kind: 'boolean' }, { nulls }),
  column({ kind: 'date', formats: ['yyyy-MM-dd'] }, { nulls }),
  column({ kind: 'timestamp', formats: ['yyyy-MM-dd HH:mm:ss.S'], zone: utc }, { nulls }),
  column({ kind: 'decimal', precision: 18, scale: 5 }, { nulls }),
  column({ kind: 'uuid' }, { nulls }),
  column({ kind: 'dictionary' }, { nulls }),
  column({ kind: 'utf8' }, { nulls }),
  column({ kind: 'utf8' }, { nulls }),
]);
const columns =
  'a int2, b int4, c int8, d float8, e bool, f date, g timestamptz, h numeric(18,5), i uuid, j text, k text, l jsonb, m int4';

function fieldsOf(vectors: readonly Vector[]): CopyField[] {
  const kinds = [
    'int2',
    'int4',
    'int8',
    'float8',
    'bool',
    'date',
    'timestamptz',
    'numeric',
    'uuid',
    'text',
    'text',
    'jsonb',
  ];
  const fields = kinds.map((kind, i) => ({
    kind,
    vector: vectors[i],
    ...(kind === 'numeric' && { scale: 5 }),
  }));
  return [...fields, { kind: 'constant4', value: -7 }] as CopyField[];
}

/** Feeds text to the kernel and hands over each batch. */
function read(kernel: Kernel, text: string, onBatch: (batch: Batch) => void): void {
  const bytes = Buffer.from(text);
  kernel.begin(plan, { byteStart: 0, skipBytes: 0 });
  for (let at = 0; at < bytes.length; ) {
    const space = kernel.inputSpace();
    const part = bytes.subarray(at, at + space.length);
    space.set(part);
    at += part.length;
    kernel.filled(part.length, at === bytes.length);
    for (let batch = kernel.next(); batch; batch = kernel.next()) onBatch(batch);
  }
}

const uuid = '00112233-4455-6677-8899-aabbccddeeff';
const rows = [
  `1,2,3,4.5,t,2000-01-01,2000-01-01 00:00:00.0,1.5,${uuid},one,text,"{""a"": 1}"`,
  `-32768,-2147483648,-9223372036854775808,-1e-300,f,0001-01-01,1969-12-31 23:59:59.999999,-9999999999999.99999,${uuid},two,,[]`,
  `32767,2147483647,9223372036854775807,0.1,t,9999-12-31,2038-01-19 03:14:08.5,0.00001,${uuid},one,é€😀,"""x"""`,
  '0,0,0,-0,f,1970-01-01,1970-01-01 00:00:00.0,0,00000000000000000000000000000000,,"a\tb\nc",null',
  `0,0,0,0,f,1970-01-01,1970-01-01 00:00:00.0,10000,${uuid},x,y,1`,
  `0,0,0,0,f,1970-01-01,1970-01-01 00:00:00.0,100000000.0001,${uuid},x,y,1`,
];
const expected = [
  [
    '1',
    '2',
    '3',
    '4.5',
    'true',
    '2000-01-01',
    '2000-01-01 00:00:00+00',
    '1.50000',
    uuid,
    'one',
    'text',
    '{"a": 1}',
    '-7',
  ],
  [
    '-32768',
    '-2147483648',
    '-9223372036854775808',
    '-1e-300',
    'false',
    '0001-01-01',
    '1969-12-31 23:59:59.999999+00',
    '-9999999999999.99999',
    uuid,
    'two',
    '',
    '[]',
    '-7',
  ],
  [
    '32767',
    '2147483647',
    '9223372036854775807',
    '0.1',
    'true',
    '9999-12-31',
    '2038-01-19 03:14:08.5+00',
    '0.00001',
    uuid,
    'one',
    'é€😀',
    '"x"',
    '-7',
  ],
  [
    '0',
    '0',
    '0',
    '-0',
    'false',
    '1970-01-01',
    '1970-01-01 00:00:00+00',
    '0.00000',
    uuid.replace(/[^-]/g, '0'),
    '',
    'a\tb\nc',
    'null',
    '-7',
  ],
  [
    '0',
    '0',
    '0',
    '0',
    'false',
    '1970-01-01',
    '1970-01-01 00:00:00+00',
    '10000.00000',
    uuid,
    'x',
    'y',
    '1',
    '-7',
  ],
  [
    '0',
    '0',
    '0',
    '0',
    'false',
    '1970-01-01',
    '1970-01-01 00:00:00+00',
    '100000000.00010',
    uuid,
    'x',
    'y',
    '1',
    '-7',
  ],
];

describe('encodeCopyRows', () => {
  it('writes every type so that PostgreSQL reads the same values', async () => {
    const kernel = await createKernel();
    const tuples: Uint8Array[] = [];
    read(kernel, rows.join('\n'), (batch) =>
      tuples.push(kernel.encodeCopyRows(fieldsOf(batch.vectors), batch.rows).slice()),
    );
    expect(await throughPostgres(columns, tuples)).toEqual(expected);
  });

  it('writes nulls in every column, in batches of any size', async () => {
    const table = Array.from({ length: 400 }, (_, i) =>
      i % 3 === 1
        ? Array(12).fill('-').join(',')
        : rows[i % rows.length].replace(/^[^,]*/, i % 5 === 0 ? '-' : '$&'),
    );
    const answers = table.map((_, i) =>
      i % 3 === 1
        ? [...Array(12).fill(null), '-7']
        : [i % 5 === 0 ? null : expected[i % rows.length][0], ...expected[i % rows.length].slice(1)],
    );
    for (const batchRows of [1, 7, 300, 32768]) {
      const kernel = await createKernel({ batchRows });
      const tuples: Uint8Array[] = [];
      read(kernel, table.join('\n'), (batch) =>
        tuples.push(kernel.encodeCopyRows(fieldsOf(batch.vectors), batch.rows).slice()),
      );
      expect(await throughPostgres(columns, tuples)).toEqual(answers);
    }
  });

  it('writes vectors that lie in ordinary memory as those that lie in its own', async () => {
    const kernel = await createKernel();
    read(kernel, `${rows.join('\n')}\n${Array(12).fill('-').join(',')}`, (batch) => {
      const own = Buffer.from(kernel.encodeCopyRows(fieldsOf(batch.vectors), batch.rows));
      const copied = fieldsOf(batch.vectors.map(copyOf));
      expect(Buffer.from(kernel.encodeCopyRows(copied, batch.rows)).equals(own)).toBe(true);
      expect(own.length).toBeGreaterThan(500);
    });
  });

  it('writes fixed-width rows', async () => {
    const kernel = await createKernel();
    const lines = Array.from({ length: 1001 }, (_, i) => rows[i % 4]);
    const tuples: Uint8Array[] = [];
    const pick = [0, 1, 2, 3, 4, 5, 6, 8, 12];
    read(kernel, lines.join('\n'), (batch) => {
      const fields = fieldsOf(batch.vectors);
      tuples.push(
        kernel
          .encodeCopyRows(
            pick.map((i) => fields[i]),
            batch.rows,
          )
          .slice(),
      );
    });
    const names = columns.replace('(18,5)', '').split(', ');
    const answer = await throughPostgres(pick.map((i) => names[i]).join(', '), tuples);
    expect(answer).toEqual(lines.map((_, i) => pick.map((field) => expected[i % 4][field])));
  });

  it('follows a dictionary that grows outside the kernel, beside fields that come and go', async () => {
    const kernel = await createKernel();
    const texts = ['night'];
    const dictionary: TextDictionary = {
      get size() {
        return texts.length;
      },
      text: (code) => texts[code],
      bytes: (code) => Buffer.from(texts[code]),
    };
    const coded = (codes: number[], validity: Uint8Array | null): CopyField => ({
      kind: 'text',
      vector: {
        kind: 'dictionary',
        values: Int32Array.from(codes),
        dictionary,
        length: codes.length,
        validity,
        nullCount: validity ? 1 : 0,
      },
    });
    const tuples = [kernel.encodeCopyRows([coded([0, 0], null), coded([0, 0], null)], 2).slice()];
    texts.push('morning');
    tuples.push(kernel.encodeCopyRows([coded([1, 0], Uint8Array.of(2)), coded([0, 1], null)], 2).slice());
    tuples.push(kernel.encodeCopyRows([coded([1, 1], null), coded([0, 1], Uint8Array.of(1))], 2).slice());
    expect(await throughPostgres('a text, b text', tuples)).toEqual([
      ['night', 'night'],
      ['night', 'night'],
      [null, 'night'],
      ['night', 'morning'],
      ['morning', 'night'],
      ['morning', null],
    ]);
  });

  it('leaves the batch whole when kernel memory has to grow', async () => {
    const kernel = await createKernel();
    read(kernel, rows.join('\n'), (batch) => {
      const before = batch.vectors.map((vector) =>
        JSON.stringify(copyOf(vector), (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
      );
      const huge: CopyField = {
        kind: 'text',
        vector: {
          kind: 'utf8',
          length: 1,
          offsets: Int32Array.of(0, 200 << 20),
          bytes: new Uint8Array(200 << 20),
          validity: null,
          nullCount: 0,
        },
      };
      expect(kernel.encodeCopyRows([huge, ...fieldsOf(batch.vectors)], 1).length).toBeGreaterThan(200 << 20);
      const after = batch.vectors.map((vector) =>
        JSON.stringify(copyOf(vector), (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
      );
      expect(after).toEqual(before);
      expect(batch.byteOffsets.length).toBe(rows.length);
    });
  });
});

/** The vector in ordinary memory. */
function copyOf(vector: Vector): Vector {
  const copy: Record<string, unknown> = { ...vector };
  for (const [key, value] of Object.entries(vector))
    if (ArrayBuffer.isView(value)) copy[key] = (value as Uint8Array).slice();
  if (vector.kind === 'dictionary') {
    const { dictionary } = vector;
    const texts = Array.from({ length: dictionary.size }, (_, code) => dictionary.text(code));
    copy.dictionary = {
      size: texts.length,
      text: (code: number) => texts[code],
      bytes: (code: number) => Buffer.from(texts[code]),
    } satisfies TextDictionary;
  }
  return copy as unknown as Vector & DictionaryVector;
}
