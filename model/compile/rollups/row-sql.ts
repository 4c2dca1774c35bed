/** The SQL of values that are computed from one fact. Names are plain (compile-names.ts), so that quotes suffice. */
import type { RollupInput } from '../../compiled-rollup.ts';
import type { RowOperation } from '../../language/rollups.ts';
import type { LogicalType, TypeName } from '../../types/column-types.ts';

/** Types that an operation takes. */
export const operationTypes: Readonly<Record<Exclude<RowOperation['name'], 'value'>, readonly TypeName[]>> = {
  day: ['date', 'timestamp'],
  weekStart: ['date', 'timestamp'],
  monthStart: ['date', 'timestamp'],
  yearStart: ['date', 'timestamp'],
  weekday: ['date', 'timestamp'],
  hour: ['timestamp', 'time'],
  bucket: ['smallint', 'integer', 'bigint'],
  cell: ['integer'],
};

/** The first day of PostgreSQL's calendar, a Monday. Months and years that began before it begin with it. */
const firstDay = `date '4714-11-24 BC'`;

/** The first day of what contains the day: `part` of it have passed, the day included. */
function startOf(day: string, part: string): string {
  return `(${day} - least(cast(extract(${part} from ${day}) as integer) - 1, ${day} - ${firstDay}))`;
}

/** `column`: the fact's column, as SQL. */
export function operationSql(
  column: string,
  logical: LogicalType,
  operation: RowOperation,
): Pick<RollupInput, 'sql' | 'sqlType'> {
  const clock = logical.type === 'timestamp' ? `(${column} at time zone '${logical.zone}')` : column;
  const day = logical.type === 'timestamp' ? `cast(${clock} as date)` : column;
  switch (operation.name) {
    case 'value':
      return { sql: column, sqlType: '' };
    case 'day':
      return { sql: day, sqlType: 'date' };
    case 'weekStart':
      return { sql: startOf(day, 'isodow'), sqlType: 'date' };
    case 'monthStart':
      return { sql: startOf(day, 'day'), sqlType: 'date' };
    case 'yearStart':
      return { sql: startOf(day, 'doy'), sqlType: 'date' };
    case 'weekday':
      return { sql: `cast(extract(isodow from ${day}) as smallint)`, sqlType: 'smallint' };
    case 'hour': {
      const hour = `extract(hour from ${clock})`;
      const { size = 1 } = operation;
      const part = size === 1 ? hour : `floor(${hour} / ${size})`;
      return { sql: `cast(${part} as smallint)`, sqlType: 'smallint' };
    }
    case 'cell': {
      const { columns, size } = operation;
      const row = `${column} / ${columns} / ${size} * ${columns / size}`;
      return { sql: `(${row} + ${column} % ${columns} / ${size})`, sqlType: 'integer' };
    }
    case 'bucket': {
      const { size } = operation;
      const floor = `(${column} / ${size} - case when ${column} % ${size} < 0 then 1 else 0 end)`;
      const sqlType = logical.type === 'bigint' ? 'bigint' : 'integer';
      return { sql: `cast(${floor} as ${sqlType})`, sqlType };
    }
  }
}
