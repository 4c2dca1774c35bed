/**
 * `landfall init`: looks at a file's first records and writes a definition for a person to read. This is the
 * only place where Landfall guesses, and it marks its guesses with comments.
 */
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import { columnTypes } from '../types/column-types.ts';
import { quote } from '../types/recognise.ts';
import { type Guess, guessType } from './guess-type.ts';
import { readSample } from './sample.ts';

interface Column extends Guess {
  readonly name: string;
  readonly header: string;
}

/** Text columns with at most this share of distinct values become dimensions. */
const dimensionShare = 0.2;

/** The source text of a definition named `name` for a file that begins with `text`. */
export function inferDefinition(name: string, text: string, options: { whole: boolean }): string {
  const sample = readSample(text, options.whole);
  if (!sample)
    throw new LandfallError('LF_INIT', { reason: 'no delimiter of , ; tab | splits its records evenly' });
  if (sample.rows.length === 0)
    throw new LandfallError('LF_INIT', { reason: 'there is no record after the header' });
  const names = columnNames(sample.header);
  const columns = names.map(
    (column, i): Column => ({
      ...guessType(sample.rows.map((row) => row[i])),
      name: column,
      header: sample.header[i],
    }),
  );
  return definitionSource(name, sample.delimiter, sample.rows.length, columns);
}

/** Headers as identifiers: lower case, `_` between words, numbered if two would be equal. */
function columnNames(header: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return header.map((text, i) => {
    const base =
      text
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '_')
        .replace(/^_+|_+$/g, '') || `column_${i + 1}`;
    const name = /^\d/.test(base) ? `column_${base}` : base;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}

function definitionSource(name: string, delimiter: string, rows: number, columns: readonly Column[]): string {
  const time = columns.find(
    (column) => columnTypes[column.type].day !== null && column.source.includes('required'),
  );
  const dimensions = columns.filter(
    (column) =>
      column.type === 'text' && column.distinct > 0 && column.distinct <= Math.max(10, rows * dimensionShare),
  );
  const facts = columns.filter((column) => !dimensions.includes(column));
  const builders = [
    ...new Set(columns.map((column) => column.type)),
    ...(time ? ['year', 'month', 'dateDimension'] : []),
    ...(dimensions.length > 0 ? ['lookup'] : []),
  ];
  const lines = [
    `import { ${['defineDataset', ...builders].sort().join(', ')} } from 'landfall';`,
    '',
    `// Written by \`landfall init\` from the first ${plural(rows, 'row')}. Read it: types are guesses until you have.`,
    'export default defineDataset({',
    `  name: ${quote(name)},`,
    `  dialect: { delimiter: ${quote(delimiter)}, quote: '"', header: true },`,
    '  columns: {',
    ...columns.map(columnSource),
    '  },',
    ...(time
      ? [
          `  enrich: (c) => ({ year: year(c.${time.name}), month: month(c.${time.name}) }),`,
          `  lake: { partitionBy: ['year', 'month'] },`,
        ]
      : []),
    '  star: {',
    `    fact: 'fact_${name.replaceAll('-', '_')}',`,
    ...dimensionSource(name, dimensions, time),
    `    columns: [${facts.map((column) => quote(column.name)).join(', ')}],`,
    '  },',
    '  rejects: { share: 0.01 },',
    '});',
    '',
  ];
  return lines.join('\n');
}

function columnSource(column: Column): string {
  const normal = column.header
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const source = normal === column.name ? column.source : withAlias(column);
  return `    ${column.name}: ${source},${column.note ? ` // check: ${column.note}` : ''}`;
}

function withAlias({ source, type, header }: Column): string {
  const alias = `aliases: [${quote(header)}]`;
  return source.endsWith('()') ? `${type}({ ${alias} })` : source.replace(/ }\)$/, `, ${alias} })`);
}

/** Tables are named after the dataset: they are its own (docs/definitions.md). */
function dimensionSource(dataset: string, dimensions: readonly Column[], time: Column | undefined): string[] {
  const table = (name: string) => quote(`dim_${dataset.replaceAll('-', '_')}_${name}`);
  const lines = dimensions.map(
    ({ name }) => `      ${name}_key: lookup(${table(name)}, { name: ${quote(name)} }),`,
  );
  if (time) lines.push(`      date_key: dateDimension(${table('date')}, ${quote(time.name)}),`);
  return lines.length > 0 ? ['    dimensions: {', ...lines, '    },'] : [];
}
