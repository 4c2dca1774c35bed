/**
 * One example or more for each row of docs/csv.md, as small as it shows the oddity. The dataset has the text
 * columns a, b and, optional, c; an empty text is null, which is the default.
 */
import { gzipSync } from 'node:zlib';
import type { Dialect } from '../../model/language/define.ts';
import { bgzipOf } from './bgzip.ts';
import { zipOf } from './zip.ts';

export interface Case {
  /** First cell of its row in docs/csv.md. */
  readonly oddity: string;
  readonly file: string | Uint8Array;
  readonly dialect?: Dialect | 'auto';
  /** Values of a, b and c, c left out where it is null. */
  readonly rows?: readonly (readonly (string | null)[])[];
  /** Default: a, b and c. */
  readonly columns?: readonly string[];
  /** Exact headers of some columns. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Line and code (without LF_REJECT_) of each rejected row. */
  readonly rejects?: readonly (readonly [line: number, code: string])[];
  /** The file fails. */
  readonly error?: string;
  /** What the layout, and so the receipt, says among other things. */
  readonly layout?: object;
}

type Rows = NonNullable<Case['rows']>;

/** An example that loads without a reject. */
function loads(oddity: string, file: string | Uint8Array, rows: Rows, dialect?: Dialect | 'auto'): Case {
  return { oddity, file, rows, ...(dialect && { dialect }) };
}

function fails(oddity: string, file: string | Uint8Array, error: string, dialect?: Dialect | 'auto'): Case {
  return { oddity, file, error, ...(dialect && { dialect }) };
}

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const x17MiB = 'x'.repeat(17 << 20);

const lineEnds: readonly Case[] = [
  loads('LF', 'a,b\n1,2\n3,4\n', [
    ['1', '2'],
    ['3', '4'],
  ]),
  loads('CRLF', 'a,b\r\n1,2\r\n3,"4"\r\n', [
    ['1', '2'],
    ['3', '4'],
  ]),
  loads('CR alone', 'a,b\r1,2\r3,4\r', [
    ['1', '2'],
    ['3', '4'],
  ]),
  loads('CR alone', 'a,b\r1,"2\r3"\r', [['1', '2\r3']], { lineEnds: 'any' }),
  loads('CR, LF and CRLF in one file', 'a,b\r\n1,2\r3,4\n5,6', [
    ['1', '2'],
    ['3', '4'],
    ['5', '6'],
  ]),
  loads(
    'CR, LF and CRLF in one file',
    'a,b\n1,2\r\r\n3,"4"\r5,6\n\r7,8',
    [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
      ['7', '8'],
    ],
    { lineEnds: 'any' },
  ),
  loads(
    'a CR within a field',
    'a,b\n1,2\r2\n3,"4\r"\n',
    [
      ['1', '2\r2'],
      ['3', '4\r'],
    ],
    { lineEnds: 'lf' },
  ),
  loads('no line end at the end', 'a,b\n1,2', [['1', '2']]),
  loads('no line end at the end', 'a,b\n1,"2"', [['1', '2']]),
  loads('no line end at the end', 'a,b\n1,', [['1', null]]),
  loads('no line end at the end', 'a,b\n1,""', [['1', null]]),
  loads('no line end at the end', 'a,b\n1,"2,\n3"', [['1', '2,\n3']]),
  loads('blank lines', '\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n', [
    ['1', '2'],
    ['3', '4'],
  ]),
  { ...loads('blank lines', 'a\n1\n\n""\n \n\n2', [['1'], [null], [' '], ['2']]), columns: ['a'] },
  {
    oddity: 'lines of blanks only',
    file: 'a,b\n1,2\n  \n3,4\n',
    rows: [
      ['1', '2'],
      ['3', '4'],
    ],
    rejects: [[3, 'FIELD_COUNT']],
  },
  loads('other line separators of Unicode', 'a,b\n1\u0085,2\u2028\n', [['1\u0085', '2\u2028']]),
];

const fields: readonly Case[] = [
  loads('empty fields', 'a,b\n,2\n1,\n', [
    [null, '2'],
    ['1', null],
  ]),
  loads('empty fields', 'a,b\n"",2\n"",""\n', [
    [null, '2'],
    [null, null],
  ]),
  loads('empty fields', 'a,b,c\n1,,\n,,3\n"4","5",\n,"","6"\n', [
    ['1', null],
    [null, null, '3'],
    ['4', '5'],
    [null, null, '6'],
  ]),
  loads('records of delimiters and blanks alone', ',', [[null, null]], { header: false }),
  loads('records of delimiters and blanks alone', 'a,b\n1,2\n,\n3,4\n', [
    ['1', '2'],
    [null, null],
    ['3', '4'],
  ]),
  {
    oddity: 'records of delimiters and blanks alone',
    file: ',,\na,b\n , \n1,2\n,,,,\n\n"",""\n,\r\n3,\n,,x\n \n,',
    dialect: { blankRows: 'skip' },
    rows: [
      ['1', '2'],
      ['3', null],
    ],
    rejects: [[10, 'FIELD_COUNT']],
    layout: { headerLines: 2 },
  },
  {
    oddity: 'records of delimiters and blanks alone',
    file: '\t|\n1|2\n| "|"\n |',
    dialect: { delimiter: '|', header: false, trim: true, shortRows: 'pad', blankRows: 'skip' },
    rows: [
      ['1', '2'],
      [null, '|'],
    ],
  },
  loads('blanks around fields', 'a,b\n 1 ,\t2\n', [[' 1 ', '\t2']]),
  loads(
    'blanks around fields',
    ' a , b\n 1 ,\t2 \n " 3 " , "4"\n',
    [
      ['1', '2'],
      [' 3 ', '4'],
    ],
    { trim: true },
  ),
  fails('a header of many megabytes', `a,b${x17MiB}\n1,2\n`, 'LF_HEADER_LONG'),
  fails('a header of many megabytes', `a,b${','.repeat(65_535)}\n`, 'LF_HEADER_WIDE', 'auto'),
  {
    oddity: 'fields and rows of many megabytes',
    file: `a,b\n1,2\n3,${x17MiB}\n5,6\n`,
    rows: [
      ['1', '2'],
      ['5', '6'],
    ],
    rejects: [[3, 'TOO_LONG']],
  },
  {
    oddity: 'fields and rows of many megabytes',
    file: `a;b\n1;2\n"${x17MiB}\n";4\n5;6\n`,
    dialect: 'auto',
    rows: [
      ['1', '2'],
      ['5', '6'],
    ],
    rejects: [[3, 'TOO_LONG']],
  },
  fails('a file with nothing in it', '', 'LF_FILE_EMPTY'),
  fails('a file with nothing in it', '\n\r\n\n', 'LF_FILE_EMPTY'),
  fails('a file with nothing in it', '# all of it\n#', 'LF_FILE_EMPTY', { comment: '#' }),
  loads('a header alone', 'a,b', []),
  loads('a header alone', 'a,b\r\n', []),
  {
    ...loads('one column', 'a\n1,1\n"2;2"\n3;3\n', [['2;2'], ['3;3']]),
    columns: ['a'],
    rejects: [[2, 'FIELD_COUNT']],
  },
  {
    ...loads('one column', 'a\n1,"1"\n"2;2"\n3;3\n', [['1,"1"'], ['2;2'], ['3;3']], 'auto'),
    columns: ['a'],
    layout: { delimiter: '\t' },
  },
];

const quotes: readonly Case[] = [
  loads('delimiters in quotes', 'a,b\n"1,1",","\n",,2",",3,"\n', [
    ['1,1', ','],
    [',,2', ',3,'],
  ]),
  loads('line ends in quotes', 'a,b\n"1\n1","2\r\n2"\n"\n","\n\n"\n3,4\n', [
    ['1\n1', '2\r\n2'],
    ['\n', '\n\n'],
    ['3', '4'],
  ]),
  loads('line ends in quotes', 'a,b,c\n1,2,"3,\n3"\n', [['1', '2', '3,\n3']]),
  loads('doubled quotes', 'a,b\n"1""1","""2"""\n"""","x"""\n', [
    ['1"1', '"2"'],
    ['"', 'x"'],
  ]),
  loads('doubled quotes', 'a,b\n""",""","n="""",m="""""\n', [['","', 'n="",m=""']]),
  loads('doubled quotes', 'a,b\n",""",""","\n"\n""\n","1"\n', [
    [',"', '",'],
    ['\n"\n', '1'],
  ]),
  loads('doubled quotes', 'a,b\n1,"{""type"": ""Point"", ""coordinates"": [102.0, 0.5]}"\n', [
    ['1', '{"type": "Point", "coordinates": [102.0, 0.5]}'],
  ]),
  loads('blanks in quotes', 'a,b\n" 1 ","\t2"\n', [[' 1 ', '\t2']], { trim: true }),
  loads('a quote within an unquoted field', 'a,b\n1"1",2"\n3 "4" 5,6""\n', [
    ['1"1"', '2"'],
    ['3 "4" 5', '6""'],
  ]),
  loads('blanks before an opening quote', 'a,b\n1, "2"\n', [['1', ' "2"']]),
  loads('blanks before an opening quote', 'a,b\n "1" , "2" \n', [[' "1" ', ' "2" ']]),
  { oddity: 'blanks before an opening quote', file: 'a,b\n1, "2,3"\n', rejects: [[2, 'FIELD_COUNT']] },
  loads('blanks before an opening quote', 'a,b\n1, "2,3"\n', [['1', '2,3']], { trim: true }),
  {
    oddity: 'blanks after a closing quote',
    file: 'a,b\n"1" ,2\n3,"4" \n5,6\n',
    rows: [['5', '6']],
    rejects: [
      [2, 'QUOTE'],
      [3, 'QUOTE'],
    ],
  },
  loads(
    'blanks after a closing quote',
    'a,b\n"1" ,2\n3,"4"\t\r\n5,6\n',
    [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ],
    { trim: true },
  ),
  loads(
    'blanks after a closing quote',
    'a,b\n",1" ,2\n3,"4\n" \n',
    [
      [',1', '2'],
      ['3', '4\n'],
    ],
    { trim: true },
  ),
  {
    oddity: 'text after a closing quote',
    file: 'a,b\n"1"x,2\n"3"4"5",6\n"7","8"\n',
    rows: [['7', '8']],
    rejects: [
      [2, 'QUOTE'],
      [3, 'QUOTE'],
    ],
  },
  {
    oddity: 'text after a closing quote',
    file: 'a,b\n"1,"2,3"\n4,"5\n6"7,"8\n9"\n"1","2"\n',
    rows: [['1', '2']],
    rejects: [
      [2, 'QUOTE'],
      [3, 'QUOTE'],
    ],
  },
  {
    oddity: 'a quote that is never closed',
    file: 'a,b\n1,2\n3,"4\n5,6\n',
    rows: [['1', '2']],
    rejects: [[3, 'QUOTE']],
  },
  loads(
    'another quote',
    "a,b\n'1,1','it''s'\n\"2\",3\n",
    [
      ['1,1', "it's"],
      ['"2"', '3'],
    ],
    { quote: "'" },
  ),
  loads('another quote', '.a\n.,b\r\n1,.2,..2.\r\n', [['1', '2,.2']], { quote: '.' }),
  loads('another quote', '|a|,b\n1,|2\n2|\n', [['1', '2\n2']], { quote: '|' }),
  loads(
    'no quotes',
    'a\tb\n"1\t2"\n"\t"\n',
    [
      ['"1', '2"'],
      ['"', '"'],
    ],
    { delimiter: '\t', quote: null },
  ),
];

const escapes: readonly Case[] = [
  loads('backslashes that mean nothing', 'a,b\n1\\,"2\\"\n\\n,\\\\\n', [
    ['1\\', '2\\'],
    ['\\n', '\\\\'],
  ]),
  loads(
    'an escaped quote',
    'a,b\n"1\\"1","\\""\n\\"2,3\\"\n',
    [
      ['1"1', '"'],
      ['"2', '3"'],
    ],
    { escape: '\\' },
  ),
  loads('an escaped delimiter', 'a,b\n1\\,1,"2\\,2"\n', [['1,1', '2,2']], { escape: '\\' }),
  loads(
    'an escaped line end',
    'a,b\n1\\\n1,"2\\\n"\n3\\\r\n,4\n',
    [
      ['1\n1', '2\n'],
      ['3\r\n', '4'],
    ],
    { escape: '\\' },
  ),
  loads('an escaped escape', 'a,b\n1\\\\,"2\\\\"\n', [['1\\', '2\\']], { escape: '\\' }),
  loads(
    'an escape before anything else',
    'a,b\n\\N,1\\t2\n3,4\\',
    [
      ['\\N', '1\\t2'],
      ['3', '4\\'],
    ],
    { escape: '\\' },
  ),
  loads('doubled quotes beside escapes', 'a,b\n"1""1\\"","2"\n', [['1"1"', '2']], { escape: '\\' }),
  loads('another escape', 'a,b\n"1""1","""2,"\n', [['1"1', '"2,']], { escape: '"' }),
  loads('another escape', "a,b\n'1^'1',2\n", [["1'1", '2']], { escape: '^', quote: "'" }),
];

const delimiters: readonly Case[] = [
  loads('semicolon, tab, bar', 'a;b\n1,1;2\n', [['1,1', '2']], { delimiter: ';' }),
  loads(
    'semicolon, tab, bar',
    'a\tb\n1\t\n\t2\n',
    [
      ['1', null],
      [null, '2'],
    ],
    { delimiter: '\t' },
  ),
  loads('semicolon, tab, bar', 'a|b\n1|"2|3"\n', [['1', '2|3']], { delimiter: '|' }),
  loads('any other character', 'a b\n1 "2 3"\n', [['1', '2 3']], { delimiter: ' ' }),
  loads('any other character', 'a\u001fb\n1,1\u001f2\n', [['1,1', '2']], { delimiter: '\u001f' }),
  loads('any other character', 'axb\n1x2\n', [['1', '2']], { delimiter: 'x' }),
  loads('any other character', 'a␟b\n1␟"2␟"\n', [['1', '2␟']], { delimiter: '␟' }),
  loads(
    'several characters',
    'a||b\n1|1||2\n"3||3"||4\n',
    [
      ['1|1', '2'],
      ['3||3', '4'],
    ],
    { delimiter: '||' },
  ),
  loads(
    'several characters',
    'a[|]b\n1[|[|]2]\n[|][[|\n',
    [
      ['1[|', '2]'],
      [null, '[[|'],
    ],
    { delimiter: '[|]' },
  ),
  loads('several characters', 'a, b\n1, 2,3\n', [['1', '2,3']], { delimiter: ', ' }),
  loads(
    'runs of blanks',
    '  a   b\n1 2  \n \t \n\n   \t3 \t 4\r\n5\t6',
    [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ],
    { delimiter: 'blanks' },
  ),
  loads(
    'runs of blanks',
    'a b\r1  2 \r \r\n  # 3\r#5 6\r 7 #8\r',
    [
      ['1', '2'],
      ['7', '#8'],
    ],
    { delimiter: 'blanks', lineEnds: 'any', comment: '#' },
  ),
  {
    ...loads('runs of blanks', 'a b\n1 2\n 3  \n4 5 6\n', [['1', '2']], { delimiter: 'blanks' }),
    rejects: [
      [3, 'FIELD_COUNT'],
      [4, 'FIELD_COUNT'],
    ],
  },
  {
    ...loads(
      'runs of blanks, and a value that has blanks or none',
      '"a" "b"\n  "New York"   ""\n"x\ny" z"z  \n""\t"4"\n"5"6 7\n',
      [
        ['New York', null],
        ['x\ny', 'z"z'],
        [null, '4'],
      ],
      { delimiter: 'blanks' },
    ),
    rejects: [[6, 'QUOTE']],
  },
  loads(
    'runs of blanks, and a value that has blanks or none',
    'a b\nNew\\ York  \\\t\n"say \\"hi\\"" 2\n',
    [
      ['New York', '\t'],
      ['say "hi"', '2'],
    ],
    { delimiter: 'blanks', escape: '\\' },
  ),
  loads(
    'runs of blanks, and a CR that does not end a record',
    'a b\n1\r2\r\n3 "4\r5"\r\r\n6 \r 7\r',
    [
      ['1', '2'],
      ['3', '4\r5'],
      ['6', '7'],
    ],
    { delimiter: 'blanks', lineEnds: 'lf' },
  ),
  {
    ...loads(
      'auto',
      'a;b\n1,1;2\n3,3;4\n',
      [
        ['1,1', '2'],
        ['3,3', '4'],
      ],
      { delimiter: 'auto' },
    ),
    layout: { delimiter: ';', detected: ['delimiter', 'lineEnds'] },
  },
  {
    ...loads(
      'auto',
      "a|b\n'1|1'|2\n3|'it''s'\n",
      [
        ['1|1', '2'],
        ['3', "it's"],
      ],
      'auto',
    ),
    layout: { delimiter: '|', quote: "'" },
  },
  {
    ...loads(
      'auto',
      '1\t2\t3\r4\t5\t6\r',
      [
        ['1', '2', '3'],
        ['4', '5', '6'],
      ],
      'auto',
    ),
    layout: { header: [], lineEnds: 'any' },
  },
  loads('auto', 'a\tb\n1\t2,2;2|2\n', [['1', '2,2;2|2']], 'auto'),
  {
    ...loads(
      'auto',
      '  a   b\n  1  2,5\n 10  "3 5"\n',
      [
        ['1', '2,5'],
        ['10', '3 5'],
      ],
      'auto',
    ),
    layout: { delimiter: 'blanks', header: ['a', 'b'] },
  },
  {
    ...loads(
      'auto',
      ' 1  2 3\n 4  5 6\n',
      [
        ['1', '2', '3'],
        ['4', '5', '6'],
      ],
      'auto',
    ),
    layout: { header: [] },
  },
  // What blanks would cut into as many fields as there are columns is cut at commas.
  {
    ...loads(
      'auto',
      '1,1 2,2 3\n4,4 5,5 6\n',
      [
        ['1', '1 2', '2 3'],
        ['4', '4 5', '5 6'],
      ],
      'auto',
    ),
    layout: { delimiter: ',' },
  },
  // The same where the columns are named.
  {
    ...loads('auto', 'b,a b a,c\n1,2,3\n', [['1', '2', '3']], 'auto'),
    layout: { delimiter: ',' },
    columns: ['b', 'a_b_a', 'c'],
  },
  loads(
    'auto',
    '1|2,2|3\n4|5,5|6\n',
    [
      ['1', '2,2', '3'],
      ['4', '5,5', '6'],
    ],
    'auto',
  ),
  loads('auto', '"1,1,1";2;"3,3"\n', [['1,1,1', '2', '3,3']], 'auto'),
  loads('auto', '1;"2,2,""2";"3,3"\n', [['1', '2,2,"2', '3,3']], 'auto'),
  loads(
    'auto',
    'a;b\r\n1;"{\n  ""x"": 1,\n  ""y"": 2,\n  ""z"": 3\n}"\r\n2;"{\n  ""x"": 1\n}"',
    [
      ['1', '{\n  "x": 1,\n  "y": 2,\n  "z": 3\n}'],
      ['2', '{\n  "x": 1\n}'],
    ],
    'auto',
  ),
  {
    ...loads(
      'auto',
      'a,b\n"1\\"1",2\n3,"\\","\n',
      [
        ['1"1', '2'],
        ['3', '",'],
      ],
      'auto',
    ),
    layout: { quote: '"', escape: '\\' },
  },
  fails('auto with two equal answers', 'x;y,z\n1;2,3\n', 'LF_DIALECT_AMBIGUOUS', { delimiter: 'auto' }),
  fails('a delimiter that the file does not have', 'a;b\n1;2\n', 'LF_HEADER'),
  loads('a first line that names the delimiter', 'sep=;\na;b\n1;2\n', [['1', '2']], {
    delimiter: ';',
    skipLines: 1,
  }),
  {
    ...loads('a first line that names the delimiter', 'sep=;\r\na,b;b;a\r\n1;2;3\r\n', [['3', '2']], 'auto'),
    layout: { delimiter: ';', skipLines: 1, headerBytes: 16, headerLines: 2 },
  },
  loads(
    'a first line that names the delimiter',
    '\ufeff"SEP=^"\r1^2\r3^4',
    [
      ['1', '2'],
      ['3', '4'],
    ],
    {
      ...{ delimiter: 'auto', header: false, skipLines: 'auto' },
    },
  ),
  loads('a first line that names the delimiter', 'sep=,\na;b\n1;2\n', [['1', '2']], {
    delimiter: ';',
    skipLines: 'auto',
  }),
];

const aroundRecords: readonly Case[] = [
  loads(
    'comment lines',
    '# "one\n#two\na,b\n#3,4\n1,#2\n"#5",6\n#',
    [
      ['1', '#2'],
      ['#5', '6'],
    ],
    { comment: '#' },
  ),
  loads(
    'comment lines',
    '// x\r\na,b\r\n1,/2\r\n/3,4\r\n//5,6',
    [
      ['1', '/2'],
      ['/3', '4'],
    ],
    { comment: '//' },
  ),
  loads('comment lines', `${'#;\n'.repeat(40)}a,b\n1,2;2\n`, [['1', '2;2']], {
    comment: '#',
    delimiter: 'auto',
  }),
  loads(
    'comment lines',
    'a,b\n #1,2\n"#",3\n',
    [
      [' #1', '2'],
      ['#', '3'],
    ],
    { comment: '#' },
  ),
  loads('comment lines', 'a,b\n=N(1,2)\n=N,3\n', [['=N', '3']], { comment: '=N(' }),
  {
    oddity: 'comment lines that the definition does not name',
    file: 'a,b\n# 1\n#2,3\n',
    rows: [['#2', '3']],
    rejects: [[2, 'FIELD_COUNT']],
  },
  {
    ...loads(
      'comment lines and auto',
      '# one, "two"\n#\n\na,b\n1,2\n#3,4\n',
      [
        ['1', '2'],
        ['#3', '4'],
      ],
      'auto',
    ),
    layout: { comment: null, skipLines: 3, headerLines: 4 },
  },
  {
    ...loads(
      'comment lines and auto',
      '#;"one\na;b\n1;2,2\n# it\'s "three\n3;4\n#\n',
      [
        ['1', '2,2'],
        ['3', '4'],
      ],
      'auto',
    ),
    layout: { delimiter: ';', comment: '#', skipLines: 0 },
  },
  {
    ...loads(
      'comment lines and auto',
      '# x\n#y\n1,2,3\n4,5,6\n',
      [
        ['1', '2', '3'],
        ['4', '5', '6'],
      ],
      'auto',
    ),
    layout: { comment: null, skipLines: 2, header: [] },
  },
  {
    ...loads('comment lines and auto', '# x\na,b\n1,2\n', [['1', '2']], { comment: 'auto' }),
    layout: { comment: '#', headerLines: 2, detected: ['lineEnds', 'comment'] },
  },
  {
    ...loads('comment lines and auto', '##x\n#a,b\n1,2\n', [['1', '2']], 'auto'),
    layout: { comment: null, header: ['#a', 'b'] },
  },
  {
    oddity: 'comment lines and auto',
    file: 'a,b\n1\n2\n3\n# x\n4,5\n',
    dialect: 'auto',
    rows: [['4', '5']],
    rejects: [
      [2, 'FIELD_COUNT'],
      [3, 'FIELD_COUNT'],
      [4, 'FIELD_COUNT'],
      [5, 'FIELD_COUNT'],
    ],
  },
  loads(
    'lines with `#` like comments and like records',
    'a,b\n#1,2\n3,4\n#5,6\n',
    [
      ['#1', '2'],
      ['3', '4'],
      ['#5', '6'],
    ],
    'auto',
  ),
  loads(
    'lines with `#` like comments and like records',
    'a,b\n#1,2\n#\n3,4\n',
    [
      ['#1', '2'],
      ['#', null],
      ['3', '4'],
    ],
    {
      ...{ comment: 'auto', shortRows: 'pad' },
    },
  ),
  fails(
    'lines with `#` like comments and like records',
    'a,b\n1,2\n# x\n#3,4\n',
    'LF_DIALECT_AMBIGUOUS',
    'auto',
  ),
  fails(
    'lines with `#` like comments and like records',
    `a,b\n# x\n${'1,2\n'.repeat(100)}#3,4\n`,
    'LF_DIALECT_AMBIGUOUS',
    'auto',
  ),
  loads('a preamble', 'Report of "May\n\na,b\n1,2\n', [['1', '2']], { skipLines: 2 }),
  loads('a preamble', 'x\r\ny\r\n1,2\r\n', [['1', '2']], { skipLines: 2, header: false }),
  loads('a preamble', 'x\ry\ra,b\r1,2', [['1', '2']], { skipLines: 2 }),
  {
    ...loads('a preamble and auto', 'Report of "May\n"x;y\n\na;b\n1;"2;2"\n', [['1', '2;2']], 'auto'),
    layout: { delimiter: ';', skipLines: 3, headerLines: 4 },
  },
  {
    ...loads('a preamble and auto', utf16('Отчёт\r\n\r\na\t"b"\r\n1\t2'), [['1', '2']], 'auto'),
    layout: { encoding: 'utf-16le', delimiter: '\t', headerBytes: 32, headerLines: 3 },
  },
  loads(
    'a preamble and auto',
    'x,y\rz\ra,b\r1,2\ra,b\r',
    [
      ['1', '2'],
      ['a', 'b'],
    ],
    { skipLines: 'auto' },
  ),
  fails('a preamble and auto', `${'x\n'.repeat(30)}a,b\n1,2\n`, 'LF_HEADER', 'auto'),
  fails('a preamble like records', '1,2,3\na,b,c\n4,5,6\n', 'LF_DIALECT_AMBIGUOUS', 'auto'),
  loads('a preamble like records', '1,2,3\na,b,c\n4,5,6\n', [['4', '5', '6']], { skipLines: 'auto' }),
  loads('a footer', 'a,b\n1,2\nTotal,"1\n', [['1', '2']], { skipFooterLines: 1 }),
  loads('a footer', 'a,b\r\n1,2\r\n\r\n-- 1 row --', [['1', '2']], { skipFooterLines: 2 }),
  loads('a footer', 'a,b\nx\n', [], { skipFooterLines: 5 }),
  {
    oddity: 'a footer and auto',
    file: 'a,b\n1,2\n\nTotal: 1\n',
    dialect: 'auto',
    rows: [['1', '2']],
    rejects: [[4, 'FIELD_COUNT']],
  },
];

const headers: readonly Case[] = [
  loads('columns in another order', 'b,c,a\n1,2,3\n', [['3', '1', '2']]),
  loads('columns that the definition does not know', 'x,a,y,b\n1,2,3,4\n', [['2', '4']]),
  loads(
    'columns that the definition does not know',
    '__proto__,a,constructor,b,"; x < y "" \\" = {}"\n1,2,3,4,5\n',
    [['2', '4']],
  ),
  loads('optional columns that the file lacks', 'a,b\n1,2\n', [['1', '2', null]]),
  fails('needed columns that the file lacks', 'a,c\n1,2\n', 'LF_HEADER'),
  fails('a needed column twice', 'a,b,A\n1,2,3\n', 'LF_HEADER'),
  loads('an unknown column twice', 'x,a,x,b\n1,2,3,4\n', [['2', '4']]),
  loads('columns without a name', ',a,,b,\n1,2,3,4,5\n', [['2', '4']]),
  loads('names in other letters, quotes and blanks', '" A ",\t(B)\n1,2\n', [['1', '2']]),
  loads('names in other letters, quotes and blanks', '"a "","",","""b"""\n1,2\n', [['1', '2']]),
  {
    ...loads('names that differ only in punctuation, twice the same name, no name', 'C,C#\n1,2\n', [
      ['2', '1'],
    ]),
    ...{ columns: ['a', 'b'], aliases: { a: 'C#', b: 'C' } },
  },
  {
    ...loads('names that differ only in punctuation, twice the same name, no name', 'n,,n\n1,2,3\n', [
      ['1', '3', '2'],
    ]),
    aliases: { a: 'n', b: 'n', c: '' },
  },
  loads('line ends within the header', '"a","b\n"\n1,2\n', [['1', '2']]),
  loads('line ends within the header', '"a\r\n",b\n1,2\n', [['1', '2']]),
  loads('line ends within the header', '"\na","\rb"\r\n1,2\r\n', [['1', '2']], 'auto'),
  {
    oddity: 'a header of several lines',
    file: ',x,x\na,b,c\ns,m,m\n1,2,3\n',
    dialect: { skipLines: 1 },
    rows: [
      ['s', 'm', 'm'],
      ['1', '2', '3'],
    ],
  },
  {
    oddity: 'a header of several records',
    file: '\ufeffkept\n,"x\n",\na,,b\n1,2,3\n4,5,6\n',
    dialect: { skipLines: 1, headerRows: 2 },
    columns: ['a', 'x', 'x_b'],
    rows: [
      ['1', '2', '3'],
      ['4', '5', '6'],
    ],
    layout: { header: ['a', 'x', 'x b'], headerLines: 4, headerRows: 2 },
  },
  {
    oddity: 'a header of several records',
    file: Buffer.from('a;b\r\r;kg\r1;2\r3;4', 'utf16le'),
    dialect: { delimiter: ';', headerRows: 2, encoding: 'utf-16le', lineEnds: 'any' },
    columns: ['a', 'b_kg'],
    rows: [
      ['1', '2'],
      ['3', '4'],
    ],
  },
  {
    oddity: 'a header of several records',
    file: zipOf([
      { name: 'x.csv', content: 'a,\n,b\n1,2' },
      { name: 'y.csv', content: 'a,\n,b\n3,4\n' },
    ]),
    dialect: { headerRows: 2 },
    columns: ['a', 'a_b'],
    rows: [
      ['1', '2'],
      ['3', '4'],
    ],
  },
  fails('a header of several records', 'a\n', 'LF_HEADER', { headerRows: 2 }),
  loads(
    'no header',
    '1,2\n3,4\n',
    [
      ['1', '2'],
      ['3', '4'],
    ],
    { header: false },
  ),
  loads('no header', '1,2,3\n', [['1', '2', '3']], { header: false }),
  {
    ...loads('a header or none', 'b,a\n1,2\n', [['2', '1']], { header: 'auto' }),
    layout: { header: ['b', 'a'] },
  },
  {
    ...loads(
      'a header or none',
      '1,2,3\n4,5,6\n',
      [
        ['1', '2', '3'],
        ['4', '5', '6'],
      ],
      { header: 'auto' },
    ),
    layout: { header: [] },
  },
  loads('the header again within the file', 'a,b\n1,2\na,b\n3,4\n', [
    ['1', '2'],
    ['a', 'b'],
    ['3', '4'],
  ]),
];

const ragged: readonly Case[] = [
  { oddity: 'too few fields', file: 'a,b\n1\n2,3\n', rows: [['2', '3']], rejects: [[2, 'FIELD_COUNT']] },
  loads(
    'too few fields',
    'a,b,c\n1\n2,3\n"4"\n',
    [
      ['1', null],
      ['2', '3'],
      ['4', null],
    ],
    { shortRows: 'pad' },
  ),
  { oddity: 'too many fields', file: 'a,b\n1,2,3\n4,5\n', rows: [['4', '5']], rejects: [[2, 'FIELD_COUNT']] },
  loads(
    'too many fields',
    'a,b\n1,2,3,"4"\n5,6\n',
    [
      ['1', '2'],
      ['5', '6'],
    ],
    { longRows: 'truncate' },
  ),
  loads('a delimiter at the end of every line', 'a,b,\n1,2,\n', [['1', '2']]),
  loads(
    'a delimiter at the end of every line but the header',
    'a,b\n1,2,\n3,4,\n',
    [
      ['1', '2'],
      ['3', '4'],
    ],
    { longRows: 'truncate' },
  ),
];

const encodings: readonly Case[] = [
  loads('UTF-8', 'a,b\né,ʤ\n😀,e\u0301\n', [
    ['é', 'ʤ'],
    ['😀', 'e\u0301'],
  ]),
  loads('UTF-8', 'a,b\n37\ufffd36\'37.8"N,\uffff\n', [['37\ufffd36\'37.8"N', '\uffff']]),
  loads('a byte order mark', '\ufeffa,b\n1,\ufeff2\n', [['1', '\ufeff2']]),
  loads('a byte order mark', '\ufeff"a",b\n1,2\n', [['1', '2']]),
  loads(
    'UTF-16',
    utf16('a,b\n1,😀\nЖ,"2\n"\n'),
    [
      ['1', '😀'],
      ['Ж', '2\n'],
    ],
    { encoding: 'utf-16le' },
  ),
  loads('UTF-16', utf16('\ufeffa,b\r\n1,2\r\n').swap16(), [['1', '2']], { encoding: 'utf-16be' }),
  {
    ...loads(
      'UTF-16',
      utf16('a,b\nУлица,Ленина\nГород,Москва\n'),
      [
        ['Улица', 'Ленина'],
        ['Город', 'Москва'],
      ],
      'auto',
    ),
    layout: { encoding: 'utf-16le', headerBytes: 8 },
  },
  {
    ...loads('UTF-16', utf16('\ufeffa,b\r\n1,Ж\r\n'), [['1', 'Ж']], 'auto'),
    layout: { encoding: 'utf-16le', headerBytes: 12 },
  },
  loads('windows-1251', Buffer.from('a,b\n\xc6,\xb9\n', 'latin1'), [['Ж', '№']], {
    encoding: 'windows-1251',
  }),
  loads('windows-1252', Buffer.from('a,b\n\x80,\xe9\x9c\n', 'latin1'), [['€', 'éœ']], {
    encoding: 'windows-1252',
  }),
  loads('KOI8-R', Buffer.from('a,b\n\xf6,\xb3\n', 'latin1'), [['Ж', 'Ё']], { encoding: 'koi8-r' }),
  loads('latin-1', Buffer.from('a,b\n\xe9,\xff\n', 'latin1'), [['é', 'ÿ']], { encoding: 'latin-1' }),
  loads(
    'Shift_JIS',
    Buffer.from('a|b\n\x95\x5c|\x81\x7c\n\xb1|\x83\x5c\n', 'latin1'),
    [
      ['表', '－'],
      ['ｱ', 'ソ'],
    ],
    { encoding: 'shift_jis', delimiter: '|' },
  ),
  {
    ...loads(
      'encoding auto',
      Buffer.from('a;b\n\xcc\xee\xf1\xea\xe2\xe0;\xd3\xeb\xe8\xf6\xe0\n', 'latin1'),
      [['Москва', 'Улица']],
      'auto',
    ),
    layout: { encoding: 'windows-1251' },
  },
  {
    ...loads(
      'encoding auto',
      Buffer.from('a;b\nJos\xe9;Stra\xdfe\n', 'latin1'),
      [['José', 'Straße']],
      'auto',
    ),
    layout: { encoding: 'windows-1252' },
  },
  fails(
    'encoding auto with two equal answers',
    Buffer.from('a,b\n1,\xc5\n', 'latin1'),
    'LF_DIALECT_AMBIGUOUS',
    { encoding: 'auto' },
  ),
  fails('another encoding than the definition says', utf16('\ufeffa,b\n1,2\n'), 'LF_FILE_ENCODING'),
  {
    oddity: 'bytes that are not text in the encoding',
    file: Buffer.from('a,b\n1,\xff\n\xc3\x28,2\n3,\xed\xa0\x80\n4,5\n', 'latin1'),
    rows: [['4', '5']],
    rejects: [
      [2, 'ENCODING'],
      [3, 'ENCODING'],
      [4, 'ENCODING'],
    ],
  },
  {
    oddity: 'bytes that are not text in the encoding',
    file: Buffer.from('a,b\n1,\x98\n2,3\n', 'latin1'),
    dialect: { encoding: 'windows-1251' },
    rows: [['2', '3']],
    rejects: [[2, 'ENCODING']],
  },
  {
    oddity: 'bytes that are not text in the encoding',
    file: Buffer.concat([utf16('a,b\n1,2\n3,'), Buffer.of(0, 0xd8), utf16('\n4,')]),
    dialect: { encoding: 'utf-16le' },
    rows: [
      ['1', '2'],
      ['4', null],
    ],
    rejects: [[3, 'ENCODING']],
  },
  {
    oddity: 'a NUL',
    file: `a,b\n${'1,2\n'.repeat(60)}3,4\0\n`,
    rows: Array.from({ length: 60 }, () => ['1', '2']),
    rejects: [[62, 'NUL']],
  },
  fails(
    'a file that is not text',
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0, 0, 1, 0]),
    'LF_FILE_BINARY',
  ),
  fails(
    'a file that is not text',
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 0, 0, 1, 0]),
    'LF_FILE_BINARY',
    'auto',
  ),
];

/** As zstd and pzstd write them: `printf 'a,b\n1,"2\n2"\n' | zstd`, two of them, and one by pzstd. */
const zstdOf = {
  one: Buffer.from('KLUv/QRYYQAAYSxiCjEsIjIKMiIKx2iWsg==', 'base64'),
  two: Buffer.from('KLUv/QRYMQAAYSxiCjEsuUwyVii1L/0EWDEAADIKMyw0Cvyq9ck=', 'base64'),
  parallel: Buffer.from('UCpNGAQAAAAVAAAAKLUv/QRYQQAAYSxiCjEsMgo158rO', 'base64'),
};

/** By Python's bz2 and lzma: `a,b\n1,"2\n2"\n`, and `a,b\n1,` followed by `2\n3,4\n`. */
const bzip2Of = {
  one: Buffer.from('QlpoOTFBWSZTWa5y14kAAAVZAAAQEAQwADAAIAAiGmNQhgCtShVk8XckU4UJCucteJA=', 'base64'),
  two: Buffer.from(
    'QlpoOTFBWSZTWcFC05IAAAJZAAAQAAQgADAAIAAhg0GaAxhcXckU4UJDBQtOSEJaaDkxQVkmU1nrQRc9AAAB2AAAEAAEHAAgACGDQZoDGRxdyRThQkOtBFz0',
    'base64',
  ),
};
const xzOf = {
  one: Buffer.from(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQALYSxiCjEsIjIKMiIKANeTMk1jMPhuAAEkDKYY2NgftvN9AQAAAAAEWVo=',
    'base64',
  ),
  two: Buffer.from(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFYSxiCjEsAAAAzkRfdbmLYGAAAR4GwS+kHR+2830BAAAAAARZWv03elhaAAAE5ta0RgIAIQEWAAAAdC/lowEABTIKMyw0CgAAAJiwkapY84x3AAEeBsEvpB0ftvN9AQAAAAAEWVo=',
    'base64',
  ),
};

const packed: readonly Case[] = [
  {
    ...loads('gzip', gzipSync('a,b\n1,"2\n2"\n'), [['1', '2\n2']]),
    layout: { compression: 'gzip', headerBytes: 4 },
  },
  loads('gzip of several members', Buffer.concat([gzipSync('a,b\n1,'), gzipSync(''), gzipSync('2\n3,4\n')]), [
    ['1', '2'],
    ['3', '4'],
  ]),
  loads('gzip of several members', bgzipOf(Buffer.from('a,b\n1,2\n3,4\n'), 6), [
    ['1', '2'],
    ['3', '4'],
  ]),
  fails('gzip that is damaged or cut off', gzipSync('a,b\n1,2\n').subarray(0, 22), 'LF_UNPACK'),
  { ...loads('zstd', zstdOf.one, [['1', '2\n2']]), layout: { compression: 'zstd', headerBytes: 4 } },
  loads('zstd of several frames', zstdOf.two, [
    ['1', '2'],
    ['3', '4'],
  ]),
  loads('zstd of several frames', zstdOf.parallel, [['1', '2']]),
  fails('zstd that is damaged or cut off', zstdOf.one.subarray(0, 20), 'LF_UNPACK'),
  fails('zstd that is damaged or cut off', Buffer.concat([zstdOf.one, Buffer.from('more')]), 'LF_UNPACK'),
  { ...loads('bzip2', bzip2Of.one, [['1', '2\n2']]), layout: { compression: 'bzip2', headerBytes: 4 } },
  loads('bzip2 of several streams', bzip2Of.two, [
    ['1', '2'],
    ['3', '4'],
  ]),
  fails('bzip2 that is damaged or cut off', bzip2Of.one.subarray(0, 40), 'LF_UNPACK'),
  { ...loads('xz', xzOf.one, [['1', '2\n2']]), layout: { compression: 'xz', headerBytes: 4 } },
  loads('xz of several streams', xzOf.two, [
    ['1', '2'],
    ['3', '4'],
  ]),
  fails('xz that is damaged or cut off', xzOf.one.subarray(0, 40), 'LF_UNPACK'),
  loads('zip', zipOf([{ name: 'x.csv', content: 'a,b\n1,2' }]), [['1', '2']]),
  loads('zip', zipOf([{ name: 'data', content: 'a,b\n1,2', stored: true }]), [['1', '2']]),
  loads(
    'zip of several files',
    zipOf([
      { name: '../x.csv', content: 'a,b\n1,2' },
      { name: 'note.md', content: '#' },
      { name: 'y/z.tsv', content: '\ufeffa,b\n3,4\n' },
    ]),
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ),
  {
    oddity: 'zip of several files',
    file: zipOf([
      { name: 'x.csv', content: 'a,b\r1,2\r3,4\r' },
      { name: 'y.csv', content: 'a,b\rx\r5,"6' },
    ]),
    rows: [
      ['1', '2'],
      ['3', '4'],
    ],
    rejects: [
      [5, 'FIELD_COUNT'],
      [6, 'QUOTE'],
    ],
  },
  fails(
    'zip of several files with other headers',
    zipOf([
      { name: 'x.csv', content: 'a,b\n1,2' },
      { name: 'y.csv', content: 'b,a\n1,2' },
    ]),
    'LF_ZIP_HEADERS',
  ),
  fails(
    'zip that is encrypted',
    zipOf([{ name: 'x.csv', content: 'a,b\n', encrypted: true }]),
    'LF_ZIP_ENCRYPTED',
  ),
  fails(
    'zip without a CSV file',
    zipOf([
      { name: 'x.png', content: 'x' },
      { name: 'y.pdf', content: 'y' },
    ]),
    'LF_ZIP_EMPTY',
  ),
  fails('packed twice', gzipSync(gzipSync('a,b\n1,2\n')), 'LF_FILE_BINARY'),
];

export const cases: readonly Case[] = [
  ...lineEnds,
  ...fields,
  ...quotes,
  ...escapes,
  ...delimiters,
  ...aroundRecords,
  ...headers,
  ...ragged,
  ...encodings,
  ...packed,
];
