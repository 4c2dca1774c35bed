/** How the values of a rollup's inputs are kept by workers and sent to PostgreSQL, and which of them can be. */
import type { RollupInput } from '../../../model/compiled-rollup.ts';
import type { LogicalType } from '../../../model/types/column-types.ts';

/**
 * How 32-bit words become elements of an array. `text`: the word is the number of a text, which the server casts to the
 * type of its column.
 */
export type ElementForm =
  | { readonly kind: ElementKind }
  | { readonly kind: 'numeric'; readonly scale: number };

type ElementKind =
  | 'int2'
  | 'int4'
  | 'int8'
  | 'date'
  | 'timestamptz'
  | 'time'
  | 'interval'
  | 'float8'
  | 'bool'
  | 'text';

/** Digits of a decimal whose unscaled value has 64 bits. */
const shortDigits = 18;

const forms: {
  readonly [N in LogicalType['type']]: (logical: Extract<LogicalType, { type: N }>) => ElementForm;
} = {
  smallint: () => ({ kind: 'int2' }),
  integer: () => ({ kind: 'int4' }),
  bigint: () => ({ kind: 'int8' }),
  numeric: ({ precision, scale }) =>
    precision <= shortDigits ? { kind: 'numeric', scale } : { kind: 'text' },
  float8: () => ({ kind: 'float8' }),
  boolean: () => ({ kind: 'bool' }),
  uuid: () => ({ kind: 'text' }),
  point: () => ({ kind: 'text' }),
  json: () => ({ kind: 'text' }),
  date: () => ({ kind: 'date' }),
  timestamp: () => ({ kind: 'timestamptz' }),
  time: () => ({ kind: 'time' }),
  interval: () => ({ kind: 'interval' }),
  text: () => ({ kind: 'text' }),
};

const computed: Readonly<Record<string, ElementKind>> = {
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  date: 'date',
};

export function elementForm({ read, operation, sqlType }: RollupInput): ElementForm {
  if (operation.name !== 'value' || read.kind === 'key') return { kind: computed[sqlType] };
  return (forms[read.logical.type] as (logical: LogicalType) => ElementForm)(read.logical);
}

/** True for forms of 64 bits: a low and a high word. */
export function isLong({ kind }: ElementForm): boolean {
  return ['int8', 'timestamptz', 'time', 'interval', 'float8', 'numeric'].includes(kind);
}

/**
 * Whether workers compute the input exactly as PostgreSQL does. Not on the wall clock of a zone whose clocks change: the
 * server may know more or less of them.
 */
export function isComputable({ read, operation }: RollupInput): boolean {
  if (operation.name === 'value') return true;
  if (read.kind === 'key') return false;
  return read.logical.type !== 'timestamp' || /^(?:Etc\/)?UTC$/i.test(read.logical.zone);
}
