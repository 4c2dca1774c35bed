/** Headers: blank, equal, long, none, two of them, and names that something else has. */
import { type Case, kind, lines, rows, table } from './case.ts';

export const headerCases: readonly Case[] = [
  ...kind(
    'blank_headers',
    {
      content: 'a,,\n1,2,3\n4,5,6\n',
      rows: table('1|2|3', '4|5|6'),
      names: 'a column_2 column_3',
    },
    { content: ';city;\n1;Rome;x y\n2;Oslo;z\n', rows: table('1|Rome|x y', '2|Oslo|z') },
    { content: 'id\t\tqty\n7\tAda\t1.5\n8\tBob\t2.5\n', rows: table('7|Ada|1.5', '8|Bob|2.5') },
  ),
  ...kind(
    'same_header_normalised',
    { content: 'price,Price ($)\n1,2\n3,4\n', rows: table('1|2', '3|4'), names: 'price price_usd' },
    { content: 'Name,NAME,name\na,b,c\nd,e,f\n', rows: table('a|b|c', 'd|e|f') },
    { content: 'temp-1,temp 1,temp_1\n1,2,3\n4,5,6\n', rows: table('1|2|3', '4|5|6') },
  ),
  ...kind(
    'year_column',
    {
      content: 'day,year,x\n2024-01-01,2024,5\n2024-01-02,2024,6\n',
      rows: table('2024-01-01|2024|5', '2024-01-02|2024|6'),
    },
    {
      content: 'sold,year,month,date_key\n2023-05-06,2023,5,1\n2023-06-07,2023,6,2\n',
      rows: table('2023-05-06|2023|5|1', '2023-06-07|2023|6|2'),
    },
    {
      content: 'month,seen_at,year\nMay,2021-05-01 10:00:00,y1\nJune,2021-06-02 11:30:00,y2\n',
      rows: table('May|2021-05-01 10:00:00|y1', 'June|2021-06-02 11:30:00|y2'),
    },
  ),
  ...kind(
    'names_of_shipped_datasets',
    {
      content: 'athlete,bike\nA,1:02:11\nB,1:03:12\n',
      rows: table('A|1:02:11', 'B|1:03:12'),
    },
    {
      content: `ride_id,bike,station\n${lines(40, (i) => `r${i},b${i % 4},s${i % 5}`)}`,
      rows: rows(40, (i) => [`r${i}`, `b${i % 4}`, `s${i % 5}`]),
    },
    {
      content: `trip,region,datasource\n${lines(40, (i) => `${i},${'NSWE'[i % 4]}1,app${i % 3}`)}`,
      rows: rows(40, (i) => [`${i}`, `${'NSWE'[i % 4]}1`, `app${i % 3}`]),
    },
  ),
  ...kind(
    'textual_date',
    {
      content: 'date,x\n01-Jan-2019,1\n02-Jan-2019,2\n',
      rows: table('2019-01-01|1', '2019-01-02|2'),
      types: 'date integer',
    },
    {
      content: 'date,x\n"March 3, 2020",1\n"April 14, 2020",2\n',
      rows: table('2020-03-03|1', '2020-04-14|2'),
      types: 'date integer',
    },
    {
      content: 'date;x\n3 Sep 2021;1\n24 Oct 2021;2\n',
      rows: table('2021-09-03|1', '2021-10-24|2'),
      types: 'date integer',
    },
  ),
  ...kind(
    'long_header',
    {
      content: 'id,how satisfied are you with the service that you were given on the day\n1,2\n3,4\n',
      rows: table('1|2', '3|4'),
      written: /aliases: \['how satisfied are you with the service that you were given on the day'\]/,
    },
    {
      content: `id,${'très '.repeat(30)}long\n1,a\n2,b\n`,
      rows: table('1|a', '2|b'),
    },
    {
      content: `id,${'質問'.repeat(40)},${'質問'.repeat(40)}二\n1,a,x\n2,b,y\n`,
      rows: table('1|a|x', '2|b|y'),
    },
  ),
  ...kind(
    'no_header',
    {
      content: '1,"Ada",10.5\n2,"Bob",11.5\n3,"Cid",12.5\n',
      rows: table('1|Ada|10.5', '2|Bob|11.5', '3|Cid|12.5'),
      written: /header: false/,
      said: /no header/,
    },
    {
      content: '2024-01-01\t5\ttrue\n2024-01-02\t6\tfalse\n2024-01-03\t7\ttrue\n',
      rows: table('2024-01-01|5|true', '2024-01-02|6|false', '2024-01-03|7|true'),
      written: /header: false/,
    },
    {
      content: `${lines(30, (i) => `${i}.25;10.0.0.${i};${i * 7}`)}`,
      rows: rows(30, (i) => [`${i}.25`, `10.0.0.${i}`, `${i * 7}`]),
      written: /header: false/,
    },
  ),
  ...kind(
    'header_only',
    { content: 'id,name,n\n', rows: [], types: 'text text text', said: /0 rows/ },
    { content: 'id;first name;born', rows: [], types: 'text text text', said: /0 rows/ },
    { content: 'a\tb\r\n', rows: [], types: 'text text', said: /0 rows/ },
  ),
  ...kind(
    'two_header_rows',
    {
      content: 'id,weight\n,kg\n1,2.5\n2,3.5\n',
      rows: table('1|2.5', '2|3.5'),
      names: 'id weight_kg',
      types: 'integer numeric',
      written: /headerRows: 2/,
      said: /the header has 2 records/,
    },
    {
      content: 'depth,speed,at\nm,km/h,UTC\n1.5,20,2024-01-01\n2.5,30,2024-01-02\n3.5,40,2024-01-03\n',
      rows: table('1.5|20|2024-01-01', '2.5|30|2024-01-02', '3.5|40|2024-01-03'),
      names: 'depth_m speed_km_h at_utc',
      types: 'numeric integer date',
    },
    {
      content: 'sensor;count;load\n;(number);(percent)\na;1;2.25\nb;2;3.75\nc;3;4.5\n',
      rows: table('a|1|2.25', 'b|2|3.75', 'c|3|4.50'),
      names: 'sensor count_number load_percent',
      types: 'text integer numeric',
    },
    {
      content: 'name,score\nAda,sick\nBob,5\nCid,6\nDan,7\n',
      rows: table('Bob|5', 'Cid|6', 'Dan|7'),
      types: 'text integer',
      rejects: ['2 TYPE'],
      said: /below the header/,
    },
  ),
  ...kind(
    'groups_of_columns',
    {
      content: ',TRAVEL,,FOOD,\nid,Air,Rail,Inn,Meal\n1,20,30,40,50\n2,21,31,41,51\n3,22,32,42,52\n',
      rows: table('1|20|30|40|50', '2|21|31|41|51', '3|22|32|42|52'),
      names: 'id travel_air travel_rail food_inn food_meal',
      written: /headerRows: 2/,
      said: /the header has 2 records/,
    },
    {
      content:
        'Costs of the club;;;;\n;;2023;;2024\nno;kind;sum;count;sum\n1;ball;2,50;3;4,25\n2;net;8,75;1;9,50\n3;bat;7,25;2;8,75\n',
      rows: table('1|ball|2.50|3|4.25', '2|net|8.75|1|9.50', '3|bat|7.25|2|8.75'),
      names: 'no kind y2023_sum y2023_count y2024_sum',
      written: /skipLines: 1, headerRows: 2/,
    },
    {
      content:
        '\tNorth\t\tSouth\t\nday\tlow\thigh\tlow\thigh\n\t°C\t°C\t°C\t°C\n2024-01-01\t1.5\t2.5\t3.5\t4.5\n2024-01-02\t0.5\t3.5\t2.5\t7.5\n',
      rows: table('2024-01-01|1.5|2.5|3.5|4.5', '2024-01-02|0.5|3.5|2.5|7.5'),
      names: 'day north_low_celsius north_high_celsius south_low_celsius south_high_celsius',
      written: /headerRows: 3/,
    },
    {
      content: 'Author,Smith,,\nid,name,born,city\n1,Ada,1815,Rome\n2,Bob,1820,Oslo\n3,Cid,1833,Bern\n',
      rows: table('1|Ada|1815|Rome', '2|Bob|1820|Oslo', '3|Cid|1833|Bern'),
      names: 'id name born city',
      said: /above the table/,
    },
  ),
  ...kind(
    'open_quote_in_header',
    {
      content: 'id,"name,born\n1,"Ada, L.",1815\n2,"Bob, M.",1820\n3,Cid,1833\n',
      rows: table('1|Ada, L.|1815', '2|Bob, M.|1820', '3|Cid|1833'),
      names: 'id name born',
      said: /a quote that is not closed/,
    },
    {
      content: `"no";"city;"qty"\n${lines(9, (i) => `${i};"c${i}";${i}`)}`,
      rows: rows(9, (i) => [`${i}`, `c${i}`, `${i}`]),
      names: 'no city qty',
    },
    {
      content: `a"\tb\t"c\n${lines(5, (i) => `${i}\tx y\t${i}.5`)}`,
      rows: rows(5, (i) => [`${i}`, 'x y', `${i}.5`]),
      names: 'a b c',
    },
  ),
  ...kind(
    'colliding_names',
    {
      content:
        'id,C#,C++,C,net (%),net (€),Net,temperature °C,temperature °F,№ 1,#1\n' +
        '1,a,b,c,10,20,30,21.5,70.7,x,y\n2,d,e,f,11,21,31,22.5,72.5,x,y\n',
      rows: table('1|a|b|c|10|20|30|21.5|70.7|x|y', '2|d|e|f|11|21|31|22.5|72.5|x|y'),
      names:
        'id c_sharp c_plus_plus c net_percent net_eur net temperature_celsius temperature_fahrenheit no_1 number_1',
    },
    { content: 'a,a,A,a.\n1,2,3,4\n5,6,7,8\n', rows: table('1|2|3|4', '5|6|7|8') },
    {
      content: 'select,ctid,xmin,tableoid,order,class\n1,2,3,4,5,b\n6,7,8,9,10,c\n',
      rows: table('1|2|3|4|5|b', '6|7|8|9|10|c'),
    },
  ),
];
