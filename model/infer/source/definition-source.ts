/** The text of a definition, as a person would write and comment it. */
import { basename } from 'node:path';
import { plural } from '../../../platform/plural.ts';
import { list } from '../../words.ts';
import type { FoundColumn, FoundDialect, PredictedReject } from '../contract.ts';
import type { FoundFetch } from '../fetched/contract.ts';
import type { StarChoice } from '../star/contract.ts';
import { columnLines } from './column-source.ts';
import { commentLines } from './comments.ts';
import { count } from './evidence.ts';
import { fetchBuilders, modeLines, sourceLines } from './fetch-source.ts';
import { shownText } from './literals.ts';
import { expressionOf, flat, importLine } from './print-expression.ts';
import { lakeLines, property, remarkLines, starBuilders, starLines } from './star-source.ts';

export interface DefinitionInput {
  readonly dataset: string;
  /** Names of the files that were read. */
  readonly files: readonly string[];
  readonly dialect: FoundDialect;
  readonly columns: readonly FoundColumn[];
  /** Dimensions, date and partitions that the columns suggest. */
  readonly star: StarChoice;
  /** The first rejects that loading the files will give. */
  readonly rejects: readonly PredictedReject[];
  /** How many there will be; default: those listed. */
  readonly rejectedRows?: number;
  /** Written as it is; without it, the default of the language applies. */
  readonly rejectLimit?: { readonly share?: number; readonly count?: number };
  readonly rowCount: number;
  /** Every row was read, not only pieces of the files. */
  readonly whole: boolean;
  /** Where the rows come from, and their mode. Without it, files are loaded. */
  readonly fetch?: FoundFetch;
}

/** Members of a dialect in the order in which they are written, with what they are if they are left out. */
const defaults = {
  delimiter: ',',
  quote: '"',
  escape: null,
  header: true,
  trim: false,
  lineEnds: 'auto',
  comment: null,
  skipLines: 0,
  headerRows: 1,
  skipFooterLines: 0,
  shortRows: 'reject',
  longRows: 'reject',
  blankRows: 'read',
  encoding: 'utf-8',
} as const;

/** Files and rejects that a comment names. */
const filesNamed = 3;
const rejectsNamed = 5;

/** TypeScript that compiles under the language of definitions, in lines of at most 110 columns where texts allow. */
export function definitionSource(input: DefinitionInput): string {
  const { dataset, star } = input;
  const columns = input.columns.map((column) => withType(column, star));
  const builders = [
    'defineDataset',
    ...columns.map(({ guess }) => guess.type),
    ...starBuilders(star),
    ...fetchBuilders(input.fetch),
  ];
  const lines = [
    importLine([...new Set(builders)].sort()),
    '',
    ...headLines(input),
    'export default defineDataset({',
    `  name: ${flat(expressionOf(dataset))},`,
    ...dialectLines(input.dialect),
    '  columns: {',
    ...columns.flatMap((column) => columnLines(column, 4)),
    '  },',
    ...modeLines(input.fetch),
    ...lakeLines(star),
    ...starLines(star),
    ...sourceLines(input.fetch),
    ...rejectLines(input),
    '});',
    '',
  ];
  return lines.join('\n');
}

/** The column with the type that its dimension needs. */
export function withType(column: FoundColumn, { retyped }: StarChoice): FoundColumn {
  const type = Object.hasOwn(retyped, column.name) ? retyped[column.name] : {};
  return { ...column, guess: { ...column.guess, ...type } };
}

function headLines({ files, rowCount, whole }: DefinitionInput): string[] {
  const names = files.slice(0, filesNamed).map((file) => shownText(basename(file)));
  const rest = files.length - names.length;
  const named = list(rest > 0 ? [...names, `${count(rest)} more`] : names) || 'a file';
  const read = whole
    ? plural(rowCount, 'row')
    : `pieces of ${files.length > 1 ? 'them' : 'it'}, about ${plural(rowCount, 'row')}`;
  return commentLines(
    `Written by \`landfall init\` from ${named}: ${read}. The comments say what was seen; look at those with \`check:\`.`,
    0,
  );
}

function dialectLines({ dialect, remarks }: FoundDialect): string[] {
  const members = Object.entries(defaults).flatMap(([name, usual]): [string, unknown][] => {
    const said = dialect[name as keyof typeof defaults];
    return said === undefined || said === usual ? [] : [[name, said]];
  });
  const written = members.length > 0 ? property('dialect', expressionOf(Object.fromEntries(members)), 2) : [];
  return [
    ...remarkLines(members.length > 0 ? remarks : remarks.filter(({ kind }) => kind === 'check'), 2),
    ...written,
  ];
}

export function rejectLines({
  rejects,
  rejectedRows = rejects.length,
  rejectLimit,
}: Pick<DefinitionInput, 'rejects' | 'rejectedRows' | 'rejectLimit'>): string[] {
  const places = rejects.slice(0, rejectsNamed).map(rejectText);
  const more = rejectedRows > places.length ? ', …' : '';
  const text = `check: ${plural(rejectedRows, 'row')} will be rejected: ${places.join(', ')}${more}`;
  const said = rejectedRows > 0 ? commentLines(text, 2) : [];
  return [...said, ...(rejectLimit === undefined ? [] : property('rejects', expressionOf(rejectLimit), 2))];
}

function rejectText({ line, code, column }: PredictedReject): string {
  return `line ${count(line)} (${code}${column === null ? '' : ` in ${column}`})`;
}
