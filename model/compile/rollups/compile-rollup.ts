/** Compiles a rollup over the facts of its dataset's star. */
import type { CompiledStar, FactColumn } from '../../compiled.ts';
import type { CompiledRollup, RollupGroup, RollupInput, RollupMeasure } from '../../compiled-rollup.ts';
import type { Rollup, RowExpression, RowOperation } from '../../language/rollups.ts';
import { typeOf } from '../../types/column-types.ts';
import { didYouMean } from '../../words.ts';
import { checkIdentifier } from '../compile-names.ts';
import type { Mistakes } from '../mistakes.ts';
import { type FactInput, groupTypes, type InputOf, MeasureCompiler, typesInWords } from './measures.ts';
import { operationSql, operationTypes } from './row-sql.ts';

/** PostgreSQL allows 32 columns in an index. */
const groupsMost = 32;

/** The size of a bucket is an SQL integer. */
const sizeMost = 2_147_483_647;

/** Adds the mistakes of a rollup; what is returned is of use only if there are none. */
export function compileRollup(
  name: string,
  rollup: Rollup,
  star: CompiledStar,
  place: string,
  mistakes: Mistakes,
): CompiledRollup {
  const inputOf = inputsOf(star, mistakes);
  const by = (rollup.by ?? []).flatMap((group, i) => groupOf(group, `${place}.by[${i}]`, inputOf, mistakes));
  const compiler = new MeasureCompiler(inputOf, mistakes);
  const measures = Object.entries(rollup.measures ?? {}).flatMap(([measure, source]): RollupMeasure[] => {
    const compiled = compiler.compile(measure, source, `${place}.measures.${measure}`);
    return compiled === null ? [] : [compiled];
  });
  const where = rollup.where === undefined ? null : inputOf(rollup.where, `${place}.where`, ['boolean']);
  checkOutline(rollup, by, place, mistakes);
  return {
    ...{ name, kind: 'rollup', by, where: where && plain(where), parts: compiler.parts },
    ...{ values: compiler.values, measures },
  };
}

function checkOutline(rollup: Rollup, by: readonly RollupGroup[], place: string, mistakes: Mistakes): void {
  const { length } = rollup.by ?? [];
  if (length === 0) mistakes.add(`${place}.by`, 'it has no columns', 'Name at least one column to group by');
  if (length > groupsMost)
    mistakes.add(`${place}.by`, `it has ${length} columns; PostgreSQL allows ${groupsMost}`, 'Take fewer');
  const measures = Object.keys(rollup.measures ?? {});
  if (measures.length === 0)
    mistakes.add(`${place}.measures`, 'there are none', 'Name at least one: { rows: count() }');
  const names = [...by.map(({ name }) => name), ...measures];
  for (const name of new Set(names)) {
    checkIdentifier(name, place, mistakes);
    if (name.startsWith('_'))
      mistakes.add(
        place,
        `${name} begins with _`,
        'Give it another name: those are for the state of the rollup',
      );
    if (names.filter((other) => other === name).length > 1)
      mistakes.add(place, `${name} is named twice`, `Rename one of them; of a row expression: { as: '…' }`);
  }
}

function groupOf(
  group: string | RowExpression,
  place: string,
  inputOf: InputOf,
  mistakes: Mistakes,
): RollupGroup[] {
  if (typeof group === 'string') {
    const input = inputOf(group, place, groupTypes);
    return input === null ? [] : [{ name: group, ...plain(input) }];
  }
  const { expression, column, as } = group;
  if (expression === 'value' || !(expression in operationTypes)) {
    mistakes.add(place, `there is no row expression ${expression}`, 'Use weekStart() or another builder');
    return [];
  }
  const input = inputOf(column, place, operationTypes[expression]);
  const operation = operationOf(group, place, mistakes);
  if (input === null || operation === null || input.read.kind === 'key') return [];
  const computed = operationSql(input.sql, input.read.logical, operation);
  return [{ name: as, ...plain(input), ...computed, isText: false, operation }];
}

/** Null if the row expression has mistakes. */
function operationOf(
  { expression, size, degrees = 0 }: RowExpression,
  place: string,
  mistakes: Mistakes,
): RowOperation | null {
  const isWhole = (most: number) => Number.isInteger(size) && size! >= 1 && size! <= most;
  const mistake = (what: string, fix: string) => {
    mistakes.add(place, what, fix);
    return null;
  };
  switch (expression) {
    case 'bucket':
      if (isWhole(sizeMost)) return { name: 'bucket', size: size! };
      return mistake(`${size} is not a size of buckets`, 'Say a whole number, 1 to 2147483647');
    case 'hour':
      if (size === undefined) return { name: 'hour' };
      if (isWhole(24)) return { name: 'hour', size };
      return mistake(`${size} is not a number of hours`, 'Say a whole number, 1 to 24');
    case 'cell': {
      const columns = Math.round(360 / degrees);
      if (!(degrees > 0) || Math.abs(columns * degrees - 360) > 1e-6)
        return mistake(`cells of ${degrees} degrees do not fill a circle`, 'Say a size such as 0.01');
      if (isWhole(columns) && columns % size! === 0) return { name: 'cell', columns, size: size! };
      return mistake(`${size} is not how many cells become one`, `Say a divisor of ${columns}, such as 5`);
    }
    default:
      return { name: expression };
  }
}

/** Finds fact columns, and adds mistakes about those that do not exist or have another type. */
function inputsOf({ columns, dimensions }: CompiledStar, mistakes: Mistakes): InputOf {
  const shown = columns.filter((column) => column.kind !== 'chunk' && !column.name.startsWith('_'));
  return (name, place, types) => {
    const column = shown.find((one) => one.name === name);
    if (column === undefined) {
      const fix = `${didYouMean(
        String(name),
        shown.map((one) => one.name),
      )} A rollup reads columns of the fact table (star.columns) and keys of dimensions`;
      mistakes.add(place, `the fact table has no column ${name}`, fix);
      return null;
    }
    const input = factInput(column, dimensions);
    if (input !== null && types.includes(input.type)) return input;
    mistakes.add(place, `${name} is ${input?.type ?? 'a chunk'}`, `Name a ${typesInWords(types)} here`);
    return null;
  };
}

function factInput(column: FactColumn, dimensions: CompiledStar['dimensions']): FactInput | null {
  const sql = `f."${column.name}"`;
  const operation = { name: 'value' } as const;
  if (column.kind === 'chunk') return null;
  if (column.kind === 'dimension') {
    const { dimension } = column;
    const one = dimensions[dimension];
    const type = one.kind === 'lookup' && one.hashed ? 'bigint' : 'integer';
    const read = { kind: 'key', dimension } as const;
    const named = { column: column.name, type, sqlType: type, shownType: type } as const;
    return { ...named, sql, isText: false, notNull: true, read, operation };
  }
  const { name, vector, logical } = column;
  const { type } = logical;
  const shownType = typeOf(logical).sql(logical);
  const isText = type === 'text';
  return {
    ...{ column: name, type, shownType, isText, notNull: false, operation },
    // There are two zeros, which are equal.
    sql: type === 'float8' ? `(${sql} + 0)` : sql,
    sqlType: isText ? `${shownType} collate "C"` : shownType,
    read: { kind: 'vector', vector, logical },
  };
}

function plain({ sql, sqlType, isText, notNull, read, operation }: FactInput): RollupInput {
  return { sql, sqlType, isText, notNull, read, operation };
}
