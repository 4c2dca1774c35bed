/** Writes the definition of files of JSON: their columns from the first records, the types from all. */
import { basename } from 'node:path';
import { readHeadOf } from '../../coordinator/detect/read-layout.ts';
import {
  exploreJson,
  isOwnPath,
  type JsonExploration,
  type JsonPathFound,
  mayBeJson,
} from '../../coordinator/explore/explore-json.ts';
import { columnNames } from '../../model/infer/column-names.ts';
import type { ColumnSample, Remark } from '../../model/infer/contract.ts';
import type { ModeColumn } from '../../model/infer/fetched/contract.ts';
import { guessColumn } from '../../model/infer/guess/guess-column.ts';
import { type GuessedColumns, guessColumns } from '../../model/infer/guess/guess-columns.ts';
import {
  type JsonColumn,
  type JsonDefinitionInput,
  jsonDefinitionSource,
} from '../../model/infer/source/json-source.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { Profile } from '../../workers/profile/profile-file.ts';
import { readableOf } from './file-reader.ts';
import { type JsonFile, type JsonReadOptions, openJsonFile } from './json-file.ts';
import { predictRejects } from './predict-rejects.ts';
import { untilSettled } from './settle-types.ts';
import { importDefinition, outcomeOf, type Trial } from './try-definition.ts';

/** Bytes of a file, unpacked, in which columns are looked for, and which show whether it may be JSON at all. */
const lookedBytes = 8 * 1024 * 1024;
const firstBytes = 4096;
/** Keys that a comment names. */
const keysNamed = 5;

export interface DescribedJson {
  /** The definition, which has been tried on the files. */
  readonly source: string;
  readonly found: JsonDefinitionInput;
  readonly trial: Trial;
}

export interface DescribeJsonOptions extends JsonReadOptions {
  /** Adds what the file does not show. `columns`: what was seen of its columns. */
  readonly complete?: (draft: JsonDefinitionInput, columns: readonly ModeColumn[]) => JsonDefinitionInput;
}

/**
 * Null if the first file is not JSON. The columns are those of the first file.
 * @throws LandfallError LF_INIT, LF_INIT_BROKEN, and what reading files of JSON throws
 */
export async function describeJson(
  dataset: string,
  paths: readonly string[],
  options: DescribeJsonOptions,
): Promise<DescribedJson | null> {
  const { complete = (draft) => draft, ...reading } = options;
  const found = await explore(paths[0]);
  if (found === null) return null;
  const files: JsonFile[] = [];
  for (const path of paths) files.push(await openJsonFile(path, paths.length));
  const columns = new Columns(found.paths);
  const { draft, compiled, readings } = await untilSettled({
    profile: async (limit) => {
      const draft = complete(draftOf(dataset, paths[0], found, columns.all), columns.seen(found.looked));
      const compiled = await importDefinition(jsonDefinitionSource(draft), dataset);
      const readings: Tried[] = [];
      for (const file of files) readings.push(await file.profile(compiled, { ...reading, ...limit }));
      return { draft, compiled, readings };
    },
    learn: ({ readings }) => columns.learn(readings.map(({ profile }) => profile)),
    isComplete: ({ readings }) => readings.every(({ profile }) => profile.complete),
  });
  const outcomes = readings.map((one, f) => ({ file: paths[f], ...outcomeOf(compiled, one) }));
  const tried = {
    ...draft,
    ...predictRejects(outcomes),
    remarks: unreadKeys(readings, paths),
    read: outcomes.reduce((sum, { rows }) => sum + rows, 0),
    whole: files.every(({ isReadWhole }) => isReadWhole),
  };
  const source = jsonDefinitionSource(tried);
  const trial = { dataset: await importDefinition(source, dataset), files: outcomes };
  return { source, found: tried, trial };
}

interface Tried {
  readonly profile: Profile;
  readonly layout: FileLayout;
}

async function explore(path: string): Promise<JsonExploration | null> {
  const file = await readableOf(path);
  const start = await readHeadOf(file, firstBytes).catch(() => null);
  if (start === null || !mayBeJson(start.bytes)) return null;
  return exploreJson(await readHeadOf(file, lookedBytes));
}

function draftOf(
  dataset: string,
  file: string,
  { kind, records, looked }: JsonExploration,
  columns: readonly JsonColumn[],
): JsonDefinitionInput {
  const untried = { remarks: [], read: 0, whole: true, rejects: [], rejectedRows: 0 };
  return { dataset, file, kind, records, looked, columns, ...untried };
}

/** Keys of the first records of a file that no column reads. */
function unreadKeys(readings: readonly Tried[], paths: readonly string[]): Remark[] {
  return readings.flatMap(({ layout: { drift } }, f): Remark[] => {
    const keys = drift?.unknown ?? [];
    if (keys.length === 0) return [];
    const named = `${keys.slice(0, keysNamed).join(', ')}${keys.length > keysNamed ? ', …' : ''}`;
    return [{ kind: 'check', text: `no column reads these keys of ${basename(paths[f])}: ${named}` }];
  });
}

type Guess = GuessedColumns['guesses'][number];

/** The columns, whose types become wider with what does not fit them. */
class Columns {
  private readonly paths: readonly JsonPathFound[];
  private readonly names: readonly string[];
  private readonly samples: ColumnSample[];
  private readonly hints: GuessedColumns['hints'];
  private guesses: readonly Guess[];

  constructor(paths: readonly JsonPathFound[]) {
    this.paths = paths;
    const headers = paths.map(({ header }) => header);
    this.names = columnNames(headers, paths.length).map(({ name }) => name);
    this.samples = paths.map(({ sample }) => sample);
    const { guesses, hints } = guessColumns(this.samples);
    this.guesses = guesses.map((guess, c) => this.guessOf(c, guess));
    this.hints = hints;
  }

  get all(): JsonColumn[] {
    return this.paths.map(({ path, present }, c) => {
      const name = this.names[c];
      return { name, path: isOwnPath(path, name) ? null : path, present, guess: this.guesses[c] };
    });
  }

  /** What was seen in so many records. */
  seen(rows: number): ModeColumn[] {
    return this.paths.map(({ header, present }, c) => {
      const { type } = this.guesses[c];
      const { blanks, values } = this.samples[c];
      const nulls = rows - present + (type === 'text' ? 0 : blanks);
      return { name: this.names[c], header, type, rows, nulls, distinct: values.size };
    });
  }

  /** Guesses again, with the texts that did not fit. False if the types stay as they are. */
  learn(profiles: readonly Profile[]): boolean {
    const before = JSON.stringify(this.guesses);
    this.guesses = this.guesses.map((guess, c) => {
      const misfits = profiles.flatMap((profile) => [...profile.misfits[c]]);
      if (misfits.length === 0) return guess;
      const { header, values: known, blanks } = this.samples[c];
      const values = new Map(known);
      for (const [text, { rows }] of misfits)
        if (text !== '') values.set(text, Math.max(rows, values.get(text) ?? 0));
      const blank = misfits.reduce((sum, [text, { rows }]) => sum + (text === '' ? rows : 0), blanks);
      this.samples[c] = { header, values, blanks: blank };
      return this.guessOf(c, guessColumn(this.samples[c], this.hints));
    });
    return JSON.stringify(this.guesses) !== before;
  }

  /** Arrays and values of several kinds are json. An empty text is null where the type does not read it. */
  private guessOf(c: number, guess: Guess): Guess {
    if (this.paths[c].nested) return { type: 'json', options: {}, nulls: [], remarks: [] };
    const blank = this.samples[c].blanks > 0 && guess.type !== 'text';
    return { ...guess, nulls: blank ? ['', ...guess.nulls.filter((text) => text !== '')] : guess.nulls };
  }
}
