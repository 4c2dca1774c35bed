/** Sheets as people make them, saved as CSV: titles, merged cells, totals, units, notes, repeated headers, blank columns. */
import { type Case, kind, lines, rows, table } from './case.ts';

export const spreadsheetCases: readonly Case[] = [
  ...kind(
    'sheet_of_groups',
    {
      // Names stand in the upper record where no cell is merged, and in the lower one below groups.
      content:
        'Travel of the office,,,,,\nApril to June,,,,,\n,,,,,\nDate,City,Cost,,,Total\n,,Air,Rail,Taxi,\n03/04/2024,Rome,,£65.60,,£65.60\n19/04/2024,Oslo,,,£16.00,£16.00\n26/05/2024,Bern,"£1,064.00",£26.00,,"£1,090.00"\n',
      rows: table(
        '2024-04-03|Rome|∅|65.60|∅|65.60',
        '2024-04-19|Oslo|∅|∅|16.00|16.00',
        '2024-05-26|Bern|1064.00|26.00|∅|1090.00',
      ),
      names: 'date city cost_air cost_rail cost_taxi total',
    },
    {
      // A blank row between the records of the header.
      content:
        'Dates;Place;Travel;;Total\n;;;;\n;;Air;Rail;\n2024-04-03;Rome;12,50;;12,50\n2024-04-19;Oslo;;7,25;7,25\n2024-05-26;Bern;8,75;1,50;10,25\n',
      rows: table(
        '2024-04-03|Rome|12.50|∅|12.50',
        '2024-04-19|Oslo|∅|7.25|7.25',
        '2024-05-26|Bern|8.75|1.50|10.25',
      ),
      names: 'dates place travel_air travel_rail total',
    },
    {
      content:
        'Sales 2024\n\nRegion,Q1,,Q2,\n,Plan,Actual,Plan,Actual\nNorth,1,2,3,4\nSouth,5,6,7,8\nWest,9,8,7,6\n',
      rows: table('North|1|2|3|4', 'South|5|6|7|8', 'West|9|8|7|6'),
      names: 'region q1_plan q1_actual q2_plan q2_actual',
    },
  ),
  ...kind(
    'sheet_with_key_lines',
    {
      content: `Report:,Sales,,\nPrinted:,01/02/2024,,\nBy:,Ada,,\n,,,\nid,city,qty,price\n${lines(8, (i) => `${i + 1},c${i},${i},${i}.50`)}`,
      rows: rows(8, (i) => [`${i + 1}`, `c${i}`, `${i}`, `${i}.50`]),
      names: 'id city qty price',
    },
    {
      content: `Site;North\nUnit;m\n\nat;depth;state\n${lines(8, (i) => `2024-01-0${i + 1};${i},5;ok`)}`,
      rows: rows(8, (i) => [`2024-01-0${i + 1}`, `${i}.5`, 'ok']),
      names: 'at depth state',
    },
  ),
  ...kind(
    'sheet_with_blank_columns',
    {
      content: ',Name,Qty,\n,Ada,1,\n,Bob,2,\n,Cid,3,\n',
      rows: table('Ada|1', 'Bob|2', 'Cid|3'),
      names: 'name qty',
    },
    {
      content: 'id,city,,qty,,\n1,Rome,,2,,\n2,Oslo,,3,,\n3,Bern,,4,,\n,,,,,\n,,,,,\n',
      rows: table('1|Rome|2', '2|Oslo|3', '3|Bern|4'),
      names: 'id city qty',
    },
    {
      // Two tables side by side: one row of both is one row.
      content: 'id,name,,code,qty\n1,a,,x,5\n2,b,,y,6\n3,c,,z,7\n4,d,,,\n',
      rows: table('1|a|x|5', '2|b|y|6', '3|c|z|7', '4|d|∅|∅'),
      names: 'id name code qty',
    },
  ),
  ...kind(
    'sheet_with_repeated_header',
    {
      content: `id,city,qty\n${lines(40, (i) => `${i % 20 === 19 ? 'id,city,qty\n' : ''}${i},c${i % 7},${i}`)}`,
      rows: rows(40, (i) => [`${i}`, `c${i % 7}`, `${i}`]),
      rejects: ['21 TYPE', '42 TYPE'],
      said: /2 rows repeat the header/,
    },
    {
      content: `name;born\n${lines(12, (i) => `${i === 6 ? ';\nname;born\n' : ''}n${i};19${10 + i}`)}`,
      rows: rows(12, (i) => [`n${i}`, `19${10 + i}`]),
      rejects: ['9 TYPE'],
    },
  ),
  ...kind(
    'sheet_of_money',
    {
      content:
        'Item,Jan,Feb,Share,Change\nRent,"$1,200.00","$1,250.00",40.5%,$50.00\nFood,$310.25,$298.10,10.0%,($12.15)\nFees,$ -   ,$5.00,0.2%,$5.00\nFuel,"$2,010.75",$900.00,49.3%,"($1,110.75)"\n',
      rows: table(
        'Rent|1200.00|1250.00|40.50|50.00',
        'Food|310.25|298.10|10.00|-12.15',
        'Fees|∅|5.00|0.20|5.00',
        'Fuel|2010.75|900.00|49.30|-1110.75',
      ),
      names: 'item jan feb share change',
      types: 'text numeric numeric numeric numeric',
    },
    {
      content:
        'Post;Betrag;Anteil\nMiete;1.200,00 €;40,5 %\nEssen;-310,25 €;10 %\nGas;- €;0,2 %\nBus;12,00 €;0,4 %\n',
      rows: table('Miete|1200.00|40.50', 'Essen|-310.25|10.00', 'Gas|∅|0.20', 'Bus|12.00|0.40'),
      types: 'text numeric numeric',
    },
    {
      content:
        'Unit,Staff,Others,Total\nCabinet,609,-,609\nSecurity,225,4,229\nReform,"1,720",214,"1,934"\nProjects,9,-,9\nBodies,16,3,19\n',
      rows: table(
        'Cabinet|609|∅|609',
        'Security|225|4|229',
        'Reform|1720|214|1934',
        'Projects|9|∅|9',
        'Bodies|16|3|19',
      ),
      types: 'text integer integer integer',
    },
  ),
  ...kind(
    'sheet_with_totals',
    {
      content: `Region,Shop,Qty\n${lines(9, (i) => `${['North', 'South', 'West'][Math.floor(i / 3)]},s${i},${i}${i % 3 === 2 ? `\nSubtotal,,${9 * Math.floor(i / 3) + 3}` : ''}`)}Grand total,,36\n`,
      rows: [
        ...rows(9, (i) => [['North', 'South', 'West'][Math.floor(i / 3)], `s${i}`, `${i}`]),
        ...table('Subtotal|∅|3', 'Subtotal|∅|12', 'Subtotal|∅|21', 'Grand total|∅|36'),
      ],
      said: /looks like totals: "Grand total"/,
    },
    {
      content: `No;Day;Sum\n${lines(9, (i) => `${i + 1};0${i + 1}.03.2024;${i},25`)};;38,25\n`,
      rows: rows(9, (i) => [`${i + 1}`, `2024-03-0${i + 1}`, `${i}.25`]).concat([[null, null, '38.25']]),
    },
  ),
  ...kind(
    'sheet_with_label_column',
    {
      // The region stands in the first of its rows, and the corner is blank.
      content: ',,2022,2023\nNorth,Rome,1,2\n,Bari,3,4\nSouth,Oslo,5,6\n,Bern,7,8\n',
      rows: table('North|Rome|1|2', '∅|Bari|3|4', 'South|Oslo|5|6', '∅|Bern|7|8'),
    },
    {
      content: 'Water of the town,,\nTotal (m3),Per head (m3),Cost (£k)\n"44,761",13.9,68\n',
      rows: table('44761|13.9|68'),
      names: 'total_m3 per_head_m3 cost_gbp_k',
    },
    {
      content:
        'Persons employed,,,\nSegment,Staff,2013-14 Total,2012-13 Total restated\nCabinet,609,672,641\nReform,116,-,115\nSecurity,"2,035","2,327","2,040"\n',
      rows: table('Cabinet|609|672|641', 'Reform|116|∅|115', 'Security|2035|2327|2040'),
      names: 'segment staff y2013_14_total y2012_13_total_restated',
    },
  ),
  ...kind('sheet_with_notes_beside', {
    content: `"Staff of the shop, by month",,\n"Source: the ""town"" office",,\n\nMonth,Staff,Note\n${lines(6, (i) => `0${i + 1}/2024,${i + 3},${i === 2 ? '"moved, see below"' : ''}`)}\n"* Without trainees, who are counted elsewhere.",,\n"Figures are rounded, and may change.",,\n`,
    rows: rows(6, (i) => [`2024-0${i + 1}-01`, `${i + 3}`, i === 2 ? 'moved, see below' : null]),
    names: 'month staff note',
  }),
  ...kind('sheet_of_two_tables', {
    content: `id,city,qty\n${lines(20, (i) => `${i},c${i},${i}`)}\nname,phone\nAda,555-1\nBob,555-2\n`,
    rows: rows(20, (i) => [`${i}`, `c${i}`, `${i}`]),
    rejects: ['23 FIELD_COUNT', '24 FIELD_COUNT', '25 FIELD_COUNT'],
  }),
];
