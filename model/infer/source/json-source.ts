/** The text of a definition of JSON files. */
import { basename } from 'node:path';
import { plural } from '../../../platform/plural.ts';
import type { ColumnGuess, PredictedReject, Remark } from '../contract.ts';
import type { FoundFetch } from '../fetched/contract.ts';
import { commentLines } from './comments.ts';
import { rejectLines } from './definition-source.ts';
import { count, textsOf } from './evidence.ts';
import { fetchBuilders, modeLines, sourceLines } from './fetch-source.ts';
import { shownText } from './literals.ts';
import { expressionOf, flat, importLine, lineWidth, print, widthOf } from './print-expression.ts';
import { remarkLines } from './star-source.ts';

export interface JsonColumn {
  readonly name: string;
  /** Null: the key of its name. */
  readonly path: string | null;
  readonly guess: Pick<ColumnGuess, 'type' | 'digits' | 'options' | 'nulls' | 'remarks'>;
  /** Of the records that were looked at, those with a value here. */
  readonly present: number;
}

export interface JsonDefinitionInput {
  readonly dataset: string;
  /** The file that was looked at. */
  readonly file: string;
  readonly kind: 'json' | 'ndjson';
  readonly records: string;
  readonly looked: number;
  readonly columns: readonly JsonColumn[];
  /** What was seen of the files as a whole. */
  readonly remarks: readonly Remark[];
  /** Records that were read with the columns' types: all of them, if `whole`. */
  readonly read: number;
  readonly whole: boolean;
  /** The first rejects that loading the files will give, and how many there will be. */
  readonly rejects: readonly PredictedReject[];
  readonly rejectedRows: number;
  /** Written as it is; without it, the default of the language applies. */
  readonly rejectLimit?: { readonly share: number };
  /** Where the records come from, and their mode. Without it, files are loaded. */
  readonly fetch?: FoundFetch;
}

/** What a person should look at, beside what is said of the source. */
export function jsonChecks({ remarks, columns }: JsonDefinitionInput): string[] {
  const ofColumns = columns.flatMap(({ name, guess }) =>
    textsOf(guess.remarks, 'check').map((text) => `${name}: ${text}`),
  );
  return [...textsOf(remarks, 'check'), ...ofColumns];
}

/** TypeScript that compiles under the language of definitions. */
export function jsonDefinitionSource(input: JsonDefinitionInput): string {
  const { dataset, file, kind, records, looked, columns, read, whole } = input;
  const builder = kind === 'json' ? 'jsonDocument' : 'ndjson';
  const types = columns.map(({ guess }) => guess.type);
  const names = [...new Set(['defineDataset', builder, ...types, ...fetchBuilders(input.fetch)])].sort();
  const format =
    records === '$[*]' ? `${builder}()` : `${builder}({ records: ${flat(expressionOf(records))} })`;
  const more = `The types hold the values of ${whole ? 'all' : 'the first'} ${plural(read, 'record')}. `;
  return [
    importLine(names),
    '',
    ...commentLines(
      `Written by \`landfall init\` from the first ${plural(looked, 'record')} of ${shownText(basename(file))}. ${read > looked ? more : ''}Look at those with \`check:\`.`,
      0,
    ),
    'export default defineDataset({',
    `  name: ${flat(expressionOf(dataset))},`,
    `  format: ${format},`,
    ...remarkLines(input.remarks, 2),
    '  columns: {',
    ...columns.flatMap((column) => columnLines(column, looked)),
    '  },',
    ...modeLines(input.fetch),
    `  star: { fact: ${flat(expressionOf(`fact_${dataset.replaceAll('-', '_')}`))} },`,
    ...sourceLines(input.fetch),
    ...rejectLines(input),
    '});',
    '',
  ].join('\n');
}

function columnLines({ name, path, guess, present }: JsonColumn, looked: number): string[] {
  const options = {
    ...(path !== null && { path }),
    ...(guess.nulls.length > 0 && { nulls: guess.nulls }),
    ...guess.options,
  };
  const values = [
    ...(guess.digits ?? []).map(expressionOf),
    ...(Object.keys(options).length > 0 ? [expressionOf(options)] : []),
  ];
  const head = `    ${name}: `;
  const code = `${head}${print({ call: guess.type, values }, 4, widthOf(head))},`;
  const checks = guess.remarks.filter(({ kind }) => kind === 'check');
  const seen = present === looked ? 'in all records' : `in ${count(present)} of ${count(looked)} records`;
  const comment = ` // ${seen}`;
  const lines = code.split('\n');
  const fits = lines.length === 1 && widthOf(code) + comment.length <= lineWidth;
  return [
    ...checks.flatMap(({ text }) => commentLines(`check: ${text}`, 4)),
    ...(fits ? [`${code}${comment}`] : [...commentLines(seen, 4), ...lines]),
  ];
}
