/** The columns of a file, as written in definitions. model/types/ has one builder per type. */
import type { ColumnOf } from '../types/column-options.ts';
import type { LogicalType, TypeName } from '../types/column-types.ts';

/** A column as written in a definition. A builder only records its arguments; the compiler checks them. */
export type Column<T extends TypeName = TypeName> = ColumnOf<Extract<LogicalType, { readonly type: T }>>;
