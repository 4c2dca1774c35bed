/** Which column each field of a header belongs to. */
import type { CompiledColumn } from '../compiled.ts';
import { exactHeader, normaliseHeader } from './header-text.ts';

type Owned = Pick<CompiledColumn, 'name' | 'headers' | 'aliases'>;

/**
 * A field belongs to the column
 *
 * 1. that has exactly its text as an alias or as its name. If several columns have it, the first of these fields
 *    belongs to the first of these columns, the second to the second, and so on. So
 *    `a: text(), a_2: text({ aliases: ['a'] })` reads both columns of the header `a,a`, and columns with the alias ''
 *    read fields without a name. Fields that are left over belong to the last column, so that they are noticed, except
 *    blank ones: a delimiter at the end of a header makes one.
 * 2. whose name, or else one of whose aliases, is the same in normal form, if only one column's is.
 *
 * If a column has a field that is exactly one of its aliases, fields that only have its normal form are not its own.
 */
export class HeaderOwners {
  private readonly columns: readonly Owned[];
  private readonly byText = new Map<string, number[]>();
  private readonly byName = new Map<string, number[]>();
  private readonly byAlias = new Map<string, number[]>();

  constructor(columns: readonly Owned[]) {
    this.columns = columns;
    columns.forEach(({ name, headers, aliases }, c) => {
      const normal = normaliseHeader(name);
      for (const text of new Set([name, ...aliases])) add(this.byText, text, c);
      add(this.byName, normal, c);
      for (const header of headers) if (header !== normal) add(this.byAlias, header, c);
    });
  }

  /** The fields that belong to each column, in order. */
  fieldsOf(fields: readonly string[]): number[][] {
    const found = this.columns.map(() => ({
      alias: [] as number[],
      name: [] as number[],
      normal: [] as number[],
    }));
    const seen = new Map<string, number>();
    fields.forEach((field, f) => {
      const text = exactHeader(field);
      const owners = this.byText.get(text);
      if (owners === undefined) {
        const owner = this.normalOwner(normaliseHeader(field));
        if (owner !== null) found[owner].normal.push(f);
        return;
      }
      const before = seen.get(text) ?? 0;
      seen.set(text, before + 1);
      if (text === '' && before >= owners.length) return;
      const owner = owners[Math.min(before, owners.length - 1)];
      found[owner][this.columns[owner].aliases.includes(text) ? 'alias' : 'name'].push(f);
    });
    return found.map(({ alias, name, normal }) =>
      [...alias, ...name, ...(alias.length > 0 ? [] : normal)].sort((a, b) => a - b),
    );
  }

  private normalOwner(text: string): number | null {
    // Of a text without letters and digits, nothing is left to compare.
    if (text === '') return null;
    const owners = this.byName.get(text) ?? this.byAlias.get(text) ?? [];
    return owners.length === 1 ? owners[0] : null;
  }
}

function add(lists: Map<string, number[]>, key: string, entry: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [entry]);
  else list.push(entry);
}
