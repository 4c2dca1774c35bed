/** Names that a column of a table cannot have, or cannot have without quotes. */

/** PostgreSQL's reserved words, those that may name functions and types included (pg_get_keywords: R and T). */
const sqlWords =
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check
  collate collation column concurrently constraint create cross current_catalog current_date current_role
  current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except
  false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join
  lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer
  overlaps placing primary references returning right select session_user similar some symmetric system_user table
  tablesample then to trailing true union unique user using variadic verbose when where window with`.split(
    /\s+/,
  );

/** Columns that every table has. */
const systemColumns = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'oid'];

/** Columns of the fact table that Landfall adds. */
const ownColumns = ['chunk_id'];

/** Every object of JavaScript has a property of this name. */
const properties = ['constructor'];

/** Reserved words get a `_` at the end: `order_`. Headers are compared without it. */
export const reservedNames: ReadonlySet<string> = new Set([
  ...sqlWords,
  ...systemColumns,
  ...ownColumns,
  ...properties,
]);
