/** Describes files that no definition describes: reads them, and writes a definition that was tried on them. */
import { basename } from 'node:path';
import type { Kernel } from '../../kernel/types.ts';
import { normaliseHeader } from '../../model/file/header-text.ts';
import { columnNames } from '../../model/infer/column-names.ts';
import type { FoundColumn, FoundDialect, KnownColumn } from '../../model/infer/contract.ts';
import { type DefinitionInput, definitionSource } from '../../model/infer/source/definition-source.ts';
import { chooseStar } from '../../model/infer/star/choose-star.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { plural } from '../../platform/plural.ts';
import { type FileReader, keptBytesMost, openFileReader, type ReadOptions } from './file-reader.ts';
import { isOver, predictRejects } from './predict-rejects.ts';
import { type KnownColumns, type Settled, settleTypes } from './settle-types.ts';
import { importDefinition, type Trial, tryDefinition } from './try-definition.ts';
import { isByPlace, type UnitedColumn, uniteColumns } from './unite-columns.ts';
import { uniteDialects } from './unite-dialects.ts';

export interface Described {
  /** Everything that was found. */
  readonly found: DefinitionInput;
  /** The definition, which has been tried on the files. */
  readonly source: string;
  readonly trial: Trial;
}

export interface DescribeOptions extends ReadOptions {
  readonly kernel: Kernel;
  /** Default: nothing. */
  readonly known?: KnownColumns;
  /** Adds what the files do not show before the definition is tried. `headers`: of its columns, in their order. */
  readonly complete?: (draft: DefinitionInput, headers: readonly string[]) => DefinitionInput;
}

/** Throws LF_INIT, LF_INIT_BROKEN, LF_FILE_MISSING, LF_FILE_KIND and what reading throws. */
export async function describeFiles(
  dataset: string,
  paths: readonly string[],
  options: DescribeOptions,
): Promise<Described> {
  const { known = new Map(), complete = (draft) => draft } = options;
  const readers: FileReader[] = [];
  const keptBytes = keptBytesMost / paths.length;
  for (const path of paths) readers.push(await openFileReader(path, { ...options, keptBytes }));
  refuseUnlikeHeaders(readers);
  const columns = uniteColumns(readers);
  refuseUnlikePlaces(readers, columns);
  const settled = await settleRagged(readers, columns, known);
  const { input, headers } = definitionOf(dataset, readers, columns, { ...settled, known });
  const draft = complete(input, headers);
  const tried = definitionSource(draft);
  const trial = await tryDefinition(tried, dataset, readers);
  const found = withRejects(draft, trial, settled);
  const source = definitionSource(found);
  if (source === tried) return { found, source, trial };
  return { found, source, trial: { ...trial, dataset: await importDefinition(source, dataset) } };
}

/** No definition says that the names take one record in some files and several in others. Throws LF_INIT. */
function refuseUnlikeHeaders(readers: readonly FileReader[]): void {
  const rowsOf = ({ exploration: { dialect } }: FileReader) => dialect.headerRows ?? 1;
  const [first, ...others] = readers.filter(({ exploration }) => exploration.dialect.header !== false);
  const other = others.find((reader) => rowsOf(reader) !== rowsOf(first));
  if (other === undefined) return;
  const has = (reader: FileReader) =>
    `the header of ${basename(reader.file.name)} has ${plural(rowsOf(reader), 'record')}`;
  throw new LandfallError('LF_INIT', {
    reason: `${has(first)}, and ${has(other)}: describe them apart, or give all the same header`,
  });
}

/** Where some files have a header and others none, the latter must have all columns, in their order. Throws LF_INIT. */
function refuseUnlikePlaces(readers: readonly FileReader[], columns: readonly UnitedColumn[]): void {
  if (readers.every(isByPlace)) return;
  const fits = (f: number) => columns.every(({ fields }, c) => fields[f] === c);
  const f = readers.findIndex((reader, i) => isByPlace(reader) && !fits(i));
  if (f < 0) return;
  const headed = readers.find((reader) => !isByPlace(reader))!;
  throw new LandfallError('LF_INIT', {
    reason: `${basename(readers[f].file.name)} has no header, and not the columns of ${basename(headed.file.name)} in the same order: describe them apart, or give it a header`,
  });
}

/**
 * Settles the types. If too many rows are short, they are padded: to reject them would fail the file. Rows without any
 * value are left out: else no column could be required.
 */
async function settleRagged(
  readers: readonly FileReader[],
  columns: readonly UnitedColumn[],
  known: KnownColumns,
): Promise<Settled> {
  const settled = await settleTypes(readers, columns, known);
  const changed = readers.filter((reader, f) => {
    const {
      rows,
      blankRows,
      ragged: { short },
    } = settled.profiles[f];
    const skips = blankRows > 0 && reader.skipBlankRows();
    return (isOver(rows, short) && reader.padShortRows(short, rows)) || skips;
  });
  return changed.length === 0 ? settled : settleTypes(readers, columns, known);
}

function definitionOf(
  dataset: string,
  readers: readonly FileReader[],
  united: readonly UnitedColumn[],
  { guesses, facts, rows, profiles, known }: Settled & { readonly known: KnownColumns },
): { readonly input: DefinitionInput; readonly headers: readonly string[] } {
  const dialect = uniteDialects(readers.map(({ exploration }) => exploration));
  const byName = dialect.dialect.header !== false;
  const headers = united.map((column) => column.headers[0]);
  const points = new Set(guesses.flatMap(({ type }, c) => (type === 'point' ? [c] : [])));
  const named = dialect.header === null ? null : headers;
  const names = columnNames(named, united.length, [], points);
  const all = united.map(
    (column, c): FoundColumn => ({
      name: names[c].name,
      aliases: byName ? [...names[c].aliases, ...otherHeaders(column, names[c].name)] : [],
      optional: column.fields.some((field) => field < 0),
      guess: guesses[c],
      facts: facts[c],
      ...requiredOf(known.get(headers[c])),
    }),
  );
  // Delimiters at the end of a header make columns that have neither a name nor a value. Blank names are told apart
  // by their order, so either all of them are left out or none.
  const blank = all.flatMap((_, c) => (byName && named !== null && headers[c].trim() === '' ? [c] : []));
  const areVoid = blank.every((c) => facts[c].rows > 0 && facts[c].nulls === facts[c].rows);
  const isVoid = (c: number) => areVoid && blank.includes(c);
  const kept = all.flatMap((_, c) => (isVoid(c) ? [] : [c]));
  const taken = kept.length > 0 ? kept : all.map((_, c) => c);
  const columns = taken.map((c) => all[c]);
  const sampled = rows.map((row) => kept.map((c) => row[c]));
  const rowCount = profiles.reduce((sum, profile) => sum + profile.rows, 0);
  const star = chooseStar({ dataset, columns, rows: sampled, rowCount });
  const input = {
    dataset,
    files: readers.map(({ file }) => file.name),
    dialect: withVoid(dialect, all.length - columns.length),
    columns,
    star,
    rejects: [],
    rowCount,
    whole: readers.every(({ isReadWhole }) => isReadWhole),
  };
  return { input, headers: taken.map((c) => headers[c]) };
}

function requiredOf(known: KnownColumn | undefined): Pick<FoundColumn, 'required'> {
  return known === undefined ? {} : { required: known.required };
}

function withVoid(dialect: FoundDialect, left: number): FoundDialect {
  if (left === 0) return dialect;
  const text = `${plural(left, 'column')} with neither a name nor a value ${left === 1 ? 'is' : 'are'} left out`;
  return { ...dialect, remarks: [...dialect.remarks, { kind: 'evidence', text }] };
}

/** Headers of other files that the name alone would not find. */
function otherHeaders({ headers }: UnitedColumn, name: string): string[] {
  const [first, ...others] = headers;
  const known = new Set([normaliseHeader(name), normaliseHeader(first)]);
  return others.filter((header) => !known.has(normaliseHeader(header)));
}

/** Adds the rejects of the trial. Throws LF_INIT if hardly any row would be loaded. */
function withRejects(draft: DefinitionInput, { files }: Trial, { profiles }: Settled): DefinitionInput {
  const prediction = predictRejects(files, ({ rejected, rows }, f) =>
    // Of a large file, the trial has read a part.
    rows < profiles[f].rows ? profiles[f].rejected : rejected,
  );
  return { ...draft, ...prediction };
}
