/** Compiles quality rules: the options of columns that restrict values, and rules over several columns. */

import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import { RejectReason } from '../../kernel/types.ts';
import type { CompiledDataset, CompiledRule, CompiledUnique } from '../compiled.ts';
import type { Column } from '../language/columns.ts';
import type { DatasetDefinition } from '../language/define.ts';
import { type ColumnRef, isColumnRef } from '../language/refs.ts';
import type { Rule, UniqueRule } from '../language/rules.ts';
import type { AnyColumnOptions } from '../types/column-options.ts';
import { typeNames, typeOf, typesFor, type Value } from '../types/column-types.ts';
import { list, shown } from '../words.ts';
import { guarded, messageOf } from './compile-enrichments.ts';
import { rulesPart } from './members/parts.ts';
import { refuseUnknown } from './members/unknown-members.ts';
import type { Mistakes } from './mistakes.ts';

/** Compiled rules, and what the version hash covers of them. */
export type CompiledRules = Pick<CompiledDataset, 'rules' | 'unique'> & {
  readonly operations: readonly unknown[];
};

export function compileRules(
  source: DatasetDefinition,
  refs: Readonly<Record<string, ColumnRef>>,
  mistakes: Mistakes,
): CompiledRules {
  const rules: CompiledRule[] = [];
  const operations: unknown[] = [];
  Object.entries(source.columns).forEach(([name, column], c) => {
    checkBounds(`columns.${name}`, column, mistakes);
    for (const [reason, test, said] of columnTests(column)) {
      rules.push(valueRule(name, column, c, reason, test));
      operations.push([name, reason, said]);
    }
  });
  const unique: CompiledUnique[] = [];
  for (const [name, rule] of Object.entries(callRules(source, refs, mistakes))) {
    if ('unique' in rule) {
      const compiled = uniqueRule(name, rule, Object.keys(source.columns), unique, mistakes);
      if (compiled === null) continue;
      if (compiled.scope === 'star' && source.star === 'none') refuseStarScope(name, mistakes);
      unique.push(compiled);
      operations.push([name, 'unique', compiled.columns, compiled.scope]);
      continue;
    }
    const compiled = rowRule(name, rule, refs, mistakes);
    if (compiled === null) continue;
    rules.push(compiled);
    operations.push([name, compiled.inputs, rule.test]);
  }
  return { rules, unique, operations };
}

type Test = (value: Value) => boolean;

/** Tests that the kernel does not perform itself, in the order in which they are applied to a value. */
function columnTests(column: Column): [RejectReason, Test, unknown][] {
  const { options } = column;
  const tests: [RejectReason, Test, unknown][] = [];
  const { min, max, minLength = 0, maxLength = Infinity, pattern, oneOf } = options;
  const range = boundsOf(column);
  if (range !== null) {
    tests.push([
      RejectReason.range,
      (value) => (value as number) >= range.min && (value as number) <= range.max,
      [min, max],
    ]);
  }
  if (options.minLength !== undefined || options.maxLength !== undefined) {
    tests.push([
      RejectReason.length,
      (value) => {
        const length = charactersIn(value as string);
        return length >= minLength && length <= maxLength;
      },
      [minLength, options.maxLength],
    ]);
  }
  if (pattern !== undefined) {
    const once = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    tests.push([RejectReason.pattern, (value) => once.test(value as string), once]);
  }
  if (oneOf !== undefined) {
    const values = new Set<unknown>(oneOf);
    tests.push([RejectReason.value, (value) => values.has(value), oneOf]);
  }
  return tests;
}

/** Characters, not UTF-16 units. */
function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Bounds as values of the column; null if there are none, or if the kernel checks them. */
function boundsOf({ logical, options }: Column): { min: number | bigint; max: number | bigint } | null {
  const { min, max } = options;
  const { bound } = typeOf(logical);
  if ((min === undefined && max === undefined) || bound === 'kernel' || bound === null) return null;
  return {
    min: min === undefined ? -Infinity : bound(min),
    max: max === undefined ? Infinity : bound(max),
  };
}

function checkBounds(place: string, column: Column, mistakes: Mistakes): void {
  const { options, type } = column;
  const { min, max } = boundsOf(column) ?? options;
  if (typeOf(column.logical).bound === null && (min !== undefined || max !== undefined)) {
    mistakes.add(place, `a ${type} has no min or max`, 'Leave them out, or write a rule');
    return;
  }
  for (const [name, bound] of Object.entries({ min, max })) {
    if (bound !== undefined && Number.isNaN(Number(bound))) {
      mistakes.add(
        `${place}.${name}`,
        'it is not a value of the column',
        'Write a number, a date as yyyy-MM-dd, an instant as yyyy-MM-ddTHH:mm:ssZ, a time as HH:mm or an interval as PT1H30M',
      );
    }
  }
  if (min !== undefined && max !== undefined && (min as number) > (max as number)) {
    mistakes.add(place, 'min is above max: no row would fit', 'Swap them');
  }
  if ((options.minLength ?? 0) > (options.maxLength ?? Infinity)) {
    mistakes.add(place, 'minLength is above maxLength: no row would fit', 'Swap them');
  }
  if (options.oneOf !== undefined && options.oneOf.length === 0) {
    mistakes.add(`${place}.oneOf`, 'the list is empty: no row would fit', 'List the values, or leave it out');
  }
  checkTextOptions(place, options, mistakes);
}

function checkTextOptions(place: string, options: AnyColumnOptions, mistakes: Mistakes): void {
  if (options.pattern !== undefined && !(options.pattern instanceof RegExp)) {
    mistakes.add(`${place}.pattern`, 'it is not a regular expression', 'Write it as /…/');
  }
}

/** A rule over one column. Equal texts of a dictionary are tested once per batch. */
function valueRule(name: string, column: Column, c: number, reason: RejectReason, test: Test): CompiledRule {
  const { logical } = column;
  const { value } = typeOf(logical);
  const run = ([vector]: readonly Vector[], rows: number, broken: Uint8Array): void => {
    const known = new Map<number, boolean>();
    for (let i = 0; i < rows; i++) {
      if (!isValid(vector, i)) continue;
      let good: boolean | undefined;
      if (vector.kind === 'dictionary') {
        const code = vector.values[i];
        good = known.get(code);
        if (good === undefined) {
          good = test(vector.dictionary.text(code));
          known.set(code, good);
        }
      } else good = test(value(vector, logical, i));
      if (!good) broken[i] = 1;
    }
  };
  return { name, reason, column: c, inputs: [name], run };
}

function callRules(
  source: DatasetDefinition,
  refs: Readonly<Record<string, ColumnRef>>,
  mistakes: Mistakes,
): Readonly<Record<string, Rule | UniqueRule>> {
  try {
    const returned = source.rules?.(guarded(refs)) ?? {};
    refuseUnknown(returned, rulesPart, 'rules', mistakes);
    return returned;
  } catch (error) {
    mistakes.add('rules', messageOf(error), 'Check the function rules');
    return {};
  }
}

/** A rule over the columns of a row. Rows with a null in one of them are not tested. */
function rowRule(
  name: string,
  rule: Rule,
  refs: Readonly<Record<string, ColumnRef>>,
  mistakes: Mistakes,
): CompiledRule | null {
  if (!rule.inputs.every((input) => isColumnRef(input) && input.column in refs)) {
    mistakes.add(`rules.${name}`, 'a rule applies to columns of the file', 'Name columns as c.name');
    return null;
  }
  const inputs = rule.inputs as readonly ColumnRef[];
  const test = rule.test as unknown as (...values: Value[]) => boolean;
  const readers = inputs.map(({ logical }) => typeOf(logical).value);
  const run = (vectors: readonly Vector[], rows: number, broken: Uint8Array): void => {
    const values: Value[] = new Array(vectors.length);
    for (let i = 0; i < rows; i++) {
      let complete = true;
      for (let j = 0; j < vectors.length; j++) {
        if (isValid(vectors[j], i)) values[j] = readers[j](vectors[j], inputs[j].logical, i);
        else complete = false;
      }
      if (complete && !test(...values)) broken[i] = 1;
    }
  };
  return { name, reason: RejectReason.rule, column: -1, inputs: inputs.map(({ column }) => column), run };
}

function refuseStarScope(name: string, mistakes: Mistakes): void {
  const what = "its scope is 'star', but the dataset has none";
  mistakes.add(`rules.${name}`, what, "Say { scope: 'file' }, or give the dataset a star");
}

/** Types that cannot be keys: equal values may be written differently, or compare in unexpected ways. */
const keyless = typeNames.filter((name) => !typesFor('key').includes(name));

function uniqueRule(
  name: string,
  { unique, scope }: UniqueRule,
  columns: readonly string[],
  others: readonly CompiledUnique[],
  mistakes: Mistakes,
): CompiledUnique | null {
  const place = `rules.${name}`;
  if (scope !== 'file' && scope !== 'star') {
    mistakes.add(place, `there is no scope ${shown(scope)}`, "Say 'file' or 'star'");
    return null;
  }
  const refs = unique.filter((ref: unknown) => isColumnRef(ref)) as unknown as readonly ColumnRef[];
  const named = refs.map(({ column }) => columns.indexOf(column));
  if (named.length === 0 || named.length < unique.length || named.includes(-1)) {
    mistakes.add(place, 'a key consists of columns of the file', 'Name them: unique([c.order_id])');
    return null;
  }
  const wrong = refs.find(({ type }) => keyless.includes(type));
  if (wrong !== undefined || new Set(named).size < named.length) {
    const what = wrong ? `${wrong.column} is a ${wrong.type}` : 'a column is listed twice';
    mistakes.add(
      place,
      `${what}, which cannot be in a key`,
      `Name each column once, and no ${list(keyless, 'or')} columns`,
    );
    return null;
  }
  const same = others.find((other) => other.columns.join() === named.join());
  if (same !== undefined) {
    mistakes.add(place, `${same.name} has the same columns`, "Keep one of them; 'star' holds for 'file' too");
    return null;
  }
  return { name, scope, columns: named };
}
