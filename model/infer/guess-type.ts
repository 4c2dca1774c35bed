/** Guesses the type that every value of a sampled column fits, and what the definition should say. */
import { columnTypes, type TypeName, typeNames } from '../types/column-types.ts';
import { quote } from '../types/recognise.ts';

export interface Guess {
  /** Builder call as source text: `timestamp({ … })`. */
  readonly source: string;
  readonly type: TypeName;
  /** What a person should check. */
  readonly note?: string;
  /** Distinct values in the sample. */
  readonly distinct: number;
}

/** Texts that usually mean null. */
const nullTokens = ['', 'NULL', 'null', 'NA', 'N/A', '\\N', 'None', 'NaN', '-'];

/** Guesses the type of a column from its sampled values: the first type that recognises all non-null values. */
export function guessType(values: readonly string[]): Guess {
  const nulls = nullTokens.filter((token) => values.includes(token));
  const present = values.filter((value) => !nulls.includes(value));
  const distinct = new Set(present).size;
  if (present.length === 0) {
    return {
      type: 'text',
      source: call('text', nullOptions(nulls)),
      note: 'no value in the sample',
      distinct,
    };
  }
  const required = nulls.length === 0 ? ['required: true'] : nullOptions(nulls);
  for (const type of typeNames) {
    const recognised = columnTypes[type].recognise?.(present) ?? null;
    if (recognised === null) continue;
    const { options = [], note } = recognised;
    return { type, source: call(type, [...required, ...options]), distinct, ...(note && { note }) };
  }
  throw new TypeError('every value is a text');
}

function nullOptions(nulls: readonly string[]): readonly string[] {
  if (nulls.every((token) => token === '')) return [];
  return [`nulls: [${nulls.map((token) => quote(token)).join(', ')}]`];
}

function call(type: TypeName, options: readonly string[]): string {
  return `${type}(${options.length > 0 ? `{ ${options.join(', ')} }` : ''})`;
}
