/** Finds out which fields of several files are one column. */

import { normaliseHeader } from '../../model/file/match-header.ts';
import type { ColumnSample } from '../../model/infer/contract.ts';
import type { FileReader } from './file-reader.ts';

/** A column of the definition to be written. */
export interface UnitedColumn {
  /** The texts that name it, the first file's first; [''] if no header does. */
  readonly headers: readonly string[];
  /** Its field in each file; -1 if the file lacks it. */
  readonly fields: readonly number[];
}

/** Share of the values that two columns must have in common to be one under two names. */
const commonShare = 0.3;

/** The columns in the order of the first file; those that only later files have come last. */
export function uniteColumns(readers: readonly Explored[]): UnitedColumn[] {
  const columns = new Map<string, { headers: string[]; fields: number[] }>();
  readers.forEach((reader, f) => {
    // Without a header, the fields are those of a file that has one and is as wide.
    const named = isByPlace(reader) ? readers.find((other) => namesFieldsOf(other, reader)) : undefined;
    for (const [field, key] of keysOf(named ?? reader).entries()) {
      const column = columns.get(key) ?? { headers: [], fields: readers.map(() => -1) };
      columns.set(key, column);
      const { header } = (named ?? reader).samples[field];
      if (!column.headers.includes(header)) column.headers.push(header);
      column.fields[f] = field;
    }
  });
  return readers.length === 1 ? [...columns.values()] : withRenamed([...columns.values()], readers);
}

type Explored = Pick<FileReader, 'exploration' | 'samples'>;

/** True for a file whose columns are found by their place. */
export function isByPlace({ exploration: { header, dialect } }: Pick<FileReader, 'exploration'>): boolean {
  return header === null || dialect.header === false;
}

function namesFieldsOf(headed: Explored, { samples }: Explored): boolean {
  return !isByPlace(headed) && headed.samples.length === samples.length;
}

/** What names each field: its header without case and signs and, for equal ones, which of them it is. */
function keysOf(reader: Explored): string[] {
  const { samples } = reader;
  if (isByPlace(reader)) return samples.map((_, field) => `field ${field}`);
  const exact = new Map<string, number>();
  const times = new Map<string, number>();
  for (const { header } of samples) times.set(looseKey(header), (times.get(looseKey(header)) ?? 0) + 1);
  return samples.map(({ header }) => {
    const loose = looseKey(header);
    // Where signs alone tell two headers apart (`C` and `C#`), they count.
    const key = loose !== '' && times.get(loose) === 1 ? `name ${loose}` : `text ${header.trim()}`;
    const time = exact.get(key) ?? 0;
    exact.set(key, time + 1);
    return `${key} ${time}`;
  });
}

function looseKey(header: string): string {
  return normaliseHeader(header).replaceAll('_', '');
}

/** Joins two columns that no file has both of, stand in the same place and have values in common. */
function withRenamed(
  columns: { headers: string[]; fields: number[] }[],
  readers: readonly Pick<FileReader, 'samples'>[],
): UnitedColumn[] {
  const left: UnitedColumn[] = [];
  for (const column of columns) {
    const twin = left.find(
      (other) =>
        other.fields.every((field, f) => field < 0 || column.fields[f] < 0) &&
        placeOf(other) === placeOf(column) &&
        haveCommonValues(samplesOf(other, readers), samplesOf(column, readers)),
    );
    if (twin === undefined) {
      left.push(column);
      continue;
    }
    left[left.indexOf(twin)] = {
      headers: [...twin.headers, ...column.headers],
      fields: twin.fields.map((field, f) => (field < 0 ? column.fields[f] : field)),
    };
  }
  return left;
}

function placeOf({ fields }: UnitedColumn): number {
  return fields.find((field) => field >= 0)!;
}

function samplesOf(
  { fields }: UnitedColumn,
  readers: readonly Pick<FileReader, 'samples'>[],
): ColumnSample[] {
  return readers.flatMap(({ samples }, f) => (fields[f] < 0 ? [] : [samples[fields[f]]]));
}

function haveCommonValues([one]: readonly ColumnSample[], [other]: readonly ColumnSample[]): boolean {
  const [fewer, more] = one.values.size < other.values.size ? [one, other] : [other, one];
  if (fewer.values.size === 0) return false;
  const common = [...fewer.values.keys()].filter((text) => more.values.has(text)).length;
  return common >= commonShare * fewer.values.size;
}
