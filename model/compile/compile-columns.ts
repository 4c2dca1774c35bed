/** Compiles columns as written to columns as the kernel takes them. */
import type { CompiledColumn } from '../compiled.ts';
import { normaliseHeader } from '../file/match-header.ts';
import type { Column } from '../language/columns.ts';
import type { DatasetDefinition } from '../language/define.ts';
import { typeOf } from '../types/column-types.ts';
import { checkColumn } from './column-checks.ts';
import type { Mistakes } from './mistakes.ts';

/** `inDictionary`: text columns whose distinct values are needed (keys, partitions, few values). */
export function compileColumns(
  source: DatasetDefinition,
  inDictionary: ReadonlySet<string>,
  mistakes: Mistakes,
): CompiledColumn[] {
  const columns = Object.entries(source.columns).map(([name, column]) =>
    compileColumn(name, column, source.nulls ?? [''], inDictionary.has(name), mistakes),
  );
  refuseSharedHeaders(columns, mistakes);
  return columns;
}

function compileColumn(
  name: string,
  column: Column,
  datasetNulls: readonly string[],
  inDictionary: boolean,
  mistakes: Mistakes,
): CompiledColumn {
  const place = `columns.${name}`;
  const { options, logical } = column;
  if (options.required && options.optional) {
    mistakes.add(
      place,
      'it is both required and optional',
      'Keep `required` if every row must have a value, `optional` if files may lack the column',
    );
  }
  checkColumn(place, column, mistakes);
  const { type, ...conversion } = typeOf(logical).read(column, inDictionary);
  const kept = column.type === 'text' && options.nulls !== undefined ? [] : datasetNulls;
  return {
    name,
    type,
    required: options.required ?? false,
    optional: options.optional ?? false,
    nulls: [...new Set([...kept, ...(options.nulls ?? [])])],
    headers: [...new Set([name, ...(options.aliases ?? [])].map(normaliseHeader))],
    logical,
    ...conversion,
  };
}

/** Refuses two columns that the same header text would match. */
function refuseSharedHeaders(columns: readonly CompiledColumn[], mistakes: Mistakes): void {
  const owner = new Map<string, string>();
  for (const { name, headers } of columns) {
    for (const header of headers) {
      const other = owner.get(header);
      if (other === undefined) owner.set(header, name);
      else {
        mistakes.add(
          `columns.${name}`,
          `the header ${JSON.stringify(header)} means ${other} too`,
          'Remove the alias from one of them; headers are compared without case, spaces and punctuation',
        );
      }
    }
  }
}
