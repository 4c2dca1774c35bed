import { describe, expect, it } from 'vitest';
import { settleLayout } from '../../../coordinator/detect/settle-layout.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { bigint, defineDataset, text } from '../../../model/index.ts';

type Dialect = Parameters<typeof defineDataset>[0]['dialect'];

function dataset(dialect: Dialect = {}) {
  return compileDataset(
    defineDataset({
      name: 'tiny',
      dialect,
      columns: { id: bigint({ required: true }), name: text(), note: text({ optional: true }) },
      star: { fact: 'fact_tiny', columns: ['id', 'name'] },
    }),
  );
}

function layout(content: string | Uint8Array, options: { dialect?: Dialect; whole?: boolean } = {}) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return settleLayout(dataset(options.dialect), { name: 'tiny.csv', bytes, whole: options.whole ?? true });
}

describe('settleLayout', () => {
  it('finds the columns by the header', () => {
    expect(layout('Name,ID\nx,1\n')).toMatchObject({
      delimiter: ',',
      headerBytes: 8,
      header: ['Name', 'ID'],
      fieldCount: 2,
      fieldOfColumn: [1, 0, -1],
    });
  });

  it('counts a byte order mark with the header', () => {
    expect(layout('\ufeffid,name\n1,x\n')).toMatchObject({ headerBytes: 11, header: ['id', 'name'] });
  });

  it('takes a header that ends with the file', () => {
    expect(layout('id,name')).toMatchObject({ headerBytes: 7, fieldOfColumn: [0, 1, -1] });
  });

  it('asks for more bytes while the first record does not end', () => {
    expect(layout('id,"na\nme', { whole: false })).toBeNull();
  });

  it('has no header to skip where the dialect has none', () => {
    expect(layout('1,x,y\n2,z,w\n', { dialect: { header: false } })).toMatchObject({
      headerBytes: 0,
      header: [],
      fieldCount: 3,
      fieldOfColumn: [0, 1, 2],
    });
  });

  it.each([
    [';', 'id;name\n1;a,b\n2;c,d\n'],
    ['\t', 'id\tname\n1\ta,b\n'],
    ['|', 'id|name\n1|x\n'],
    [',', 'id,name\n1,a;b\n2,c\n'],
  ])('settles an automatic delimiter: %j', (delimiter, content) => {
    expect(layout(content, { dialect: { delimiter: 'auto' } })).toMatchObject({ delimiter });
  });

  it.each([
    ['one record is badly quoted', '"id","name"\n"1","x"\n"2"y,"z"\n"3","w"\n', { quote: '"', escape: null }],
    ['quotes are escaped', 'id,name\n1,"a \\"b\\", c"\n2,"\\"d"\n', { quote: '"', escape: '\\' }],
    ['quotes end in backslashes', 'id,name\n1,"C:\\d\\"\n2,"\\\\e\\"\n', { quote: '"', escape: null }],
    ['a record is ragged', 'id;name\n1;a,b\n2\n3;c,d\n', { delimiter: ';', quote: '"' }],
    ['there are apostrophes', "id,name\n1,it's\n", { quote: '"', escape: null }],
    ['a quote is a unit', 'id,name\n1,"5\n2,7\n', { quote: null }],
  ])('settles an automatic dialect where %s', (_what, content, found) => {
    expect(layout(content, { dialect: 'auto' })).toMatchObject(found);
  });

  it('settles the quotes of corrected rows, which stand as in their file', () => {
    const added = '_landfall_file;_landfall_byte_offset;_landfall_message';
    const rows = [`1:a.csv;9;'id: "x" is not a bigint.';2;'it''s; x'`, `1:a.csv;30;'';3;'y "z"'`];
    const content = `${added};id;name\n${rows.join('\n')}\n`;
    expect(layout(content, { dialect: 'auto' })).toMatchObject({
      ...{ delimiter: ';', quote: "'", escape: null },
      ...{ corrections: { file: 0, byteOffset: 1 }, fieldOfColumn: [3, 4, -1] },
    });
  });

  it('refuses a record of more fields than there is room for', () => {
    expect(() => layout(`id,name${','.repeat(65_536)}\n`)).toThrow(
      expect.objectContaining({ code: 'LF_HEADER_WIDE' }),
    );
  });

  it('does not guess between two delimiters that fit alike', () => {
    expect(() => layout('id;x,name\n1;x,y\n', { dialect: { delimiter: 'auto' } })).toThrow(
      expect.objectContaining({
        code: 'LF_DIALECT_AMBIGUOUS',
        message: expect.stringContaining(
          `with ',' between the fields a record is "1;x" "y"; with ';' between the fields a record is "1" "x,y"`,
        ),
      }),
    );
  });

  it('names the columns that a header lacks', () => {
    expect(() => layout('key,name\n1,x\n')).toThrow(expect.objectContaining({ code: 'LF_HEADER' }));
  });

  it.each([
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'LF_FILE_BINARY'],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'LF_FILE_BINARY'],
    ['zip', Buffer.from('PK\x03\x04'), 'LF_FILE_BINARY'],
    ['binary', Buffer.from([1, 2, 0, 4]), 'LF_FILE_BINARY'],
    ['UTF-16', Buffer.from('\ufeffid,name\n', 'utf16le'), 'LF_FILE_ENCODING'],
    ['nothing but line ends', Buffer.from('\n\n'), 'LF_FILE_EMPTY'],
  ])('says what is wrong with %s', (_what, bytes, code) => {
    expect(() => layout(bytes)).toThrow(expect.objectContaining({ code }));
  });
});
