/** Writes the definition of files of JSON, from their first records. */
import { readHeadOf } from '../../coordinator/detect/read-layout.ts';
import { exploreJson, isOwnPath, type JsonPathFound } from '../../coordinator/explore/explore-json.ts';
import { columnNames } from '../../model/infer/column-names.ts';
import type { ColumnSample } from '../../model/infer/contract.ts';
import type { ModeColumn } from '../../model/infer/fetched/contract.ts';
import { guessColumns } from '../../model/infer/guess/guess-columns.ts';
import {
  type JsonColumn,
  type JsonDefinitionInput,
  jsonDefinitionSource,
} from '../../model/infer/source/json-source.ts';
import { readableOf } from './file-reader.ts';
import { importDefinition } from './try-definition.ts';

/** Bytes of a file, unpacked, that are looked at. */
const lookedBytes = 8 * 1024 * 1024;

export interface DescribedJson {
  /** The definition, which compiles. */
  readonly source: string;
  readonly found: JsonDefinitionInput;
}

export interface DescribeJsonOptions {
  /** Adds what the file does not show. `columns`: what was seen of its columns. */
  readonly complete?: (draft: JsonDefinitionInput, columns: readonly ModeColumn[]) => JsonDefinitionInput;
}

/**
 * Null if the first file is not JSON. The other files are taken to be like it.
 * @throws LandfallError LF_INIT_BROKEN
 */
export async function describeJson(
  dataset: string,
  files: readonly string[],
  { complete = (draft) => draft }: DescribeJsonOptions = {},
): Promise<DescribedJson | null> {
  const file = await readableOf(files[0]);
  const head = await readHeadOf(file, lookedBytes).catch(() => null);
  const found = head === null ? null : exploreJson(head);
  if (found === null) return null;
  const { guesses } = guessColumns(found.paths.map(({ sample }) => sample));
  const names = columnNames(
    found.paths.map(({ header }) => header),
    found.paths.length,
  );
  const columns = found.paths.map(({ path, present, ...rest }, i) => {
    const { name } = names[i];
    return { name, path: isOwnPath(path, name) ? null : path, present, guess: guessOf(rest, guesses[i]) };
  });
  const { kind, records, looked } = found;
  const draft = { dataset, file: files[0], kind, records, looked, columns };
  const seen = found.paths.map(({ sample, header }, i) => modeColumn(columns[i], sample, header, looked));
  const completed = complete(draft, seen);
  const source = jsonDefinitionSource(completed);
  await importDefinition(source, dataset);
  return { source, found: completed };
}

function modeColumn(
  { name, guess, present }: JsonColumn,
  { values, blanks }: ColumnSample,
  header: string,
  rows: number,
): ModeColumn {
  const nulls = rows - present + (guess.type === 'text' ? 0 : blanks);
  return { name, header, type: guess.type, rows, nulls, distinct: values.size };
}

type Guess = ReturnType<typeof guessColumns>['guesses'][number];

/** Arrays and values of several kinds are json. An empty text is null where the type does not read it. */
function guessOf({ nested, sample }: Pick<JsonPathFound, 'nested' | 'sample'>, guess: Guess): Guess {
  if (nested) return { type: 'json', options: {}, nulls: [], remarks: [] };
  const blank = sample.blanks > 0 && guess.type !== 'text';
  return { ...guess, nulls: blank ? ['', ...guess.nulls] : guess.nulls };
}
