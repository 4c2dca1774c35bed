/** Compiles columns as written to columns as the kernel takes them. */
import { jsonNull } from '../../kernel/json/csv-rows.ts';
import type { CompiledColumn } from '../compiled.ts';
import { exactHeader, normaliseHeader } from '../file/header-text.ts';
import type { Column } from '../language/columns.ts';
import type { DatasetDefinition } from '../language/define.ts';
import { typeOf } from '../types/column-types.ts';
import { checkColumn } from './column-checks.ts';
import { compilePath } from './files/compile-format.ts';
import type { Mistakes } from './mistakes.ts';

/** `inDictionary`: text columns whose distinct values are needed (keys, partitions, few values). */
export function compileColumns(
  source: DatasetDefinition,
  inDictionary: ReadonlySet<string>,
  mistakes: Mistakes,
): CompiledColumn[] {
  return Object.entries(source.columns).map(([name, column]) =>
    compileColumn(source, name, column, inDictionary.has(name), mistakes),
  );
}

/** Texts that mean null in all columns. In JSON null has a word of its own, so the empty text is a text. */
export function nullsOf({ nulls, format }: DatasetDefinition): readonly string[] {
  return format === undefined ? (nulls ?? ['']) : [...(nulls ?? []), jsonNull];
}

function compileColumn(
  source: DatasetDefinition,
  name: string,
  column: Column,
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
  const path = compilePath(source, name, options.path, mistakes);
  const datasetNulls = nullsOf(source);
  const own = column.type === 'text' && options.nulls !== undefined;
  const kept = own ? datasetNulls.filter((text) => text === jsonNull) : datasetNulls;
  return {
    name,
    type,
    required: options.required ?? false,
    optional: options.optional ?? false,
    nulls: [...new Set([...kept, ...(options.nulls ?? [])])],
    headers: [...new Set([name, ...aliases].map(normaliseHeader))],
    aliases: [...new Set(aliases.map(exactHeader))],
    ...(path !== undefined && { path }),
    logical,
    ...conversion,
  };
}
