/** Files as people and programs write them, without a definition that says how they are read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exploreHead } from '../../../coordinator/explore/explore-file.ts';
import type { Dialect } from '../../../model/language/define.ts';
import { plays } from '../../support/long.ts';

function explored(content: string | Uint8Array, header?: boolean) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const {
    dialect,
    header: names,
    fieldCount,
    remarks,
    ...rest
  } = exploreHead({ name: 'x.csv', bytes, whole: true }, header)!;
  return { ...rest, dialect, header: names, fieldCount, remarks: remarks.map(({ text }) => text) };
}

describe('the dialect', () => {
  const found: readonly [what: string, content: string, dialect: Dialect, header: readonly string[]][] = [
    ['the plainest', 'id,name\n1,a\n2,b\n', { delimiter: ',' }, ['id', 'name']],
    [
      'semicolons and decimal commas',
      'Nr;PLZ;Netto;Satz\n1;01067;1.234,50 €;19 %\n2;04109;12,00 €;7 %\n',
      { delimiter: ';' },
      ['Nr', 'PLZ', 'Netto', 'Satz'],
    ],
    [
      'tabs, with commas in texts',
      'id\tsay\n1\tyes, but\n2\tno, never, ever\n',
      { delimiter: '\t' },
      ['id', 'say'],
    ],
    ['bars around', 'a||b||c\n1||x||2.5\n2||y||3.5\n', { delimiter: '||' }, ['a', 'b', 'c']],
    ['unit separators', 'a\u001fb\n1\u001fx\n2\u001fy\n', { delimiter: '\u001f' }, ['a', 'b']],
    ['blanks', 'id name n\n1 a 2\n2 b 3\n', { delimiter: ' ' }, ['id', 'name', 'n']],
    [
      'runs of blanks',
      'id  name  n\n 1  a     2\n10  b   3.5\n',
      { delimiter: 'blanks' },
      ['id', 'name', 'n'],
    ],
    [
      'runs of blanks, without a header',
      '  1   0.5  7\n 10 -0.5  8\n100  2.5  9\n',
      { delimiter: 'blanks', header: false },
      [],
    ],
    [
      'runs of blanks, quoted texts',
      '"city"     "state"\n"New York" "NY"\n"Rome"     "GA"\n',
      { delimiter: 'blanks' },
      ['city', 'state'],
    ],
    [
      'words in the same places of all lines',
      'person place land\nAda    Rome  Italy\nRobert Oslo  Norway\nCid    Bern  Switzerland\n',
      { delimiter: 'blanks' },
      ['person', 'place', 'land'],
    ],
    [
      'comments behind blanks, between runs of blanks',
      ' # by day\n   1    2.5  7\n  # at night\n  10   -3.5  8\n # in the morning, or\n 100    4.5  9\n',
      { delimiter: 'blanks', header: false, comment: '#' },
      [],
    ],
    [
      'lines that name sections',
      ':Andromeda\n1.5,2,3\n2.5,3,4\n3.5,4,5\n:Antlia\n4.5,5,6\n1.5,2,3\n2.5,3,4\n2.5,3,4\n2.5,3,4\n',
      { delimiter: ',', header: false, comment: ':' },
      [],
    ],
    [
      'rows that begin as lines between them do',
      'place,at,n\n:Rome,1,2\n:Oslo,2,3\n:x\n:Bern,3,4\n:y\nParis,3,4\n1,2,3\n1,2,3\n',
      { delimiter: ',' },
      ['place', 'at', 'n'],
    ],
    [
      'runs of blanks below a title',
      'Made  by hand\n\n  t    x\n  0  1.5\n 10  2.5\n 20  3.5\n',
      { delimiter: 'blanks', skipLines: 1 },
      ['t', 'x'],
    ],
    [
      'numbers aligned with blanks, so that each line has as many',
      '  4.05   6.13   2.09    5\n -9.77  -1.22  -2.85    5\n  0.81  -5.04 -13.21   15\n -6.77  -3.07   6.20    5\n',
      { delimiter: 'blanks', header: false },
      [],
    ],
    [
      'numbers aligned below names between single blanks',
      'id x y\n   0     378906.83   17310.41\n   1     334095.21   25283.20\n  12     347095.50   25283.20\n',
      { delimiter: 'blanks' },
      ['id', 'x', 'y'],
    ],
    [
      'two columns with two blanks between',
      '-92.32  48.24\n-88.13  48.92\n-83.11  46.27\n\n-81.66  44.76\n',
      { delimiter: 'blanks', header: false },
      [],
    ],
    [
      'blanks with tabs among them',
      ' x      y   d   h\n-1.99   0.92   1 \t 1.70 \n-4.91   1.98   1 \t  1.60\n-0.13   1.99   0    1.20\n',
      { delimiter: 'blanks' },
      ['x', 'y', 'd', 'h'],
    ],
    [
      'a blank at the end of some lines',
      '180.1 0\n185 0\n200 0 \n205 0\n',
      { delimiter: 'blanks', header: false },
      [],
    ],
    [
      'lines of as many words as a row has fields, above the header',
      `/*quarterly, West German\nsource: Deutsche Bundesbank\n*/\n<1960 Q1>\ninvest  income  cons\n${'180  451  415\n'.repeat(50)}`,
      { delimiter: 'blanks', skipLines: 4 },
      ['invest', 'income', 'cons'],
    ],
    [
      'runs of blanks beside commas in values',
      'id  sum\n 1  1,5\n 2  2,5\n10  3,5\n',
      { delimiter: 'blanks' },
      ['id', 'sum'],
    ],
    ['runs of blanks in texts', 'say\nwell  yes\nbut  no  no\nso   so\nno\n', { delimiter: ',' }, ['say']],
    ['colons', 'root:x:0:0\ndaemon:x:1:1\nbin:x:2:2\nsys:x:3:3\n', { delimiter: ':', header: false }, []],
    ['carets', 'id^name\n1^a\n2^b\n', { delimiter: '^' }, ['id', 'name']],
    ['CR ends lines', 'id,name\r1,a\r2,b\r', { delimiter: ',', lineEnds: 'any' }, ['id', 'name']],
    [
      'a CR within a quoted field ends none',
      'id,say\n1,"a\rb"\n2,c\n3,d\n4,e\n5,f\n6,g\n7,h\n8,i\n9,j\n10,k\n11,l\n12,m\n',
      { delimiter: ',' },
      ['id', 'say'],
    ],
    [
      'escaped quotes',
      'id,say\n1,"he said \\"hi\\" twice"\n2,"plain"\n',
      { delimiter: ',', escape: '\\' },
      ['id', 'say'],
    ],
    [
      'single quotes',
      "id,name\n1,'a, b'\n2,'c, d'\n3,'e, f'\n",
      { delimiter: ',', quote: "'" },
      ['id', 'name'],
    ],
    [
      'apostrophes quote nothing',
      "id,name\n1,don't\n2,'tis\n3,o'clock\n",
      { delimiter: ',' },
      ['id', 'name'],
    ],
    [
      'a blank after each comma, before quotes',
      'id, name, n\n1, "a, b", 2\n2, "c, d", 3\n',
      { delimiter: ',', trim: true },
      ['id', 'name', 'n'],
    ],
    ['blanks around numbers', 'id, n\n1, 2\n2, 3\n', { delimiter: ',', trim: true }, ['id', 'n']],
    ['a quote in the middle', 'id,size\n1,5" pipe\n2,6" pipe\n', { delimiter: ',' }, ['id', 'size']],
    [
      'a line that names the delimiter',
      'sep=;\nid;name\n1;a,b\n2;c\n',
      { delimiter: ';', skipLines: 1 },
      ['id', 'name'],
    ],
    [
      'comments',
      '# made by x\n# on Monday\nid,name\n1,a\n# half way\n2,b\n',
      { delimiter: ',', comment: '#' },
      ['id', 'name'],
    ],
    ['a header that begins with #', '#id,name\n1,a\n2,b\n', { delimiter: ',' }, ['#id', 'name']],
    [
      'titles',
      'Sales of March\nmade by the shop\nid,name\n1,a\n2,b\n',
      { delimiter: ',', skipLines: 2 },
      ['id', 'name'],
    ],
    [
      'titles as wide as the rows',
      'Report,,\nid,name,n\n1,a,2\n2,b,3\n',
      { delimiter: ',', skipLines: 1 },
      ['id', 'name', 'n'],
    ],
    [
      'titles and blank lines',
      'Report\n\n\nid,name,n\n1,a,2\n2,b,3\n',
      { delimiter: ',', skipLines: 1 },
      ['id', 'name', 'n'],
    ],
    [
      'groups of columns',
      ',2022,,2023,\nRegion,Plan,Actual,Plan,Actual\nN,1,2,3,4\nS,5,6,7,8\n',
      { delimiter: ',', headerRows: 2 },
      ['Region', '2022 Plan', '2022 Actual', '2023 Plan', '2023 Actual'],
    ],
    [
      'years as names',
      'Country,2019,2020,2021\nA,1,2,3\nB,4,5,6\n',
      { delimiter: ',' },
      ['Country', '2019', '2020', '2021'],
    ],
    [
      'a delimiter at the end of rows',
      'a,b\n1,2,\n3,4,\n5,6,\n',
      { delimiter: ',', longRows: 'truncate' },
      ['a', 'b'],
    ],
    [
      'a delimiter at the end of the header',
      '"x";"y";\n1;2\n3;4\n5;6\n',
      { delimiter: ';', shortRows: 'pad' },
      ['x', 'y', ''],
    ],
    [
      'names of rows that the header lacks',
      'mpg,cyl\nMazda,21,6\nDatsun,22.8,4\nHornet,21.4,6\n',
      { delimiter: ',', header: false, skipLines: 1 },
      ['', 'mpg', 'cyl'],
    ],
    ['no header', '1,"Ada",10.5\n2,"Bob",11.5\n3,"Cid",12.5\n', { delimiter: ',', header: false }, []],
    ['a header alone', 'id,name,n\n', { delimiter: ',' }, ['id', 'name', 'n']],
    ['one column', 'name\nAda\nBob\n', { delimiter: ',' }, ['name']],
  ];
  it.each(found)('%s', (_, content, dialect, header) => {
    const result = explored(content);
    expect([result.dialect, result.header ?? []]).toEqual([dialect, header]);
  });

  it('says where rows are of another length', () => {
    const one = explored(`id,n\n${'1,2\n'.repeat(49)}1\n`);
    expect(one.dialect).toEqual({ delimiter: ',' });
    const many = explored(`id,n\n${'1,2\n'.repeat(49)}${'1\n'.repeat(12)}`);
    expect(many.dialect).toEqual({ delimiter: ',', shortRows: 'pad' });
    expect(many.remarks).toEqual(['short rows, 12 of the first 61: the fields that they lack are null']);
  });

  it('takes rows without names by the longest, if many are longer than most', () => {
    const rows = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `${i},x,2,note\n` : `${i},x,2\n`)).join(
      '',
    );
    expect(explored(rows)).toMatchObject({ fieldCount: 4, dialect: { header: false, shortRows: 'pad' } });
  });

  it('leaves a long row to be rejected if it is one of few, even if it ends in empty fields', () => {
    expect(explored(`a,b,c\n${'1,2,\n'.repeat(30)}1,,2,\n`).dialect).toEqual({ delimiter: ',' });
  });
});

describe('the encoding', () => {
  it.each<[what: string, bytes: Uint8Array, dialect: Dialect, text: string]>([
    [
      'latin-1 letters',
      Buffer.from('name,n\ncafé,1\nthé,2\n', 'latin1'),
      { encoding: 'windows-1252' },
      'café',
    ],
    ['UTF-16 with a mark', Buffer.from('\ufeffname,n\nAda,1\n', 'utf16le'), { encoding: 'utf-16le' }, 'Ada'],
    [
      'Cyrillic in one byte',
      Uint8Array.of(
        0xc3,
        0xee,
        0xf0,
        0xee,
        0xe4,
        0x2c,
        0x6e,
        0x0a,
        0xcc,
        0xee,
        0xf1,
        0xea,
        0xe2,
        0xe0,
        0x2c,
        0x31,
        0x0a,
      ),
      { encoding: 'windows-1251' },
      'Москва',
    ],
  ])('%s', (_, bytes, dialect) => {
    expect(explored(bytes).dialect).toMatchObject(dialect);
  });

  it('stays UTF-8 where a few bytes are damaged', () => {
    const text = Buffer.concat([
      Buffer.from('name,n\nÄrger,1\nÖl,2\nÜbel,3\nñandú,4\n'),
      Uint8Array.of(0x61, 0xff, 0x2c, 0x35, 0x0a),
    ]);
    const result = explored(text);
    expect(result.dialect.encoding).toBeUndefined();
    expect(result.remarks[0]).toContain('UTF-8 with invalid bytes');
  });

  it('takes the likeliest where a loaded file would be refused as unclear, and says so', () => {
    const result = explored(Uint8Array.of(0x6e, 0x0a, 0x31, 0xc5, 0x0a));
    expect(result.remarks[0]).toMatch(/the text may be|is a guess/);
  });
});

describe('the header', () => {
  it('is asked about where nothing decides', () => {
    const unsure = explored('alpha,beta\ngamma,delta\nepsilon,zeta\n');
    expect(unsure.undecided).toBe(true);
    expect(explored('alpha,beta\ngamma,delta\nepsilon,zeta\n', false)).toMatchObject({
      header: null,
      undecided: false,
    });
    expect(explored('alpha,beta\ngamma,delta\n', true)).toMatchObject({ header: ['alpha', 'beta'] });
  });

  it('may go on in the record below: units, or the names once more', () => {
    expect(explored('id,weight\n,kg\n1,2.5\n2,3.5\n')).toMatchObject({
      dialect: { headerRows: 2 },
      moreHeaders: 0,
      header: ['id', 'weight kg'],
    });
    expect(explored('a,n\na,n\na,n\nx,1\ny,2\n')).toMatchObject({ moreHeaders: 2, header: ['a', 'n'] });
    expect(explored('day n\n###   ####\nmai   1.5\njun  20.5\njul   3.5\n')).toMatchObject({
      dialect: { delimiter: 'blanks', headerRows: 2 },
      header: ['day ###', 'n ####'],
    });
    expect(explored('name,n\nx,--\nab,1\ncd,2\nef,3\n').dialect.headerRows).toBeUndefined();
    const plain = explored('id,weight\n1,2.5\n2,3.5\n');
    expect([plain.moreHeaders, plain.dialect.headerRows]).toEqual([0, undefined]);
  });
});

describe('comments', () => {
  it('begin with another sign where the file begins with it', () => {
    const head = '% x, y: in m\n% written at 15:57\n\n';
    expect(explored(`${head}0.5 -1.5\n0.25 3.5\n-0.5 1.5\n`)).toMatchObject({
      dialect: { delimiter: ' ', comment: '%', header: false },
      fieldCount: 2,
    });
    expect(explored('// of a log\nid,n\n1,2\n3,4\n').dialect).toEqual({ delimiter: ',', comment: '//' });
    expect(explored('%,n\n10,2\n30,4\n').dialect).toEqual({ delimiter: ',' });
  });

  it('may look like rows, if others between the rows do not, and this is said', () => {
    const row = (i: number) => `${i}\tx\t${2 * i}\n`;
    const rows = Array.from({ length: 6 }, (_, i) => row(i)).join('');
    const found = explored(`#id\tname\tn\n${rows}#9\tx\t3\n# of these, the last are\n${row(7)}`);
    expect(found.dialect).toEqual({ delimiter: '\t', comment: '#', header: false });
    expect(found.remarks).toContain('of the lines that begin with #, 2 may be rows: all are left out');
    // Nothing but lines like rows, or one that may be a title above the names.
    for (const content of [`#id\tname\tn\n${rows}#9\tx\t3\n`, `# made by x\n#id\tname\tn\n${rows}`])
      expect(explored(content).dialect.comment).toBeUndefined();
    // Names that take two lines, of which the second is not as long as a row.
    expect(explored(`# made by x\n#\t\tn\n#\tname\n${rows}`).dialect).toEqual(found.dialect);
  });

  it('may show what a row looks like, once among many', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `# line ${i} of the words above\n`).join('');
    const rows = Array.from({ length: 9 }, (_, i) => `${i}; R; n${i}\n`).join('');
    expect(explored(`${lines}#  1; R; name\n${rows}`).dialect).toMatchObject({
      delimiter: ';',
      comment: '#',
    });
    expect(explored(`# a\n#1;R;n\n${rows}`).dialect.comment).toBeUndefined();
  });
});

describe('what is no table', () => {
  it.each([
    ['JSON', '[{"a":1}]', 'it is JSON'],
    ['HTML', '<!DOCTYPE html><html>', 'HTML or XML'],
    ['Parquet', 'PAR1\u0000\u0000', 'Parquet'],
    ['nothing', '', 'it is empty'],
    ['blank lines', '\n\n', 'it has no record'],
    [
      'aligned columns',
      'name      age  city\nAda       36   London\nBob       41   New York\n',
      'aligned with runs of blanks',
    ],
    [
      'aligned words, of which one has a blank',
      'name  city\nAda   New York\nBob   Oslo\nCid   Bern\n',
      'aligned with runs of blanks',
    ],
    ['other bytes', '\u0001\u0002\u0003\u0004\u0005\u0006abc\n', 'it is not text'],
  ])('%s', (_, content, reason) => {
    expect(() => explored(content)).toThrow(
      expect.objectContaining({ code: 'LF_INIT', message: expect.stringContaining(reason) }),
    );
  });
});

describe('any dialect', () => {
  const word = fc.string({
    unit: fc.constantFrom(...'abcdefghijklmnoprstuvwxyz'),
    minLength: 3,
    maxLength: 9,
  });
  const table = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    end: fc.constantFrom('\n', '\r\n'),
    quoteAll: fc.boolean(),
    preamble: fc.constantFrom('', 'A title', 'A title\n\nof two lines'),
    names: fc.uniqueArray(word, { minLength: 3, maxLength: 6 }),
    rows: fc.array(
      fc.record({
        n: fc.integer({ min: 0, max: 99_999 }),
        word,
        text: fc.array(word, { minLength: 2, maxLength: 4 }),
      }),
      { minLength: 4, maxLength: 30 },
    ),
  });

  it('is found again from what was written with it', () => {
    fc.assert(
      fc.property(table, ({ delimiter, end, quoteAll, preamble, names, rows }) => {
        const quoted = (text: string) => (quoteAll || text.includes(delimiter) ? `"${text}"` : text);
        const records = rows.map(({ n, word: one, text }) =>
          names.map((_, c) =>
            c === 0 ? String(n) : c === 1 ? one : quoted(text.join(c === 2 ? `${delimiter} ` : ' ')),
          ),
        );
        const lines = [names, ...records].map((fields) => fields.join(delimiter));
        const content = [...(preamble === '' ? [] : preamble.split('\n')), ...lines].join(end) + end;
        const result = explored(content);
        expect(result.header).toEqual(names);
        expect(result.dialect).toEqual({
          delimiter,
          ...(preamble !== '' && { skipLines: preamble.split('\n').length }),
        });
      }),
      { numRuns: plays(100, 1_500) },
    );
  });
});
