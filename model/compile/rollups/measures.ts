/** Compiles the measures of a rollup to parts, values and answers, and says which class each of them has, and why. */
import type {
  MeasureClass,
  PartOperation,
  RollupInput,
  RollupMeasure,
  RollupPart,
  RollupValues,
  ValuesPick,
} from '../../compiled-rollup.ts';
import type { ColumnAggregate, Measure } from '../../language/rollups.ts';
import { type TypeName, typeNames } from '../../types/column-types.ts';
import { list } from '../../words.ts';
import type { Mistakes } from '../mistakes.ts';
import { decimalOfDouble, doubleOf, isFiniteDouble } from './double-sql.ts';

/** A fact column as measures read it. */
export interface FactInput extends RollupInput {
  readonly column: string;
  readonly type: TypeName;
  /** The type of what is shown: without a collation. */
  readonly shownType: string;
}

/** Finds a fact column of one of these types, or adds a mistake. */
export type InputOf = (column: string, place: string, types: readonly TypeName[]) => FactInput | null;

const wholes: readonly TypeName[] = ['smallint', 'integer'];
const numbers: readonly TypeName[] = [...wholes, 'bigint', 'numeric', 'float8'];
/** Types with an order, whose equal values are stored alike. */
const ordered = typeNames.filter((type) => type !== 'json' && type !== 'point');
/** Types of which a percentile is one of the values. */
const stepped: readonly TypeName[] = ['date', 'timestamp', 'time', 'interval'];

const typesOf: Readonly<Record<ColumnAggregate, readonly TypeName[]>> = {
  count: typeNames,
  countWhere: ['boolean'],
  ...{ sum: numbers, average: numbers, variance: numbers, stddev: numbers },
  ...{ min: ordered, max: ordered, mode: ordered, countDistinct: ordered },
};

/** A double's value with the fewest digits, as a decimal. */
const decimalOf = ({ sql, type }: FactInput) =>
  type === 'float8' ? decimalOfDouble(sql) : `cast(${sql} as numeric)`;

/** Gathers what the measures of one rollup need; measures of one column share it. */
export class MeasureCompiler {
  readonly parts: RollupPart[] = [];
  readonly values: RollupValues[] = [];
  private readonly inputOf: InputOf;
  private readonly mistakes: Mistakes;
  private readonly known = new Map<string, string>();
  private answers = 0;

  constructor(inputOf: InputOf, mistakes: Mistakes) {
    this.inputOf = inputOf;
    this.mistakes = mistakes;
    const about = 'rows of the group';
    const rows = { operation: 'rows', input: null, aggregate: 'count(*)', about } as const;
    this.parts.push({ column: '_rows', sqlType: 'bigint', ...rows });
  }

  /** Null with a mistake. */
  compile(name: string, measure: Measure, place: string): RollupMeasure | null {
    switch (measure.aggregate) {
      case 'rows':
        return this.invertible(name, 'bigint', '{_rows}', 'a count of rows is added and subtracted');
      case 'sql':
        return this.touched(name, measure, place);
      case 'percentile':
        return this.percentile(name, measure, place);
      case 'firstBy':
      case 'lastBy': {
        const by = this.inputOf(measure.by, place, ordered);
        const input = this.inputOf(measure.column, place, ordered);
        if (by === null || input === null) return null;
        const kind = measure.aggregate === 'firstBy' ? 'first' : 'last';
        return this.ofValues(name, [by, input], input.shownType, { kind });
      }
      default:
        return this.ofColumn(name, measure.aggregate, measure.column, place);
    }
  }

  private ofColumn(
    name: string,
    aggregate: ColumnAggregate,
    column: string,
    place: string,
  ): RollupMeasure | null {
    const types = typesOf[aggregate];
    if (types === undefined) {
      this.mistakes.add(place, `there is no measure ${aggregate}`, 'Use count(), sum() or another builder');
      return null;
    }
    const input = this.inputOf(column, place, types);
    if (input === null) return null;
    switch (aggregate) {
      case 'count':
        return this.counted(name, this.part('values', input));
      case 'countWhere':
        return this.counted(name, this.part('true', input));
      case 'sum':
      case 'average':
      case 'variance':
      case 'stddev':
        return input.type === 'float8'
          ? this.ofDoubles(name, aggregate, input)
          : this.ofExact(name, aggregate, input);
      case 'min':
      case 'max':
      case 'mode':
        return this.ofValues(name, [input], input.shownType, { kind: aggregate });
      case 'countDistinct':
        return this.ofValues(name, [input], 'bigint', { kind: 'distinct' });
    }
  }

  private counted(name: string, part: string): RollupMeasure {
    return this.invertible(name, 'bigint', part, 'a count of rows is added and subtracted');
  }

  private invertible(name: string, sqlType: string, result: string, why: string): RollupMeasure {
    return { name, class: 'invertible', why, sqlType, result, answer: null };
  }

  /** Of whole numbers and decimals. */
  private ofExact(name: string, aggregate: Moment, input: FactInput): RollupMeasure {
    const moments = this.moments(input, aggregate);
    const why = `${input.column} is ${input.type}: its sums are exact`;
    if (aggregate === 'sum') {
      const sqlType = wholes.includes(input.type) ? 'bigint' : 'numeric';
      const { n, sum } = moments;
      const { read } = input;
      // With as many digits after the point as the column has, like PostgreSQL's own sum. The state is trimmed.
      const isDecimal = read.kind === 'vector' && read.logical.type === 'numeric';
      const shown = isDecimal ? `round(${sum}, ${read.logical.scale})` : `cast(${sum} as ${sqlType})`;
      return this.invertible(name, sqlType, `case when ${n} > 0 then ${shown} end`, why);
    }
    return this.invertible(
      name,
      'numeric',
      momentSql(aggregate, moments, (decimal) => decimal, ''),
      why,
    );
  }

  /**
   * Of doubles. Quotients have so many digits after the point that they do not depend on how many digits sums have
   * had before.
   */
  private ofDoubles(name: string, aggregate: Moment, input: FactInput): RollupMeasure {
    const moments = this.moments(input, aggregate);
    const nan = this.part('nan', input);
    const [most, least] = [this.part('infinity', input), this.part('minusInfinity', input)];
    const digits = aggregate === 'average' ? ' + 0e-350' : ' + 0e-700';
    const sql =
      aggregate === 'sum'
        ? `case when ${moments.n} > 0 then ${doubleOf(moments.sum)} end`
        : momentSql(aggregate, moments, doubleOf, digits);
    const special =
      aggregate === 'sum' || aggregate === 'average'
        ? `when ${nan} > 0 or ${most} > 0 and ${least} > 0 then 'NaN' when ${most} > 0 then 'Infinity' when ${least} > 0 then '-Infinity'`
        : `when ${moments.n} > 1 and ${nan} + ${most} + ${least} > 0 then 'NaN'`;
    const why = `${input.column} is float8: sums of doubles are kept as exact decimals and rounded once`;
    const result = `case ${special} else ${sql} end`;
    return { name, class: 'floats', why, sqlType: 'double precision', result, answer: null };
  }

  private moments(input: FactInput, aggregate: Moment): Moments {
    const squared = aggregate === 'variance' || aggregate === 'stddev';
    return {
      n: this.part('values', input),
      sum: this.part('sum', input),
      squares: squared ? this.part('squares', input) : '',
    };
  }

  private percentile(
    name: string,
    { column, share }: Extract<Measure, { aggregate: 'percentile' }>,
    place: string,
  ): RollupMeasure | null {
    if (!(share >= 0 && share <= 1)) {
      this.mistakes.add(place, `${share} is not a share`, 'Say 0 to 1; 0.5 is the median');
      return null;
    }
    const input = this.inputOf(column, place, [...numbers, ...stepped]);
    if (input === null) return null;
    if (stepped.includes(input.type))
      return this.ofValues(name, [input], input.shownType, { kind: 'percentile', share, between: null });
    const between = input.type === 'float8' ? 'double' : 'decimal';
    const sqlType = between === 'double' ? 'double precision' : 'numeric';
    return this.ofValues(name, [input], sqlType, { kind: 'percentile', share, between });
  }

  private ofValues(
    name: string,
    inputs: readonly FactInput[],
    sqlType: string,
    pick: ValuesPick,
  ): RollupMeasure {
    const about = inputs.map(({ column }) => column).join(', ');
    const id = this.once(`values ${about}`, () => {
      const values = `_v${this.values.length + 1}`;
      this.values.push({ id: values, columns: inputs.map(inputOnly), about });
      return values;
    });
    const why = `what is left after a subtraction follows from how often each ${about} occurs`;
    return this.answered(name, 'values', why, sqlType, { kind: 'values', values: id, pick });
  }

  private touched(
    name: string,
    { sql, type }: Extract<Measure, { aggregate: 'sql' }>,
    place: string,
  ): RollupMeasure | null {
    const faults: [boolean, string, string][] = [
      [
        typeof sql !== 'string' || sql.trim() === '',
        'there is no SQL',
        "Write an aggregate: sql('…', 'text')",
      ],
      [
        !/^[a-z][a-z0-9_ ]*(\([0-9, ]+\))?( with(out)? time zone)?(\[\])?$/.test(String(type)),
        `${type} is not a type`,
        "Name the SQL type of the result: 'double precision'",
      ],
    ];
    const broken = faults.filter(([wrong]) => wrong);
    for (const [, what, fix] of broken) this.mistakes.add(place, what, fix);
    if (broken.length > 0) return null;
    const why = 'nothing is known of the SQL: it is computed again for the groups that a file touches';
    return this.answered(name, 'touched', why, type, { kind: 'sql', sql: `cast((${sql}) as ${type})` });
  }

  private answered(
    name: string,
    kind: MeasureClass,
    why: string,
    sqlType: string,
    answer: Answer,
  ): RollupMeasure {
    this.answers += 1;
    const column = `_a${this.answers}`;
    const counts = answer.kind === 'values' && answer.pick.kind === 'distinct';
    const result = counts ? `coalesce({${column}}, 0)` : `{${column}}`;
    return { name, class: kind, why, sqlType, result, answer: { column, ...answer } };
  }

  /** The placeholder of a part. */
  private part(operation: Exclude<PartOperation, 'rows'>, input: FactInput): string {
    return this.once(`part ${operation} ${input.column}`, () => {
      const column = `_p${this.parts.length}`;
      const { aggregate, about } = partForms[operation](input);
      const sqlType = operation === 'sum' || operation === 'squares' ? 'numeric' : 'bigint';
      this.parts.push({ column, operation, input: inputOnly(input), sqlType, aggregate, about });
      return `{${column}}`;
    });
  }

  private once(key: string, make: () => string): string {
    const made = this.known.get(key) ?? make();
    this.known.set(key, made);
    return made;
  }
}

type Answer =
  | { readonly kind: 'values'; readonly values: string; readonly pick: ValuesPick }
  | { readonly kind: 'sql'; readonly sql: string };

type Moment = 'sum' | 'average' | 'variance' | 'stddev';

/** Placeholders. */
interface Moments {
  readonly n: string;
  readonly sum: string;
  readonly squares: string;
}

/** `shown`: makes what is shown of a decimal. `digits`: added to what is divided. */
function momentSql(
  aggregate: Exclude<Moment, 'sum'>,
  { n, sum, squares }: Moments,
  shown: (decimal: string) => string,
  digits: string,
): string {
  if (aggregate === 'average') return `case when ${n} > 0 then ${shown(`((${sum}${digits}) / ${n})`)} end`;
  const pairs = `(cast(${n} as numeric) * (${n} - 1))`;
  const variance = shown(`((${n} * ${squares} - ${sum} * ${sum}${digits}) / ${pairs})`);
  return `case when ${n} > 1 then ${aggregate === 'stddev' ? `sqrt(${variance})` : variance} end`;
}

type PartForm = (input: FactInput) => Pick<RollupPart, 'aggregate' | 'about'>;

const summed = (decimal: string, input: FactInput) =>
  input.type === 'float8'
    ? `coalesce(sum(${decimal}) filter (where ${isFiniteDouble(input.sql)}), 0)`
    : `coalesce(cast(sum(${decimal}) as numeric), 0)`;

const counted =
  (value: string, words: string): PartForm =>
  ({ sql, column }) => ({
    aggregate: `count(*) filter (where ${sql} = '${value}')`,
    about: `rows in which ${column} is ${words}`,
  });

const partForms: Readonly<Record<Exclude<PartOperation, 'rows'>, PartForm>> = {
  values: ({ sql, column }) => ({ aggregate: `count(${sql})`, about: `values of ${column}` }),
  true: ({ sql, column }) => ({
    aggregate: `count(*) filter (where ${sql})`,
    about: `rows in which ${column} is true`,
  }),
  sum: (input) => ({
    aggregate: summed(wholes.includes(input.type) ? input.sql : decimalOf(input), input),
    about: `sum of ${input.column}`,
  }),
  squares: (input) => ({
    aggregate: summed(`${decimalOf(input)} * ${decimalOf(input)}`, input),
    about: `sum of the squares of ${input.column}`,
  }),
  nan: counted('NaN', 'not a number'),
  infinity: counted('Infinity', 'infinite'),
  minusInfinity: counted('-Infinity', 'minus infinity'),
};

/** Without what only the compiler needs. */
function inputOnly({ sql, sqlType, isText, notNull, read, operation }: FactInput): RollupInput {
  return { sql, sqlType, isText, notNull, read, operation };
}

/** Types of columns that may be grouped by. Equal doubles may be written differently. */
export const groupTypes: readonly TypeName[] = ordered.filter((type) => type !== 'float8');

/** For messages. */
export function typesInWords(types: readonly TypeName[]): string {
  return list(types, 'or');
}
