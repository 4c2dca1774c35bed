/** Compiles columns as written to columns as the kernel takes them. */
import type { CompiledColumn } from '../compiled.ts';
import { exactHeader, normaliseHeader } from '../file/header-text.ts';
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
  return Object.entries(source.columns).map(([name, column]) =>
    compileColumn(name, column, source.nulls ?? [''], inDictionary.has(name), mistakes),
  );
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
  const aliases = options.aliases ?? [];
  const kept = column.type === 'text' && options.nulls !== undefined ? [] : datasetNulls;
  return {
    name,
    type,
    required: options.required ?? false,
    optional: options.optional ?? false,
    nulls: [...new Set([...kept, ...(options.nulls ?? [])])],
    headers: [...new Set([name, ...aliases].map(normaliseHeader))],
    aliases: [...new Set(aliases.map(exactHeader))],
    logical,
    ...conversion,
  };
}
