/** Matches the fields of a file's records to columns. */
import { LandfallError } from '../../platform/errors/errors.ts';
import type { Renamed } from '../../platform/progress/progress.ts';
import type { CompiledDataset } from '../compiled.ts';
import { nearest } from '../words.ts';
import { HeaderOwners } from './header-owners.ts';
import { normaliseHeader } from './header-text.ts';

export { normaliseHeader };

/**
 * Field number of each column, or -1 for an optional column that the file lacks. `fields`: the header as it is in
 * the file, or null if the dialect has none and fields are in the order of the columns. Fields that match no
 * column are not read. HeaderOwners says which column a field belongs to. Throws LF_HEADER, which names every column
 * that is not found and every column that two fields belong to.
 */
export function matchHeader(
  dataset: CompiledDataset,
  fields: readonly string[] | null,
  fieldCount: number,
): number[] {
  const mistakes: string[] = [];
  const fieldOfColumn = fields === null ? byPosition(dataset, fieldCount) : byName(dataset, fields, mistakes);
  const missing = dataset.columns.filter((column, c) => fieldOfColumn[c] < 0 && !column.optional);
  if (missing.length > 0) {
    const columns = missing.length === 1 ? 'column' : `${missing.length} columns:`;
    mistakes.push(`no field for ${columns} ${missing.map(withHeaders).join(', ')}`);
  }
  if (mistakes.length === 0) return fieldOfColumn;
  const unknown = (fields ?? []).filter((_, f) => !fieldOfColumn.includes(f));
  for (const { from, to } of suggestions(
    missing.map(({ name }) => name),
    unknown,
  )) {
    mistakes.push(aliasHint(from, to));
  }
  throw new LandfallError('LF_HEADER', {
    dataset: dataset.name,
    mistakes: mistakes.join('; '),
    fields: fields === null ? `${fieldCount} fields without names` : fields.map(quoted).join(', '),
  });
}

/** A column with the headers that it has beside its name. */
function withHeaders({ name, headers }: CompiledDataset['columns'][number]): string {
  const known = headers.filter((header) => header !== normaliseHeader(name));
  const shown = known.map((header) => header || 'a blank header');
  return shown.length > 0 ? `${name} (also: ${shown.join(', ')})` : name;
}

/** Unknown columns that may be missing ones under another name. Each is suggested for one column only. */
export function suggestions(missing: readonly string[], unknown: readonly string[]): Renamed[] {
  const left = new Set(unknown);
  return missing.flatMap((name) => {
    const near = nearest(normaliseHeader(name), [...left], normaliseHeader);
    if (near === null) return [];
    left.delete(near);
    return [{ from: near, to: name }];
  });
}

/** What to write so that a header text matches a column. */
export function aliasHint(from: string, to: string): string {
  return `did you mean ${quoted(from)} to be ${to}? Then give ${to} \`aliases: ['${from.replace(/['\\]/g, '\\$&')}']\``;
}

function byPosition(dataset: CompiledDataset, fieldCount: number): number[] {
  return dataset.columns.map((_, c) => (c < fieldCount ? c : -1));
}

function byName(dataset: CompiledDataset, fields: readonly string[], mistakes: string[]): number[] {
  const owners = new HeaderOwners(dataset.columns);
  const found = owners.fieldsOf(fields);
  return dataset.columns.map((column, c) => {
    if (found[c].length > 1) {
      mistakes.push(`column ${column.name} fits ${found[c].map((f) => quoted(fields[f])).join(' and ')}`);
    }
    return found[c][0] ?? -1;
  });
}

function quoted(field: string): string {
  return JSON.stringify(field.length > 60 ? `${field.slice(0, 60)}…` : field);
}
