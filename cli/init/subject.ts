/** What a definition is written of: files, or what a source gives. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { FoundColumn } from '../../model/infer/contract.ts';
import type { ModeColumn } from '../../model/infer/fetched/contract.ts';
import { plainStar } from '../../model/infer/fetched/plain-star.ts';
import { codedError, LandfallError } from '../../platform/errors/errors.ts';
import { isMissing } from '../../platform/errors/system.ts';
import type { DescribeOptions } from './describe-files.ts';
import type { DescribeJsonOptions } from './describe-json.ts';
import { fetchOf } from './fetched/contract.ts';
import type { Sampled } from './fetched/look-at-source.ts';

export interface Subject {
  /** What is read. */
  readonly files: readonly string[];
  readonly known: DescribeOptions['known'];
  /** How they are written; undefined: they show it. */
  readonly exploration?: DescribeOptions['exploration'];
  /** Add to a definition what the files do not show. */
  readonly complete: DescribeOptions['complete'];
  readonly completeJson: DescribeJsonOptions['complete'];
  /** Commands that load the dataset. */
  next(dataset: string): string[];
  /** Variables that must be set first. */
  readonly variables: readonly string[];
}

export function fileSubject(files: readonly string[]): Subject {
  const some = `${files.slice(0, 3).map(shellWord).join(' ')}${files.length > 3 ? ' …' : ''}`;
  return {
    files,
    known: undefined,
    complete: undefined,
    completeJson: undefined,
    next: (dataset) => [`landfall ingest ${some} --dataset ${dataset}`],
    variables: [],
  };
}

export function sourceSubject({ sample, moved }: Sampled): Subject {
  const variables = Object.keys(moved).sort();
  return {
    files: sample.files,
    known: sample.known,
    exploration: sample.exploration,
    variables,
    complete(draft, headers) {
      if (draft.rowCount === 0)
        throw new LandfallError('LF_INIT_SOURCE', { address: sample.shown[0], reason: 'it has no rows' });
      const columns = draft.columns.map((column, c) => modeColumn(column, headers[c]));
      const fetch = fetchOf(sample, columns);
      // A dataset without a star has no mode.
      const found = draft.star.star === null ? { ...fetch, mode: null } : fetch;
      return {
        ...draft,
        files: sample.shown,
        fetch: found,
        star: plainStar(
          draft.star,
          columns.map(({ name }) => name),
        ),
      };
    },
    completeJson: (draft, columns) => ({ ...draft, file: sample.shown[0], fetch: fetchOf(sample, columns) }),
    next: (dataset) => [
      ...variables.map((name) => `export ${name}=…`),
      `landfall run ${dataset}.${sample.source.name}`,
    ],
  };
}

function modeColumn({ name, guess, facts }: FoundColumn, header: string): ModeColumn {
  const { rows, nulls, distinct, distinctExact } = facts;
  // An estimate says nothing, unless it counts every row.
  const isCounted = distinctExact || distinct === rows - nulls;
  return { name, header, type: guess.type, rows, nulls, distinct: isCounted ? distinct : 0 };
}

/** What the dataset is named after: the file, the folder, or what the files' names begin with. */
export function nameSource(paths: readonly string[]): string {
  const [first, ...others] = paths.map((path) => basename(resolve(path)));
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return others.length === 0 || length < 3 ? first : first.slice(0, length);
}

function noFile(cause: unknown, path: string): never {
  if (!isMissing(cause)) throw codedError(cause, path);
  throw new LandfallError('LF_FILE_MISSING', { file: path }, { cause });
}

/** The files themselves; of a folder, the files in it that are not hidden. Throws LF_FILE_MISSING, LF_INIT. */
export async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const isObject = /^s3:/.test(path);
    const found = isObject ? null : await stat(path).catch((error) => noFile(error, path));
    if (!found?.isDirectory()) {
      files.push(path);
      continue;
    }
    const entries = (await readdir(path, { withFileTypes: true })).filter(
      (entry) => entry.isFile() && !entry.name.startsWith('.'),
    );
    if (entries.length === 0)
      throw new LandfallError('LF_INIT', { reason: `the folder ${path} has no file` });
    files.push(...entries.map((entry) => join(path, entry.name)).sort());
  }
  return files;
}

/** A path as a shell takes it. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
