/** Values: nulls that come late, words that look like nulls, numbers and times as people write them. */
import { type Case, kind, lines, rows, table } from './case.ts';

/** 2,100 rows of which the last 100 differ. */
function late(header: string, usual: (i: number) => string, then: string): string {
  return `${header}\n${lines(2100, (i) => `${i},${i < 2000 ? usual(i) : then}`)}`;
}
function lateRows(usual: (i: number) => string, then: string | null): (string | null)[][] {
  return rows(2100, (i) => [`${i}`, i < 2000 ? usual(i) : then]);
}

export const valueCases: readonly Case[] = [
  ...kind(
    'empty_after_2000',
    { content: late('id,n', String, ''), rows: lateRows(String, null) },
    {
      content: late('id,at', () => '2024-01-01', ''),
      rows: lateRows(() => '2024-01-01', null),
      types: 'integer date',
    },
    { content: late('id,t', (i) => `t${i}`, ''), rows: lateRows((i) => `t${i}`, null) },
  ),
  ...kind(
    'backslash_n_after_2000',
    { content: late('id,n', String, '\\N'), rows: lateRows(String, null), types: 'integer integer' },
    {
      content: late('id,x', (i) => `${i}.5`, 'NULL'),
      rows: lateRows((i) => `${i}.5`, null),
      types: 'integer numeric',
    },
    {
      content: late('id,at', () => '2024-01-01', 'n/a'),
      rows: lateRows(() => '2024-01-01', null),
      types: 'integer date',
    },
  ),
  ...kind(
    'decimals_after_2000',
    { content: late('id,n', String, '1.5'), rows: lateRows((i) => `${i}.0`, '1.5') },
    { content: late('id,n', String, '9007199254740993'), rows: lateRows(String, '9007199254740993') },
    { content: late('id,n', String, 'A12'), rows: lateRows(String, 'A12'), types: 'integer text' },
  ),
  ...kind(
    'na_is_a_value',
    {
      content: 'country,continent,pop\nChad,AF,17\nCanada,NA,38\nMexico,NA,128\nPeru,SA,33\n',
      rows: table('Chad|AF|17', 'Canada|NA|38', 'Mexico|NA|128', 'Peru|SA|33'),
      said: /'NA' in 2 rows: kept/,
    },
    {
      content: 'code;n\nNA;1\nAB;NA\nCD;3\nEF;4\n',
      rows: table('NA|1', 'AB|∅', 'CD|3', 'EF|4'),
      types: 'text integer',
    },
    {
      content: `state,rain\n${lines(30, (i) => `${['NA', 'NB', 'NC'][i % 3]},${i % 10 === 0 ? '-' : i}`)}`,
      rows: rows(30, (i) => [['NA', 'NB', 'NC'][i % 3], i % 10 === 0 ? null : `${i}`]),
      types: 'text integer',
    },
  ),
  ...kind(
    'none_is_a_value',
    {
      content: 'flight,damage\n1,None\n2,Minor\n3,None\n4,Substantial\n',
      rows: table('1|None', '2|Minor', '3|None', '4|Substantial'),
      said: /'None' in 2 rows: kept/,
    },
    {
      content: 'id,level\n1,null\n2,high\n3,low\n',
      rows: table('1|null', '2|high', '3|low'),
      said: /kept/,
    },
    {
      content: 'id,mark\n1,-\n2,a\n3,-\n4,b\n',
      rows: table('1|-', '2|a', '3|-', '4|b'),
    },
  ),
  ...kind(
    'null_is_a_surname',
    {
      content:
        'id,surname,country,score,joined,active\n1,Null,NA,1.5,2024-01-01,Y\n2,None,DE,NA,N/A,N\n' +
        '3,nan,NA,NaN,2024-01-03,Y\n4,NULL,FR,-,,N\n5,Smith,US,2.5,2024-01-05,\n',
      rows: table(
        '1|Null|NA|1.5|2024-01-01|true',
        '2|None|DE|∅|∅|false',
        '3|nan|NA|∅|2024-01-03|true',
        '4|NULL|FR|∅|∅|false',
        '5|Smith|US|2.5|2024-01-05|∅',
      ),
    },
    {
      content: 'who,left\nNull,2024-03-01\nNone,null\nNA,2024-03-03\n',
      rows: table('Null|2024-03-01', 'None|∅', 'NA|2024-03-03'),
      types: 'text date',
    },
    {
      content: 'who,paid\nNaN,yes\nAda,no\nBob,n/a\nNull,yes\n',
      rows: table('NaN|true', 'Ada|false', 'Bob|∅', 'Null|true'),
      types: 'text boolean',
    },
  ),
  ...kind(
    'money_percent_dates',
    {
      content:
        'price,share,day,month,qty\n$74.69,12%,31/12/19,2020-01,"1,234"\n$29.81,7%,30/12/19,2020-02,"2,345"\n',
      rows: table('74.69|12.00|2019-12-31|2020-01-01|1234', '29.81|7.00|2019-12-30|2020-02-01|2345'),
      types: 'numeric numeric date date integer',
    },
    {
      content: 'cost,delta\n£1.50,(2.50)\n£20.25,3.75\n"£1,000.00",(10.00)\n',
      rows: table('1.50|-2.50', '20.25|3.75', '1000.00|-10.00'),
      types: 'numeric numeric',
    },
    {
      content: `id|cost|more\n${lines(20, (i) => `${i}|$${i}.50|{"a": ${i}}`)}`,
      rows: rows(20, (i) => [`${i}`, `${i}.50`, `{"a": ${i}}`]),
      types: 'integer numeric json',
    },
    {
      content: "sum,rest\n1'234.50,12.50-\n2'000.25,3.00\n999.00,1.25-\n",
      rows: table('1234.50|-12.50', '2000.25|3.00', '999.00|-1.25'),
      types: 'numeric numeric',
    },
  ),
  ...kind(
    'euro',
    {
      content:
        'Rechnung;PLZ;Netto;Brutto;Satz\n1001;01067;1.234,50;1.469,06 €;19 %\n' +
        '1002;04109;12,00;14,28 €;19 %\n1003;99084;1.000,00;1.190,00 €;7 %\n',
      rows: table(
        '1001|01067|1234.50|1469.06|19.00',
        '1002|04109|12.00|14.28|19.00',
        '1003|99084|1000.00|1190.00|7.00',
      ),
      types: 'integer text numeric numeric numeric',
    },
    {
      content: 'id;somme;taux\n1;1 234,50;5,5 %\n2;12 000,00;20,0 %\n3;7,25;10,0 %\n',
      rows: table('1|1234.50|5.50', '2|12000.00|20.00', '3|7.25|10.00'),
      types: 'integer numeric numeric',
    },
    {
      content: 'tag;menge\n31.12.2023;-1.234,5\n01.02.2024;2,25\n13.02.2024;0,5\n',
      rows: table('2023-12-31|-1234.50', '2024-02-01|2.25', '2024-02-13|0.50'),
      types: 'date numeric',
    },
  ),
  ...kind(
    'words_of_truth',
    {
      content: 'id,grade\n1,t\n2,f\n3,t\n',
      rows: table('1|true', '2|false', '3|true'),
      said: /grade: t and f are truth values/,
    },
    {
      content: 'id,ok\n1,yes\n2,no\n3,Yes\n',
      rows: table('1|true', '2|false', '3|true'),
      types: 'integer boolean',
    },
    { content: 'id,grade\n1,t\n2,f\n3,u\n', rows: table('1|t', '2|f', '3|u'), types: 'integer text' },
  ),
  ...kind(
    'nan_after_2000',
    { content: late('id,p', () => '0.5', 'NaN'), rows: lateRows(() => '0.5', null) },
    { content: late('id,n', String, 'nan'), rows: lateRows(String, null), types: 'integer integer' },
    { content: late('id,n', String, 'None'), rows: lateRows(String, null), types: 'integer integer' },
  ),
  ...kind(
    'spellings_of_times',
    {
      content:
        'id,a_us,b_eu,c_amb,d_yy,e_mon,f_compact,g_iso_tz,h_ms,i_ampm,j_slash,k_rfc,l_time,m_serial,n_epoch,o_epochms,p_week,q_dot\n' +
        '1,01/13/2024,13/01/2024,03/04/2024,13.01.24,13-Jan-2024,20240113,2024-01-13T10:00:00Z,2024-01-13 10:00:00.123,1/13/2024 1:05 PM,2024/01/13,"Sat, 13 Jan 2024 10:00:00 GMT",10:15:30,45304,1705140000,1705140000123,2024-W02,13.01.2024\n' +
        '2,12/31/2023,31/12/2023,05/06/2023,31.12.23,31-Dec-2023,20231231,2023-12-31T23:59:59+02:00,2023-12-31 23:59:59.999,12/31/2023 12:00 AM,2023/12/31,"Sun, 31 Dec 2023 23:59:59 GMT",23:59:59,45291,1704067199,1704067199999,2023-W52,31.12.2023\n',
      rows: table(
        '1|2024-01-13|2024-01-13|2024-03-04|2024-01-13|2024-01-13|2024-01-13|2024-01-13 10:00:00|2024-01-13 10:00:00.123|2024-01-13 13:05:00|2024-01-13|2024-01-13 10:00:00|10:15:30|45304|2024-01-13 10:00:00|2024-01-13 10:00:00.123|2024-W02|2024-01-13',
        '2|2023-12-31|2023-12-31|2023-05-06|2023-12-31|2023-12-31|2023-12-31|2023-12-31 21:59:59|2023-12-31 23:59:59.999|2023-12-31 00:00:00|2023-12-31|2023-12-31 23:59:59|23:59:59|45291|2023-12-31 23:59:59|2023-12-31 23:59:59.999|2023-W52|2023-12-31',
      ),
      written: /check: the month is taken to stand first in '03\/04\/2024'/,
    },
    {
      content:
        'at,seen,start,posted_at\n2024-05-06T07:08:09.123456Z,06/05/2024 07:08,7:05 AM,1714979289123456\n' +
        '2024-05-16T17:18:19.5Z,16/05/2024 17:18,11:45 PM,1715879899500000\n',
      rows: table(
        '2024-05-06 07:08:09.123456|2024-05-06 07:08:00|07:05:00|2024-05-06 07:08:09.123456',
        '2024-05-16 17:18:19.5|2024-05-16 17:18:00|23:45:00|2024-05-16 17:18:19.5',
      ),
      types: 'timestamp timestamp time timestamp',
    },
    {
      content:
        'at\n2019-09-27 00:00:00 UTC\n2019-09-27 00:00:00.25 UTC\n09/28/2019 12:30 PM\n29 сентября 2019 10:20\n',
      rows: table(
        '2019-09-27 00:00:00',
        '2019-09-27 00:00:00.25',
        '2019-09-28 12:30:00',
        '2019-09-29 10:20:00',
      ),
      types: 'timestamp',
    },
  ),
];
