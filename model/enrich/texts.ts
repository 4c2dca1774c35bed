/** Texts: regular expressions, and look-ups in a reference table. */
import type { DictionaryVector, Int32Vector, TextDictionary, Vector } from '../../kernel/columns/vectors.ts';
import { accepting, type Enrichment, type Ref, type SmallWhole } from '../language/refs.ts';
import { eachText } from './each-text.ts';
import { fixedDictionary } from './known-dictionary.ts';
import { jointNulls, withNulls } from './nulls.ts';
import { utf8Builder } from './vector-builder.ts';

/**
 * A group of the first match, or null if nothing matches. `group`: number or name. Default: 1 if the expression has
 * a group, else the whole match.
 */
export function pattern(
  input: Ref<'text'>,
  expression: RegExp,
  options: { readonly group?: number | string } = {},
): Enrichment<'text'> {
  const once = new RegExp(expression.source, expression.flags.replace(/[gy]/g, ''));
  const groups = new RegExp(`${expression.source}|`, once.flags).exec('')?.length ?? 1;
  const { group = groups > 1 ? 1 : 0, ...unknown } = options;
  const find = (text: string): string | null => {
    const match = once.exec(text);
    if (match === null) return null;
    return (typeof group === 'number' ? match[group] : match.groups?.[group]) ?? null;
  };
  const run = (inputs: readonly Vector[], rows: number): Vector => {
    const builder = utf8Builder(rows);
    eachText(inputs[0], rows, find, (i, found) => builder.set(i, found));
    return builder.finish();
  };
  return {
    ...unknown,
    type: 'text',
    logical: { type: 'text' },
    inputs: [input],
    total: false,
    accepts: accepting('text'),
    operation: ['pattern', expression.source, once.flags, group],
    build: () => run,
  };
}

/** Makes rows whose code is -1 null, with code 0. */
function lookedUp(
  codes: Int32Array,
  missing: number,
  inputs: readonly Vector[],
  dictionary: TextDictionary,
): DictionaryVector {
  const rows = codes.length;
  let nulls = jointNulls(inputs, rows);
  if (missing > 0) {
    const isNull = new Uint8Array(rows);
    for (let i = 0; i < rows; i++) {
      if (codes[i] >= 0) continue;
      codes[i] = 0;
      isNull[i] = 1;
    }
    nulls = withNulls(nulls, isNull, rows);
  }
  return { kind: 'dictionary', length: rows, values: codes, dictionary, ...nulls };
}

/**
 * Looks up each value in a reference table: `lookupTable(c.gender, { 0: 'unknown', 1: 'male' })`. Values that are
 * not in the table become null, or `otherwise`.
 */
export function lookupTable(
  input: Ref<'text' | SmallWhole>,
  entries: Readonly<Record<string | number, string>> | ReadonlyMap<string | number, string>,
  options: { readonly otherwise?: string } = {},
): Enrichment<'text'> {
  const { otherwise, ...others } = options;
  const pairs = [...(entries instanceof Map ? entries : Object.entries(entries))] as [
    string | number,
    string,
  ][];
  const texts = [...new Set([...pairs.map(([, text]) => text), otherwise ?? ''])];
  const dictionary = fixedDictionary(texts);
  const codes = new Map(pairs.map(([key, text]) => [String(key), texts.indexOf(text)]));
  const unknown = otherwise === undefined ? -1 : texts.indexOf(otherwise);
  const codeOfNumber = new Map(pairs.map(([key, text]) => [Number(key), texts.indexOf(text)]));

  const run = (inputs: readonly Vector[], rows: number): Vector => {
    const out = new Int32Array(rows);
    let missing = 0;
    if (inputs[0].kind === 'int32') {
      const { values } = inputs[0] as Int32Vector;
      for (let i = 0; i < rows; i++) {
        out[i] = codeOfNumber.get(values[i]) ?? unknown;
        if (out[i] < 0) missing++;
      }
    } else {
      const find = (text: string): number => codes.get(text) ?? unknown;
      eachText(inputs[0], rows, find, (i, code) => {
        out[i] = code ?? 0;
        if (out[i] < 0) missing++;
      });
    }
    return lookedUp(out, missing, inputs, dictionary);
  };
  return {
    ...others,
    type: 'text',
    logical: { type: 'text' },
    inputs: [input],
    total: otherwise !== undefined,
    accepts: accepting('text', 'smallint', 'integer'),
    operation: ['lookupTable', pairs, otherwise ?? null],
    build: () => run,
  };
}
