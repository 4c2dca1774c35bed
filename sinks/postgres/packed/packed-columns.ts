/**
 * The columns of a table of packed rows, and the SQL that reads one row's value from them. A tuple `p` holds `p._rows`
 * rows; `s._i` counts them from 0. kernel/assembly/pack/pack.ts writes the tuples.
 */
import type { CompiledStar, FactColumn, LogicalType } from '../../../model/compiled.ts';
import { identifier, keySqlType, sqlType } from '../ddl/sql-columns.ts';
import { shortName } from '../events/table-names.ts';

/** A column of the table. */
export interface PackedPart {
  readonly name: string;
  readonly type: string;
  /** Of a column that is added to a table with tuples: what they have. Null for null. */
  readonly before: string | null;
}

/** Columns that hold one of the facts' columns, in the order in which they are copied, and SQL of a row's value. */
export interface PackedColumn {
  readonly parts: readonly PackedPart[];
  /** Whether rows may be null. The last part then says which are not. */
  readonly nullable: boolean;
  readonly value: string;
}

/** Values are never compressed or moved out of the tuple: every access would then read all of them. */
const bytes = 'bytea storage plain';

/** The table behind the view of a packed fact table. */
export function packedName(fact: string): string {
  return shortName(`${fact}_packed`);
}

/** The table that has the facts: that of their name, or the one behind it. */
export function factsTable({ fact, layout }: Pick<CompiledStar, 'fact' | 'layout'>): string {
  return layout === 'packed' ? packedName(fact) : fact;
}

/** Throws a TypeError for a type that is not packed (model/compile/modes/compile-layout.ts refuses it before). */
export function packedColumn(
  column: Exclude<FactColumn, { kind: 'chunk' }>,
  star: CompiledStar,
): PackedColumn {
  const { name } = column;
  if (column.kind === 'dimension') {
    const type = keySqlType(star.dimensions[column.dimension]);
    const base = { name: partName('base', name), type: `${type} not null`, before: '0' };
    const width = { name: partName('width', name), type: 'integer not null', before: '0' };
    const parts = [base, width, { name, type: `${bytes} not null`, before: `''` }];
    return { parts, nullable: false, value: numberOf(name, type) };
  }
  const { value, parts } = valueParts(name, column.logical);
  if (column.notNull) return { parts, nullable: false, value: typed(value, column.logical) };
  const valid = { name: validName(name), type: bytes, before: null };
  const given = `case when ${at(valid.name)} is null or get_bit(${at(valid.name)}, s._i) = 1 then ${value} end`;
  return { parts: [...parts, valid], nullable: true, value: typed(given, column.logical) };
}

/** With the digits of the type, by which a change of the definition is told: an expression that may be null has none. */
function typed(value: string, logical: LogicalType): string {
  return logical.type === 'numeric' ? `(${value})::${sqlType(logical)}` : value;
}

type Property =
  | 'base'
  | 'width'
  | 'unit'
  | 'rest'
  | 'scale'
  | 'doubles'
  | 'begin'
  | 'valid'
  | 'least'
  | 'greatest';

/** What holds one property of a column's values. */
function partName(property: Property, name: string) {
  return shortName(`_${property}_${name}`);
}

/** What says which rows have a value. */
export function validName(column: string): string {
  return partName('valid', column);
}

function at(name: string): string {
  return `p.${identifier(name)}`;
}

/** The bytes of row i's value above the base. */
function digits(name: string): string {
  const width = at(partName('width', name));
  return `substr(${at(name)}, 1 + ${width} * s._i, ${width})`;
}

/** Keys and small numbers mostly take one byte, which is read without a copy. */
function numberOf(name: string, type: string): string {
  const base = at(partName('base', name));
  if (type === 'bigint') return `${base} + ${digits(name)}::bigint`;
  const width = at(partName('width', name));
  return `${base} + case ${width} when 1 then get_byte(${at(name)}, s._i) else ${digits(name)}::integer end`;
}

function valueParts(
  name: string,
  logical: LogicalType,
): { readonly parts: readonly PackedPart[]; readonly value: string } {
  const part = (property: Property, type: string): PackedPart => ({
    name: partName(property, name),
    type,
    before: null,
  });
  const own = { name, type: bytes, before: null };
  const based = (type: string) => [part('base', type), part('width', 'integer'), own];
  const base = at(partName('base', name));
  const long = `${base} + ${digits(name)}::bigint`;
  switch (logical.type) {
    case 'smallint':
      return { parts: based('integer'), value: `(${numberOf(name, 'integer')})::smallint` };
    case 'integer':
      return { parts: based('integer'), value: `${base} + ${digits(name)}::integer` };
    case 'date':
      return { parts: based('date'), value: `${base} + ${digits(name)}::integer` };
    case 'bigint':
      return { parts: based('bigint'), value: long };
    case 'time':
      return { parts: based('bigint'), value: `time '00:00' + (${long}) * interval '1 microsecond'` };
    case 'interval': {
      // The server multiplies as doubles, so that the upper and the lower half are each exact.
      const upper = `((${long}) >> 32) * interval '4294.967296 seconds'`;
      const lower = `((${long}) & 4294967295) * interval '1 microsecond'`;
      return { parts: based('bigint'), value: `${upper} + ${lower}` };
    }
    case 'numeric': {
      // The product has as many digits after the point as the factor.
      const { scale } = logical;
      const unscaled = `(${long})::numeric`;
      const value = scale === 0 ? unscaled : `${unscaled} * ${(1 / 10 ** scale).toFixed(scale)}`;
      return { parts: based('bigint'), value };
    }
    case 'timestamp': {
      const unit = part('unit', 'interval');
      const rest = part('rest', bytes);
      const parts = [part('base', 'timestamptz'), unit, part('width', 'integer'), own, rest];
      const whole = `${base} + ${digits(name)}::bigint * ${at(unit.name)}`;
      const micros = `substr(${at(rest.name)}, 1 + 3 * s._i, 3)::integer * interval '1 microsecond'`;
      return {
        parts,
        value: `case when ${at(rest.name)} is null then ${whole} else ${whole} + ${micros} end`,
      };
    }
    case 'float8': {
      const scale = part('scale', 'double precision');
      const doubles = part('doubles', 'double precision[] storage plain');
      const parts = [part('base', 'bigint'), scale, part('width', 'integer'), own, doubles];
      const scaled = `(${long})::double precision / ${at(scale.name)}`;
      return {
        parts,
        value: `case when ${at(name)} is null then (${at(doubles.name)})[s._i + 1] else ${scaled} end`,
      };
    }
    case 'boolean':
      return { parts: [own], value: `get_bit(${at(name)}, s._i) = 1` };
    case 'uuid':
      return { parts: [own], value: `encode(substr(${at(name)}, 1 + 16 * s._i, 16), 'hex')::uuid` };
    case 'text': {
      const begin = part('begin', bytes);
      const place = (offset: number) => `substr(${at(begin.name)}, ${offset} + 2 * s._i, 2)::integer`;
      const text = `substr(${at(name)}, 1 + ${place(1)}, ${place(3)} - ${place(1)})`;
      return { parts: [begin, own], value: `convert_from(${text}, 'UTF8')` };
    }
    default:
      throw new TypeError(`${name} is ${logical.type}, which is not packed`);
  }
}

/** The columns of the facts without that of the chunk. */
export function packedColumns(star: CompiledStar): (PackedColumn & { readonly name: string })[] {
  return star.columns.flatMap((column) =>
    column.kind === 'chunk' ? [] : [{ name: column.name, ...packedColumn(column, star) }],
  );
}

/** The columns of the table in the order in which they are copied. */
export function packedParts(star: CompiledStar): PackedPart[] {
  return [
    { name: 'chunk_id', type: 'integer not null', before: '0' },
    { name: '_rows', type: 'integer not null', before: '0' },
    ...packedColumns(star).flatMap(({ parts }) => parts),
    ...extremeParts(star),
  ];
}

/** The least and the greatest value of a tuple in the column by which rows are sorted; none if they are not. */
export function extremeParts(star: CompiledStar): PackedPart[] {
  const column = star.columns.find(({ name }) => name === star.sortBy);
  if (column?.kind !== 'value') return [];
  const type = column.logical.type === 'smallint' ? 'integer' : sqlType(column.logical);
  return (['least', 'greatest'] as const).map((property) => {
    return { name: partName(property, column.name), type, before: null };
  });
}

/** What the view shows, in the order of the definition. */
export function shownOfPacked(star: CompiledStar): { readonly name: string; readonly item: string }[] {
  return [
    ...packedColumns(star).map(({ name, value }) => ({ name: identifier(name), value })),
    { name: identifier('chunk_id'), value: 'p.chunk_id' },
  ].map(({ name, value }) => ({ name, item: `${value} as ${name}` }));
}
