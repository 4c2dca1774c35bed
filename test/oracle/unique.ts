/** Unique rules, the slow and obvious way: one row after another, as the file has them. */

export interface Keyed {
  /** Key for each rule; null where a column of it is null. */
  readonly keys: readonly (string | null)[];
}

/** For each row the index of the row whose key it repeats, and the rule; null where it is loaded. */
export function repeats(rows: readonly Keyed[]): ({ rule: number; first: number } | null)[] {
  const holders: Map<string, number>[] = [];
  return rows.map(({ keys }, row) => {
    for (const [rule, key] of keys.entries()) {
      holders[rule] ??= new Map();
      const first = key === null ? undefined : holders[rule].get(key);
      if (first !== undefined) return { rule, first };
    }
    keys.forEach((key, rule) => {
      if (key !== null) holders[rule].set(key, row);
    });
    return null;
  });
}
