/** Files of odd kinds, from the landing folder to the star, by a coordinator and a worker. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bigint, defineDataset, text } from '../../model/index.ts';
import type { Dialect } from '../../model/language/define.ts';
import type { Receipt } from '../../platform/file-receipt.ts';
import { openRig, type Rig } from '../coordinator/support.ts';
import { type ZipMember, zipOf } from './zip.ts';

const kinds = {
  plain: undefined,
  auto: 'auto',
  footed: { skipLines: 2, skipFooterLines: 1 },
  cyrillic: { encoding: 'windows-1251' },
  wide: { encoding: 'utf-16le', lineEnds: 'any' },
  japanese: { encoding: 'shift_jis', delimiter: '|' },
  odd: { delimiter: '||', escape: '\\', comment: '#', trim: true, shortRows: 'pad' },
} satisfies Record<string, Dialect | 'auto' | undefined>;
type Kind = keyof typeof kinds;

const definitions = Object.entries(kinds).map(([name, dialect]) =>
  defineDataset({
    name,
    ...(dialect && { dialect }),
    columns: { id: bigint({ required: true }), name: text() },
    star: { fact: `fact_${name}`, columns: ['id', 'name'] },
    rejects: { share: 0.5 },
  }),
);

/** Small, so that files of a few kilobytes are cut. */
const chunkBytes = 2000;

let rig: Rig;
let dropped = 0;
beforeAll(async () => {
  rig = await openRig({ definitions, chunkBytes });
  await rig.start();
  await rig.startWorker();
});
afterAll(() => rig.close());

interface Loaded {
  readonly receipt: Receipt;
  readonly names: readonly unknown[];
}

/** Drops a file and waits for its end. `names`: those in the star, by id. */
async function load(kind: Kind, content: Buffer | string, ending = 'csv'): Promise<Loaded> {
  await rig.database.pool.query(`truncate star.fact_${kind}`).catch(() => {});
  await rig.drop(`${kind}/file-${dropped}.${ending}`, content);
  dropped += 1;
  const receipt = (await rig.receipts(dropped))[dropped - 1];
  const names =
    receipt.status === 'done' ? await rig.column(`select name from star.fact_${kind} order by id`) : [];
  expect(await rig.files('lake/.landfall')).toEqual([]);
  return { receipt, names };
}

async function rejects(receipt: Receipt) {
  const rows = await rig.database.pool.query(
    'select byte_offset, line, code, raw from landfall.reject where file_id = $1 order by byte_offset',
    [receipt.fileId],
  );
  return rows.rows;
}

const rows = (count: number, name = 'Жуть, №') =>
  Array.from({ length: count }, (_, i) => [i + 1, `${name} ${i}`] as const);
const csv = (records: readonly (readonly [number, string])[]) =>
  `id,name\n${records.map(([id, name]) => `${id},"${name}"\n`).join('')}`;
const namesOf = (records: readonly (readonly [number, string])[]) => records.map(([, name]) => name);

describe('encodings', () => {
  it('windows-1251 in many chunks, with a reject at its place in the file', async () => {
    const encode = (value: string) =>
      Buffer.from(
        [...value].map((character) =>
          'ЖутьЁ№'.includes(character) ? cp1251[character] : character.charCodeAt(0),
        ),
      );
    const cp1251: Record<string, number> = { Ж: 0xc6, у: 0xf3, т: 0xf2, ь: 0xfc, Ё: 0xa8, '№': 0xb9 };
    const records = rows(400);
    const good = encode(csv(records));
    const file = Buffer.concat([good, encode('401,'), Buffer.of(0x98), encode('\nx,№\n')]);
    const { receipt, names } = await load('cyrillic', file);
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 402, loaded: 400, rejected: 2 } });
    expect(receipt.chunks).toBeGreaterThan(2);
    expect(receipt.layout).toMatchObject({ encoding: 'windows-1251', delimiter: ',' });
    expect(names).toEqual(namesOf(records));
    expect(await rejects(receipt)).toEqual([
      { byte_offset: good.length, line: 402, code: 'LF_REJECT_ENCODING', raw: '401,\ufffd' },
      { byte_offset: good.length + 6, line: 403, code: 'LF_REJECT_TYPE', raw: 'x,№' },
    ]);
  });

  it('UTF-16 with a byte order mark and lone CRs', async () => {
    const records = rows(300, '😀 é');
    const content = csv(records).replaceAll('\n', '\r');
    const { receipt, names } = await load('wide', Buffer.from(`\ufeff${content}`, 'utf16le'));
    expect(receipt).toMatchObject({
      status: 'done',
      layout: { encoding: 'utf-16le', lineEnds: 'any', headerBytes: 18 },
    });
    expect(receipt.chunks).toBeGreaterThan(2);
    expect(names).toEqual(namesOf(records));
  });

  it('Shift_JIS, whose second bytes may look like delimiters', async () => {
    // 0x81 0x7c is a full-width minus; its second byte is a vertical bar.
    const record = (id: number) =>
      Buffer.concat([Buffer.from(`${id}|`), Buffer.of(0x81, 0x7c, 0x95, 0x5c), Buffer.from('\n')]);
    const file = Buffer.concat([
      Buffer.from('id|name\n'),
      ...Array.from({ length: 700 }, (_, i) => record(i + 1)),
    ]);
    const { receipt, names } = await load('japanese', file);
    expect(receipt).toMatchObject({ status: 'done', rows: { loaded: 700 } });
    expect(receipt.chunks).toBeGreaterThan(2);
    expect(new Set(names)).toEqual(new Set(['－表']));
  });

  it('a file in another encoding than its definition says is refused', async () => {
    const { receipt } = await load('plain', Buffer.from(`\ufeff${csv(rows(3))}`, 'utf16le'));
    expect(receipt).toMatchObject({ status: 'failed', error: { code: 'LF_FILE_ENCODING' } });
    expect(receipt.error!.message).toContain('utf-16le');
  });
});

describe('auto', () => {
  it('finds delimiter, quotes, line ends, header and encoding, and the receipt tells', async () => {
    const text = `${rows(30, "Ёлка; 'лес'")
      .map(([id, name]) => `${id};'${name.replaceAll("'", "''")}'`)
      .join('\r\n')}\r\n`;
    const koi8 = Buffer.from([...text].map((character) => koi8r[character] ?? character.charCodeAt(0)));
    const { receipt, names } = await load('auto', koi8);
    expect(receipt.layout).toMatchObject({
      delimiter: ';',
      quote: "'",
      lineEnds: 'lf',
      encoding: 'koi8-r',
      header: [],
      headerBytes: 0,
      detected: ['encoding', 'delimiter', 'quote', 'escape', 'header', 'lineEnds', 'comment', 'skipLines'],
    });
    expect(names).toEqual(rows(30, "Ёлка; 'лес'").map(([, name]) => name));
  });

  it('finds a preamble, also where each file of a zip file has one', async () => {
    const bank = (from: number) =>
      `sep=;\r\n"Kontoinhaber";"Max, Müller"\r\n\r\n"Nr.";"id";"name"\r\n"1";"${from}";"ä;"\r\n`;
    const plain = await load('auto', Buffer.from(bank(1), 'latin1'));
    const found = { delimiter: ';', encoding: 'windows-1252', skipLines: 3, headerLines: 4 };
    expect(plain).toMatchObject({ receipt: { layout: found }, names: ['ä;'] });
    const members = [2, 3].map((n) => ({ name: `${n}.csv`, content: Buffer.from(bank(n), 'latin1') }));
    const packed = await load('auto', zipOf(members), 'zip');
    expect(packed).toMatchObject({ receipt: { layout: found }, names: ['ä;', 'ä;'] });
  });

  it('leaves comments out, and rejects a footer', async () => {
    const file = '# of May\nid,name\n1,a\n# "corrected\n2,b\n\nTotal: 2\n';
    const { receipt, names } = await load('auto', file);
    expect(receipt).toMatchObject({ layout: { comment: '#', skipLines: 0 }, rows: { loaded: 2 } });
    expect(names).toEqual(['a', 'b']);
    expect(await rejects(receipt)).toMatchObject([{ line: 7, code: 'LF_REJECT_FIELD_COUNT' }]);
  });

  const koi8r: Record<string, number> = { Ё: 0xb3, л: 0xcc, к: 0xcb, а: 0xc1, е: 0xc5, с: 0xd3 };
});

describe('dialects', () => {
  it('a delimiter of two bytes, escapes, comments, blanks and short rows', async () => {
    const file = 'id||name\n# a comment, "not a record\n1|| "a || b" \n2||c \\" d\n3\n\n 4 ||a|b\n5||e\\\\f';
    const { receipt, names } = await load('odd', file);
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 5, loaded: 5 } });
    expect(names).toEqual(['a || b', 'c " d', null, 'a|b', 'e\\f']);
  });

  it.each([1, 400])('a preamble and a footer around %i records', async (count) => {
    const records = rows(count);
    const { receipt, names } = await load('footed', `Report "of\nall\n${csv(records)}Total,"${count}\n`);
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: count, loaded: count } });
    expect(names).toEqual(namesOf(records));
  });

  it('a footer that makes the last chunk empty', async () => {
    const records = rows(200);
    const footer = `${'t'.repeat(3 * chunkBytes)}\n`;
    const { receipt, names } = await load('footed', `a\nb\n${csv(records)}${footer}`);
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 200 } });
    expect(names).toEqual(namesOf(records));
  });
});

describe('compressed files', () => {
  const records = rows(600);

  it('gzip, cut into chunks while it is read', async () => {
    const packed = gzipSync(`${csv(records)}bad\n`);
    const { receipt, names } = await load('plain', packed, 'csv.gz');
    expect(receipt).toMatchObject({
      status: 'done',
      bytes: packed.length,
      rows: { parsed: 601, loaded: 600, rejected: 1 },
    });
    expect(receipt.layout).toMatchObject({ compression: 'gzip' });
    expect(receipt.chunks).toBeGreaterThan(4);
    expect(names).toEqual(namesOf(records));
    const place = { byte_offset: Buffer.byteLength(csv(records)), line: 602, raw: 'bad' };
    expect(await rejects(receipt)).toEqual([{ ...place, code: 'LF_REJECT_FIELD_COUNT' }]);
  });

  it('the same bytes packed are the same content', async () => {
    const { receipt } = await load('plain', gzipSync(`${csv(records)}bad\n`), 'csv.gz');
    expect(receipt).toMatchObject({ status: 'duplicate' });
  });

  it('gzip of several members, and of a header alone', async () => {
    const whole = csv(rows(50));
    const members = [whole.slice(0, 100), whole.slice(100, 101), whole.slice(101)].map((part) =>
      gzipSync(part),
    );
    const { names } = await load('plain', Buffer.concat(members), 'gz');
    expect(names).toEqual(namesOf(rows(50)));
    const { receipt } = await load('plain', gzipSync('id,name\n'), 'gz');
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 0 } });
  });

  it('gzip that is cut off or damaged fails the file', async () => {
    const packed = gzipSync(csv(rows(3000, 'x')));
    const cut = await load('plain', packed.subarray(0, packed.length - 200), 'gz');
    expect(cut.receipt).toMatchObject({ status: 'failed', error: { code: 'LF_UNPACK' } });
    packed[packed.length - 5] ^= 0xff;
    const damaged = await load('plain', packed, 'gz');
    expect(damaged.receipt).toMatchObject({ status: 'failed', error: { code: 'LF_UNPACK' } });
  });

  const zip = async (members: readonly ZipMember[], options = {}) =>
    load('plain', zipOf(members, options), 'zip');

  it.each([{}, { zip64: true }])('zip with several files, which have a header each %o', async (options) => {
    const { receipt, names } = await zip(
      [
        { name: '../../etc/a.csv', content: csv(records.slice(0, 300)) },
        { name: 'readme.md', content: 'not data' },
        { name: 'folder/', content: '', stored: true },
        { name: '__MACOSX/._a.csv', content: 'x' },
        { name: 'folder/b.csv', content: csv(records.slice(300)).trimEnd(), stored: true },
        { name: 'c.CSV', content: `\ufeff${csv([[601, JSON.stringify(options).replaceAll('"', '')]])}` },
      ],
      options,
    );
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 601, loaded: 601 } });
    expect(names.slice(0, 600)).toEqual(namesOf(records));
  });

  it.each([
    ['is encrypted', [{ name: 'a.csv', content: csv(rows(2)), encrypted: true }], 'LF_ZIP_ENCRYPTED'],
    [
      'holds no CSV',
      [
        { name: 'a.png', content: 'x' },
        { name: 'b.pdf', content: 'y' },
      ],
      'LF_ZIP_EMPTY',
    ],
    ['holds nothing', [], 'LF_ZIP_EMPTY'],
    ['is damaged', [{ name: 'a.csv', content: csv(rows(2)), crc: 1 }], 'LF_UNPACK'],
    ['is packed in another way', [{ name: 'a.csv', content: csv(rows(2)), method: 12 }], 'LF_UNPACK'],
    [
      'holds files with other headers',
      [
        { name: 'a.csv', content: csv(rows(2)) },
        { name: 'b.csv', content: 'name,id\nx,1\n' },
      ],
      'LF_ZIP_HEADERS',
    ],
  ])('zip that %s fails the file', async (_what, members, code) => {
    const { receipt } = await zip(members as readonly ZipMember[]);
    expect(receipt).toMatchObject({ status: 'failed', error: { code } });
  });

  it('zip with footers, in Shift_JIS and gzip in UTF-16', async () => {
    const part = (from: number) => `p\np\n${csv(rows(60).slice(from, from + 30))}end\n`;
    const footed = zipOf([
      { name: 'a.csv', content: part(0) },
      { name: 'b.csv', content: part(30) },
    ]);
    expect((await load('footed', footed, 'zip')).names).toEqual(namesOf(rows(60)));
    const japanese = Buffer.concat([Buffer.from('id|name\n1|'), Buffer.of(0x95, 0x5c), Buffer.from('\n')]);
    expect((await load('japanese', zipOf([{ name: 'x', content: japanese }]), 'zip')).names).toEqual(['表']);
    const wide = Buffer.from(`\ufeff${csv(rows(200, '😀'))}`, 'utf16le');
    expect((await load('wide', gzipSync(wide), 'gz')).names).toEqual(namesOf(rows(200, '😀')));
  });
});
