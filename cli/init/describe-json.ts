/** Writes the definition of files of JSON, from their first records. */
import { readHeadOf } from '../../coordinator/detect/read-layout.ts';
import { exploreJson, isOwnPath, type JsonPathFound } from '../../coordinator/explore/explore-json.ts';
import { columnNames } from '../../model/infer/column-names.ts';
import { guessColumns } from '../../model/infer/guess/guess-columns.ts';
import { jsonDefinitionSource } from '../../model/infer/source/json-source.ts';
import { readableOf } from './file-reader.ts';

/** Bytes of a file, unpacked, that are looked at. */
const lookedBytes = 8 * 1024 * 1024;

export interface DescribedJson {
  readonly source: string;
  /** Records that were looked at. */
  readonly looked: number;
  readonly columns: number;
}

/** Null if the first file is not JSON. The other files are taken to be like it. */
export async function describeJson(dataset: string, files: readonly string[]): Promise<DescribedJson | null> {
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
  const source = jsonDefinitionSource({ dataset, file: files[0], kind, records, looked, columns });
  return { source, looked, columns: columns.length };
}

type Guess = ReturnType<typeof guessColumns>['guesses'][number];

/** Arrays and values of several kinds are json. An empty text is null where the type does not read it. */
function guessOf({ nested, sample }: Pick<JsonPathFound, 'nested' | 'sample'>, guess: Guess): Guess {
  if (nested) return { type: 'json', options: {}, nulls: [], remarks: [] };
  const blank = sample.blanks > 0 && guess.type !== 'text';
  return { ...guess, nulls: blank ? ['', ...guess.nulls] : guess.nulls };
}
