/** Lines around the table, delimiters too many, quoting, line ends and encodings. */
import { gzipSync } from 'node:zlib';
import { type Case, kind, lines, rows, table } from './case.ts';

/** Text in UTF-16 with a mark. */
function utf16(text: string, order: 'le' | 'be'): Uint8Array {
  const bytes = Buffer.from(`\u{feff}${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

/** Text in the upper half of windows-1251: Cyrillic only. */
function cyrillic(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x80 ? code : code - 0x410 + 0xc0;
  });
}

export const layoutCases: readonly Case[] = [
  ...kind(
    'preamble',
    {
      content: 'Sales of March\nmade by the shop\nid,name\n1,a\n2,b\n3,c\n4,d\n',
      rows: table('1|a', '2|b', '3|c', '4|d'),
      names: 'id name',
      said: /above the table/,
    },
    {
      content: `Station report\n\nPrinted on 3 May 2024 by Ada\nid;depth;kind\n${lines(12, (i) => `${i};${i}.5;k${i}`)}`,
      rows: rows(12, (i) => [`${i}`, `${i}.5`, `k${i}`]),
      names: 'id depth kind',
    },
    {
      content: `# made by a logger\n# unit: m\nat,depth\n${lines(6, (i) => `2024-02-0${i + 1},${i}`)}`,
      rows: rows(6, (i) => [`2024-02-0${i + 1}`, `${i}`]),
      names: 'at depth',
    },
  ),
  ...kind(
    'lines_between',
    {
      content: `  # by day\n${lines(8, (i) => `  ${i}  ${i}.5`)} # at night\n${lines(8, (i) => `  ${i + 8}  ${i}.5`)}`,
      rows: rows(16, (i) => [`${i}`, `${i % 8}.5`]),
      names: 'column_1 column_2',
      written: /comment: '#'/,
    },
    {
      content: `:Andromeda\n${lines(9, (i) => `${i}.25,${i}`)}:Antlia\n${lines(9, (i) => `${i}.75,${i}`)}`,
      rows: rows(18, (i) => [`${i % 9}.${i < 9 ? 25 : 75}`, `${i % 9}`]),
      written: /check: lines that begin with :, such as ":Andromeda", name sections/,
    },
    {
      content: `H,orders,2024\n${lines(30, (i) => `D,${i},Rome,2.50,x${i}`)}T,30\n`,
      rows: rows(30, (i) => ['D', `${i}`, 'Rome', '2.50', `x${i}`]),
      written: /skipFooterLines: 1/,
    },
  ),
  ...kind(
    'drawn_with_note',
    {
      content:
        '+----+------+\n| id | name |\n+----+------+\n|  1 | Ada  |\n|  2 | Bob  |\n+----+------+\n2 rows in set (0.00 sec)\n',
      rows: table('1|Ada', '2|Bob'),
      names: 'id name',
      written: /skipFooterLines: 2/,
    },
    {
      content: 'id;name;city\n1;Ada;Rome\n2;Bob;Oslo\nSource: the town hall\n',
      rows: table('1|Ada|Rome', '2|Bob|Oslo'),
      names: 'id name city',
    },
  ),
  ...kind(
    'header_apart',
    {
      content: `day mote humidity label\n${lines(9, (i) => `${i},4,4${i}.5,${i * 3}`)}`,
      rows: rows(9, (i) => [`${i}`, '4', `4${i}.5`, `${i * 3}`]),
      names: 'day mote humidity label',
      said: /another delimiter than the rows/,
    },
    {
      content: `id score word\n-------------\n${lines(9, (i) => `${i} ${i}.5 w${i}`)}`,
      rows: rows(9, (i) => [`${i}`, `${i}.5`, `w${i}`]),
      names: 'id score word',
    },
    {
      content: 'person  place\nAda     Rome\nRobert  Oslo\nCid     Bern\n',
      rows: table('Ada|Rome', 'Robert|Oslo', 'Cid|Bern'),
      names: 'person place',
      written: /delimiter: 'blanks'/,
    },
  ),
  ...kind(
    'preamble_same_width',
    {
      content: 'Report,,\nid,name,n\n1,a,2\n2,b,3\n',
      rows: table('1|a|2', '2|b|3'),
      names: 'id name n',
      said: /above the table/,
    },
    {
      content: 'Sales 2024;;;\n;;;\nid;city;qty;sum\n1;Rome;2;2.5\n2;Oslo;3;4.5\n3;Bern;4;8.5\n',
      rows: table('1|Rome|2|2.5', '2|Oslo|3|4.5', '3|Bern|4|8.5'),
      names: 'id city qty sum',
    },
    {
      content: 'Export of people\t\nname\tage\nAda\t36\nBob\t41\nCid\t52\n',
      rows: table('Ada|36', 'Bob|41', 'Cid|52'),
      names: 'name age',
    },
  ),
  ...kind(
    'trailing_delimiter_in_rows',
    { content: 'a,b\n1,2,\n3,4,\n5,6,\n', rows: table('1|2', '3|4', '5|6'), names: 'a b' },
    { content: 'id;city\n1;Rome;\n2;Oslo;\n', rows: table('1|Rome', '2|Oslo'), names: 'id city' },
    {
      content: `id|x|y\n${lines(20, (i) => `${i}|${i}.5|t${i}|`)}`,
      rows: rows(20, (i) => [`${i}`, `${i}.5`, `t${i}`]),
      names: 'id x y',
    },
  ),
  ...kind(
    'trailing_delimiter_in_header',
    { content: '"x";"y";\n1;2\n3;4\n5;6\n', rows: table('1|2', '3|4', '5|6') },
    { content: 'id,city,\n1,Rome\n2,Oslo\n', rows: table('1|Rome', '2|Oslo') },
    {
      content: `id\tx\t\n${lines(20, (i) => `${i}\t${i}.5`)}`,
      rows: rows(20, (i) => [`${i}`, `${i}.5`]),
    },
  ),
  ...kind(
    'one_bad_row',
    {
      content: `id,n\n${lines(49, (i) => `${i},${i}`)}49\n`,
      rows: rows(49, (i) => [`${i}`, `${i}`]),
      rejects: ['51 FIELD_COUNT'],
      said: /1 row will be rejected/,
    },
    {
      content: `id;at\n1;2024-01-01;x\n${lines(30, (i) => `${i + 2};2024-01-02`)}`,
      rows: rows(30, (i) => [`${i + 2}`, '2024-01-02']),
      rejects: ['2 FIELD_COUNT'],
      said: /1 row will be rejected/,
    },
    {
      content: `id,n\n${lines(60, (i) => (i === 20 ? '20,1,2,3' : `${i},${i}`))}`,
      rows: rows(60, (i) => [`${i}`, `${i}`]).filter(([id]) => id !== '20'),
      rejects: ['22 FIELD_COUNT'],
      said: /1 row will be rejected/,
    },
    {
      // More of them than the usual limit lets pass.
      content: `id,city,qty\n${lines(60, (i) => `${i},c${i % 7},${i}${i % 5 === 4 ? ',x' : ''}`)}`,
      rows: rows(60, (i) => [`${i}`, `c${i % 7}`, `${i}`]).filter(([id]) => Number(id) % 5 !== 4),
      rejects: Array.from({ length: 12 }, (_, i) => `${5 * i + 6} FIELD_COUNT`),
      written: /rejects: \{ share: 0\.22 \}/,
    },
  ),
  ...kind(
    'backslash_escape',
    {
      content: 'id,say\n1,"he said \\"hi\\" twice"\n2,"plain"\n3,"x"\n',
      rows: table('1|he said "hi" twice', '2|plain', '3|x'),
      written: /escape: '\\\\'/,
    },
    {
      content: 'id;say\n1;"a \\"b\\"; c"\n2;"d \\"e\\", f"\n',
      rows: table('1|a "b"; c', '2|d "e", f'),
      written: /escape: '\\\\'/,
    },
    {
      content: 'id,say,n\n1,"5\\" pipe, long",2\n2,"6\\" pipe, short",3\n3,none,4\n',
      rows: table('1|5" pipe, long|2', '2|6" pipe, short|3', '3|none|4'),
      written: /escape: '\\\\'/,
    },
  ),
  ...kind(
    'latin1',
    {
      content: Buffer.from('name,n\ncafé,1\nthé,2\n', 'latin1'),
      rows: table('café|1', 'thé|2'),
      written: /encoding: 'windows-1252'/,
    },
    {
      content: Buffer.from('Straße;Größe\nMühlgäßchen;1,5\nÖdweg;2,5\n', 'latin1'),
      rows: table('Mühlgäßchen|1.5', 'Ödweg|2.5'),
      written: /encoding: 'windows-1252'/,
    },
    {
      content: cyrillic('имя,город\nАнна,Москва\nПетр,Казань\nИрина,Самара\n'),
      rows: table('Анна|Москва', 'Петр|Казань', 'Ирина|Самара'),
      written: /encoding: 'windows-1251'/,
    },
  ),
  ...kind(
    'utf16',
    { content: utf16('name,n\nAda,1\nBob,2\n', 'le'), rows: table('Ada|1', 'Bob|2') },
    { content: utf16('имя\tn\r\nАнна\t1\r\nЯн\t2\r\n', 'be'), rows: table('Анна|1', 'Ян|2') },
    {
      content: Buffer.from('id,name\n1,Zoë\n2,Ada\n3,Bob\n', 'utf16le'),
      rows: table('1|Zoë', '2|Ada', '3|Bob'),
    },
  ),
  ...kind(
    'single_quotes',
    {
      content: "id,name\n1,'a, b'\n2,'c, d'\n3,'e, f'\n",
      rows: table('1|a, b', '2|c, d', '3|e, f'),
      written: /quote: "'"/,
    },
    { content: "id;v\n1;'a;b'\n2;'c''d;'\n", rows: table('1|a;b', "2|c'd;"), written: /quote: "'"/ },
    {
      content: "'id','city'\n'1','Rome, old'\n'2','Oslo'\n",
      rows: table('1|Rome, old', '2|Oslo'),
      written: /quote: "'"/,
    },
  ),
  ...kind(
    'space_delimited',
    {
      content: 'id name n\n1 a 2\n2 b 3\n',
      rows: table('1|a|2', '2|b|3'),
      written: /delimiter: ' '/,
    },
    {
      content: 'x y\n1.5 2.5\n3.5 4.5\n5.5 6.5\n',
      rows: table('1.5|2.5', '3.5|4.5', '5.5|6.5'),
      written: /delimiter: ' '/,
    },
    {
      content: 'host code ms\n10.0.0.1 200 12\n10.0.0.2 404 3\n10.0.0.3 200 8\n',
      rows: table('10.0.0.1|200|12', '10.0.0.2|404|3', '10.0.0.3|200|8'),
      written: /delimiter: ' '/,
    },
    {
      // Fields without a value, at the end and within.
      content: 'id name n note\n1 "a b" 2 \n2 "c d" 3 \n3 "e f"  \n',
      rows: table('1|a b|2|∅', '2|c d|3|∅', '3|e f|∅|∅'),
      written: /delimiter: ' '/,
    },
  ),
  ...kind(
    'runs_of_blanks',
    {
      // As R's write.table and print put them: the header lacks the name of the rows' names.
      content:
        '           mpg  cyl     disp\nMazda     21.0    6    160\nDatsun    22.8    4  108.5\nHornet     9.4   10     NA\n',
      rows: table('Mazda|21.0|6|160.0', 'Datsun|22.8|4|108.5', 'Hornet|9.4|10|∅'),
      types: 'text numeric integer numeric',
      written: /delimiter: 'blanks'/,
      said: /runs of blanks separate the fields/,
    },
    {
      content: '# t  x   label\n  0  1.5 "New York"\n  5 -2.25 "Rome"\n\n 10  3   ""\n',
      rows: table('0|1.50|New York', '5|-2.25|Rome', '10|3.00|∅'),
      written: /comment: '#'/,
    },
    {
      // Titles above, tabs and spaces mixed, blanks at the ends of lines.
      content:
        'Ratings of all the teams of the season\n\n  rank \tteam\t games   rating  \r\n    1 \tAjax\t  34   81.25 \r\n    2 \tPSV\t   34   80.5  \r\n   10 \tAZ\t    9    7.125\r\n',
      rows: table('1|Ajax|34|81.250', '2|PSV|34|80.500', '10|AZ|9|7.125'),
      names: 'rank team games rating',
      written: /delimiter: 'blanks'/,
    },
    {
      content: `     residual   leverage\n${lines(20, (i) => ` ${1950 + i}:2   -2.0${i + 10}   0.${i + 10}`)}('*' marks a leverage point)\n\nCross-validation criterion = 23908.4\n`,
      rows: rows(20, (i) => [`${1950 + i}-02-01`, `-2.0${i + 10}`, `0.${i + 10}`]),
      written: /skipFooterLines: 3/,
    },
  ),
  ...kind(
    'comma_space_quotes',
    {
      content: 'id, name, n\n1, "a, b", 2\n2, "c, d", 3\n',
      rows: table('1|a, b|2', '2|c, d|3'),
      written: /trim: true/,
    },
    {
      content: 'id; name\n1; "a; b"\n2; "c ""d"""\n',
      rows: table('1|a; b', '2|c "d"'),
      written: /trim: true/,
    },
    {
      content: '"id", "city", "n"\n"1", "Rome, old", "5"\n"2", "Oslo", "6"\n',
      rows: table('1|Rome, old|5', '2|Oslo|6'),
      written: /trim: true/,
    },
  ),
  ...kind(
    'cr_line_ends',
    { content: 'id,name\r1,a\r2,b\r', rows: table('1|a', '2|b') },
    { content: 'id;at\r1;2024-01-01\r2;2024-01-02', rows: table('1|2024-01-01', '2|2024-01-02') },
    { content: 'a,b,c\r"x, y",1,2\rz,3,4\r', rows: table('x, y|1|2', 'z|3|4') },
  ),
  ...kind(
    'footer',
    {
      content: `id,n\n${lines(10, (i) => `${2 * i + 1},${2 * i + 2}`)}Total 10 rows\n`,
      rows: rows(10, (i) => [`${2 * i + 1}`, `${2 * i + 2}`]),
      written: /skipFooterLines: 1/,
      said: /the last line is a note/,
    },
    {
      content: `id;city;qty\n${lines(8, (i) => `${i};c${i};${i + 1}`)}End of report\n`,
      rows: rows(8, (i) => [`${i}`, `c${i}`, `${i + 1}`]),
      written: /skipFooterLines: 1/,
    },
    {
      content: `id,city,qty\n${lines(8, (i) => `${i},c${i},${i + 1}`)}\n"Source: the ""town"" office\nof Bern"\nSee also, there\n`,
      rows: rows(8, (i) => [`${i}`, `c${i}`, `${i + 1}`]),
      written: /skipFooterLines: 4/,
      said: /the last 4 lines are notes/,
    },
    {
      content: `id;city;qty;sum\n${lines(8, (i) => `${i};c${i};${i + 1};2`)};;;\n* as counted in May;;;`,
      rows: rows(8, (i) => [`${i}`, `c${i}`, `${i + 1}`, '2']),
      written: /skipFooterLines: 2/,
    },
    {
      content: `city,qty,sum\n${lines(40, (i) => `New York ${i},${i},2`)}New Yo`,
      rows: rows(40, (i) => [`New York ${i}`, `${i}`, '2']),
      rejects: ['42 FIELD_COUNT'],
    },
    {
      content: `city,qty,sum\n${lines(8, (i) => `c${i},${i},2`)}New Bern,,\n`,
      rows: [...rows(8, (i) => [`c${i}`, `${i}`, '2']), ['New Bern', null, null]],
    },
    {
      content: `id,qty\n${lines(12, (i) => `${i},2`)}Total,24\n`,
      rows: rows(12, (i) => [`${i}`, '2']),
      rejects: ['14 TYPE'],
      said: /looks like totals/,
    },
  ),
  ...kind(
    'blank_records',
    {
      content: 'id,city,qty\n1,Rome,2\n,,\n2,Oslo,3\n , ,\n3,Bern,4\n,,\n,,\n',
      rows: table('1|Rome|2', '2|Oslo|3', '3|Bern|4'),
      types: 'integer text integer',
      written: /blankRows: 'skip'/,
      said: /rows without any value are left out/,
    },
    {
      content: `Report;;\n;;\nid;at;x\n;;\n${lines(9, (i) => `${i};2024-01-0${i + 1};${i}.5`)}`,
      rows: rows(9, (i) => [`${i}`, `2024-01-0${i + 1}`, `${i}.5`]),
      names: 'id at x',
      written: /(required: true.*\n?.*){3}/s,
    },
    {
      content: `id,n\n${lines(3000, (i) => (i === 2500 ? ',' : `${i},${i}`))}`,
      rows: rows(3000, (i) => [`${i}`, `${i}`]).filter(([id]) => id !== '2500'),
      written: /blankRows: 'skip'/,
    },
  ),
  ...kind(
    'drawn_lines',
    {
      content: '-----------------\nid name qty\n-----------------\n1 ada 5\n2 bob 6\n3 cid 7\n4 dan 8\n',
      rows: table('1|ada|5', '2|bob|6', '3|cid|7', '4|dan|8'),
      names: 'id name qty',
      written: /comment: '---'/,
      said: /only draw the table/,
    },
    {
      // As psql prints a table.
      content:
        ' id | name | qty \n----+------+-----\n  1 | ada  |   5\n  2 | bob  |   6\n  3 | cid  |    \n(3 rows)\n\n',
      rows: table('1|ada|5', '2|bob|6', '3|cid|∅'),
    },
    {
      // As MySQL prints one.
      content:
        '+----+------+\n| id | name |\n+----+------+\n|  1 | ada  |\n|  2 | bob  |\n|  3 | cid  |\n+----+------+\n',
      rows: table('1|ada', '2|bob', '3|cid'),
    },
    {
      content:
        '| id | name | qty |\n|----|:-----|----:|\n| 1 | ada | 5 |\n| 2 | bob | 6 |\n| 3 | cid | 7 |\n',
      rows: table('1|ada|5', '2|bob|6', '3|cid|7'),
      names: 'id name qty',
    },
    {
      content:
        '==== ===== ====\n id   name  qty\n==== ===== ====\n 1    ada   5\n 2    bob   6\n 3    cid   7\n==== ===== ====\n',
      rows: table('1|ada|5', '2|bob|6', '3|cid|7'),
      written: /delimiter: 'blanks'/,
    },
    {
      // A row begins like the line below the header: nothing is a comment.
      content: `code qty\n---- ---\n${lines(12, (i) => `${i === 5 ? '---' : `c${i}`} ${i}`)}`,
      rows: rows(12, (i) => [i === 5 ? '---' : `c${i}`, `${i}`]),
    },
  ),
  ...kind('comments_of_words', {
    // Comments with as many words as rows have fields, and more of them than rows.
    content:
      '# 1 NUMBER Running number of object\n# 2 XWIN Windowed position along x\n# 3 YWIN Windowed position along y\n# 4 MAG Magnitude\n1 100.523 11.911 -5.3246 0.0416 19 4\n2 100.660 4.872 -6.4538 0.0214 27 5\n3 131.046 10.382 -4.6836 0.0524 17 6\n',
    rows: table(
      '1|100.523|11.911|-5.3246|0.0416|19|4',
      '2|100.660|4.872|-6.4538|0.0214|27|5',
      '3|131.046|10.382|-4.6836|0.0524|17|6',
    ),
    written: /comment: '#'/,
  }),
  ...kind('tilde_quotes', {
    content: 'id,label\n12,~abc,def~\n34,~ghi~\n',
    rows: table('12|abc,def', '34|ghi'),
    written: /quote: '~'/,
  }),
  ...kind('escape_in_a_late_row', {
    content: `code,n,label\n${lines(150, (i) => `400,${i},Name ${i}`)}400,150,"Beacon \\"E\\" 1945"\n`,
    rows: [...rows(150, (i) => ['400', `${i}`, `Name ${i}`]), ['400', '150', 'Beacon "E" 1945']],
    written: /escape: '\\\\'/,
  }),
  ...kind('footer_of_a_packed_file', {
    content: gzipSync(
      `id,city,qty\n${lines(8, (i) => `${i},c${i},${i + 1}`)}\n"Source: the ""town"" office"\nSee also, there\n`,
    ),
    rows: rows(8, (i) => [`${i}`, `c${i}`, `${i + 1}`]),
    written: /skipFooterLines: 3/,
    said: /rejects +none/,
  }),
  ...kind('rows_of_other_lengths', {
    content: `${lines(12, (i) => (i % 3 === 2 ? `${i},a,b,c${i},d` : `${i},a,b`))}`,
    rows: rows(12, (i) => [`${i}`, 'a', 'b', ...(i % 3 === 2 ? [`c${i}`, 'd'] : [null, null])]),
    written: /shortRows: 'pad'/,
  }),
  ...kind(
    'quote_in_middle',
    { content: 'id,size\n1,5" pipe\n2,6" pipe\n', rows: table('1|5" pipe', '2|6" pipe') },
    { content: 'id;say\n1;a "b" c\n2;d\n', rows: table('1|a "b" c', '2|d') },
    { content: 'part\tlength\nrod\t12"\npin\t3"\n', rows: table('rod|12"', 'pin|3"') },
  ),
];
