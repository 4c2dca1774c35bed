/** The columns of a file, as definitions write them: model/types/ has one builder per type. */
import type { ColumnOf } from '../types/column-options.ts';
import type { LogicalType, TypeName } from '../types/column-types.ts';

/** A column as written in a definition. A builder only writes down what was said; compile.ts checks it. */
export type Column<T extends TypeName = TypeName> = ColumnOf<Extract<LogicalType, { readonly type: T }>>;
