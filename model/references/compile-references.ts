/** Compiles the reference tables that the enrichments of a definition join. */
import { LandfallError } from '../../platform/errors/errors.ts';
import { messageOf } from '../compile/compile-enrichments.ts';
import { textOf } from '../compile/compile-sql.ts';
import { referencePart } from '../compile/members/parts.ts';
import { refuseUnknown } from '../compile/members/unknown-members.ts';
import type { Mistakes } from '../compile/mistakes.ts';
import { namesIn, templateFault, templateOf } from '../compile/sources/templates.ts';
import type { CompiledDataset, CompiledReference } from '../compiled.ts';
import { joinedTypes } from '../enrich/join.ts';
import { type Definition, defineDataset } from '../language/define.ts';
import type { ReferenceOptions } from '../language/reference.ts';
import { shown } from '../words.ts';

/** Types of columns that a reference table cannot have. */
const excluded: readonly string[] = ['json', 'point'];
const keyTypes = Object.keys(joinedTypes);

/** `compile`: compileDataset. */
export function compileReferences(
  written: Iterable<ReferenceOptions>,
  mistakes: Mistakes,
  compile: (definition: Definition) => CompiledDataset,
): CompiledReference[] {
  const names = new Set<string>();
  return [...written].flatMap((reference) => {
    const { name } = reference;
    const place = `reference ${name}`;
    if (names.has(name)) mistakes.add(place, 'there are two of that name', 'Rename one');
    names.add(name);
    refuseUnknown(reference, referencePart, place, mistakes);
    const from = compileFrom(reference, place, mistakes);
    checkColumns(reference, place, mistakes);
    const table = compileTable(reference, place, mistakes, compile);
    return table === null
      ? []
      : [{ name, key: reference.key, table, from, env: namesIn('url' in from ? from.url : '') }];
  });
}

function compileFrom(
  reference: ReferenceOptions,
  place: string,
  mistakes: Mistakes,
): CompiledReference['from'] {
  if ('csv' in reference === 'query' in reference)
    mistakes.add(place, 'it needs either `csv` or `query`', 'Say csv: new URL(…, import.meta.url)');
  if ('query' in reference) {
    const url = templateOf(reference.url) ?? '';
    const isAddress = /^(?:postgres(?:ql)?:\/\/|\{env:)/.test(url) && templateFault(url, false) === null;
    if (!isAddress)
      mistakes.add(`${place}.url`, `${shown(url)} is not the address of a database`, "Say env('NAME')");
    return { query: textOf(reference.query, `${place}.query`, mistakes), url };
  }
  if (!(reference.csv instanceof URL))
    mistakes.add(
      `${place}.csv`,
      `${shown(reference.csv)} is not a URL`,
      'Say csv: new URL(…, import.meta.url)',
    );
  return { csv: String(reference.csv) };
}

function checkColumns({ key, columns }: ReferenceOptions, place: string, mistakes: Mistakes): void {
  const keyType = columns?.[key]?.type;
  if (keyType === undefined || !keyTypes.includes(keyType))
    mistakes.add(
      `${place}.key`,
      `${shown(key)} is not a column that rows can be found by`,
      `Name a column of type ${keyTypes.join(', ')}`,
    );
  for (const [name, column] of Object.entries(columns ?? {}))
    if (excluded.includes(column?.type))
      mistakes.add(`${place}.columns.${name}`, `a reference has no ${column.type}`, 'Read it as text');
}

/** Null, and mistakes, if its columns cannot be compiled. */
function compileTable(
  reference: ReferenceOptions,
  place: string,
  mistakes: Mistakes,
  compile: (definition: Definition) => CompiledDataset,
): CompiledDataset | null {
  const { name, columns } = reference;
  const dialect = 'csv' in reference ? reference.dialect : undefined;
  try {
    return compile(defineDataset({ name, columns, ...(dialect && { dialect }), star: 'none' }));
  } catch (error) {
    const said = error instanceof LandfallError ? error.values.mistakes : undefined;
    mistakes.add(place, typeof said === 'string' ? said.trim() : messageOf(error), 'Correct it');
    return null;
  }
}
