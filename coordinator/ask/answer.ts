/**
 * The answer to a query, from the star or from the lake: columns with types, and rows of texts in batches. Texts keep
 * every digit, and each format makes of them what it needs.
 */

/** What a column holds, and thereby the form of its texts. */
export type AnswerType =
  /** `true`, `false` */
  | { readonly kind: 'boolean' }
  /** Whole numbers of 32 and 64 bits. */
  | { readonly kind: 'int32' }
  | { readonly kind: 'int64' }
  /** May be `NaN`, `Infinity`, `-Infinity`. */
  | { readonly kind: 'double' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** A decimal number whose digits are not bounded: what `avg` gives in PostgreSQL. */
  | { readonly kind: 'number' }
  /** `2018-05-01` */
  | { readonly kind: 'date' }
  /** `2018-05-01T10:00:00.5`, and with a zone `2018-05-01T10:00:00.5Z`; microseconds at most. */
  | { readonly kind: 'timestamp'; readonly zoned: boolean }
  /** A text of JSON. */
  | { readonly kind: 'json' }
  | { readonly kind: 'text' };

export interface AnswerColumn {
  /** Unique within the answer. */
  readonly name: string;
  readonly type: AnswerType;
}

/** Null: no value. */
export type Cell = string | null;
export type AnswerRow = readonly Cell[];

export interface Answer {
  readonly columns: readonly AnswerColumn[];
  /** Can be read once. Rows are fetched as they are read. */
  readonly batches: AsyncIterable<readonly AnswerRow[]>;
}

/** What is asked. */
export interface Question {
  readonly sql: string;
  /** The values of `$1`, `$2`, … */
  readonly values?: readonly (string | number | null)[];
  /** How long the database may work on it, in seconds; 0: any time. The time in which rows are written does not count. */
  readonly seconds: number;
  /** How long it may then work on the rows after the first batch; absent: what is left of `seconds`. */
  readonly laterSeconds?: number;
  /** A snapshot of the lake; absent: as it is now. */
  readonly asOf?: number;
}

/** Whether a type holds numbers. */
export function isNumber({ kind }: AnswerType): boolean {
  return ['int32', 'int64', 'double', 'decimal', 'number'].includes(kind);
}

/** Names of columns, each made unique: a second `count` becomes `count_2`. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let n = 2; taken.has(own); n++) own = `${name}_${n}`;
    taken.add(own);
    return own;
  });
}

/** The rows in groups of `size`; the last one may be smaller. An answer without rows has no group. */
export async function* inGroups({ batches }: Answer, size: number): AsyncGenerator<AnswerRow[]> {
  let group: AnswerRow[] = [];
  for await (const batch of batches) {
    for (const row of batch) {
      group.push(row);
      if (group.length < size) continue;
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

/** The first rows of an answer. `onMore` is called if there are others. */
export function firstRows(answer: Answer, most: number, onMore: () => void): Answer {
  return { columns: answer.columns, batches: cut(answer, most, onMore) };
}

async function* cut(
  { batches }: Answer,
  most: number,
  onMore: () => void,
): AsyncGenerator<readonly AnswerRow[]> {
  let left = most;
  for await (const batch of batches) {
    if (batch.length <= left) yield batch;
    else {
      if (left > 0) yield batch.slice(0, left);
      return onMore();
    }
    left -= batch.length;
  }
}
