/** The lines of enrichments, lake and star. */
import type { Remark } from '../contract.ts';
import type { DimensionMember, FoundDimension, FoundStar, StarChoice } from '../star/contract.ts';
import { commentLines } from './comments.ts';
import { count, textsOf } from './evidence.ts';
import { type Expression, expressionOf, print, widthOf } from './print-expression.ts';

/** Facts with more columns are not listed: they are all that are in no dimension, and the parts of the date. */
const listedMost = 60;

/** Builders that the lines use. */
export function starBuilders({ star, partitions }: StarChoice): string[] {
  return [
    ...partitions.map(({ part }) => part),
    ...(star === null || star.dimensions.length === 0 ? [] : ['lookup']),
    ...(star?.date ? ['dateDimension'] : []),
  ];
}

export function lakeLines({ partitions }: StarChoice): string[] {
  if (partitions.length === 0) return [];
  const parts = partitions.map(({ name, part, column }): [string, Expression] => [
    name,
    { code: `${part}(c.${column})` },
  ]);
  const head = '  enrich: (c) => (';
  const enrich = `${head}${print({ object: parts }, 2, head.length, 2)}),`;
  return [
    ...enrich.split('\n'),
    ...property('lake', expressionOf({ partitionBy: partitions.map(({ name }) => name) }), 2),
  ];
}

export function starLines({ star, remarks }: StarChoice): string[] {
  const said = remarkLines(remarks, 2);
  if (star === null) return [...said, `  star: 'none',`];
  const isListed = star.columns.length <= listedMost;
  return [
    ...said,
    '  star: {',
    ...property('fact', expressionOf(star.fact), 4),
    ...dimensionLines(star),
    ...(isListed ? property('columns', expressionOf(star.columns), 4) : []),
    '  },',
  ];
}

function dimensionLines({ dimensions, date }: FoundStar): string[] {
  if (dimensions.length === 0 && date === null) return [];
  const lines = dimensions.flatMap((dimension) => [
    ...commentLines(`${membersText(dimension)}${remarkText(dimension.remarks)}`, 6),
    ...property(dimension.role, lookupCall(dimension), 6),
  ]);
  const days =
    date === null
      ? []
      : [
          ...commentLines(textsOf(date.remarks, 'evidence').join('; '), 6),
          ...property(
            date.role,
            { call: 'dateDimension', values: [expressionOf(date.table), expressionOf(date.column)] },
            6,
          ),
        ];
  return ['    dimensions: {', ...lines, ...days, '    },'];
}

/** `50 members; name, latitude and longitude follow from start_station_id` */
function membersText({ members, natural, attributes }: FoundDimension): string {
  const text = `${count(members)} members`;
  if (attributes.length === 0) return text;
  const columns = attributes.length === 1 ? attributes[0].column : `${attributes.length} columns`;
  const depend = attributes.length === 1 ? 'depends' : 'depend';
  return `${text}; ${columns} ${depend} on ${natural.map(({ column }) => column).join(' and ')} in every row that was compared`;
}

function remarkText(remarks: readonly Remark[]): string {
  return remarks.map(({ kind, text }) => `; ${kind === 'check' ? 'check: ' : ''}${text}`).join('');
}

function lookupCall({ table, natural, attributes, keys }: FoundDimension): Expression {
  const columns = (members: readonly DimensionMember[]): Expression =>
    expressionOf(Object.fromEntries(members.map(({ as, column }) => [as, column])));
  const options = keys === 'hashed' ? [expressionOf({ keys })] : [];
  const hasAttributes = attributes.length > 0 || options.length > 0;
  const values = [
    expressionOf(table),
    columns(natural),
    ...(hasAttributes ? [columns(attributes)] : []),
    ...options,
  ];
  return { call: 'lookup', values };
}

/** Comments first the findings, then what a person should look at. */
export function remarkLines(remarks: readonly Remark[], indent: number): string[] {
  return [
    ...textsOf(remarks, 'evidence').flatMap((text) => commentLines(text, indent)),
    ...textsOf(remarks, 'check').flatMap((text) => commentLines(`check: ${text}`, indent)),
  ];
}

/** `key: value,` with this indent. */
export function property(key: string, value: Expression, indent: number): string[] {
  const head = `${' '.repeat(indent)}${key}: `;
  return `${head}${print(value, indent, widthOf(head))},`.split('\n');
}
