/** Hive partition folders: `year=2018/month=05`. */
import type { Vector } from '../../kernel/columns/vectors.ts';
import { isValid } from '../../kernel/columns/vectors.ts';
import type { LogicalType } from '../../model/compiled.ts';
import { typeOf } from '../../model/types/column-types.ts';

/** The folder value that Hive, Spark and DuckDB read as null. */
const NULL_VALUE = '__HIVE_DEFAULT_PARTITION__';

/** DuckDB also reads this word, in upper or lower case, as null. */
const LIKE_NULL = /^(null|__HIVE_DEFAULT_PARTITION__)$/i;

/** The text of a partition value in the path. Numbers are padded with zeros to `pad` digits. */
export function partitionValue(vector: Vector, row: number, logical: LogicalType, pad: number): string {
  const { partition } = typeOf(logical);
  if (partition === null) throw new TypeError(`a ${logical.type} cannot be a partition`);
  return isValid(vector, row) ? escapeValue(partition.text(vector, logical, row, pad)) : NULL_VALUE;
}

/**
 * Writes everything except letters, digits, `-`, `_` and `.` as %XX, so that no value can escape its folder or look
 * like a glob. Half of a surrogate pair, which has no UTF-8 form, is replaced. A text that readers would take for
 * null is escaped so that it stays a text.
 */
export function escapeValue(text: string): string {
  if (LIKE_NULL.test(text)) return percent(text[0]) + text.slice(1);
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8')).replace(/[!'()*~]/g, percent);
}

/** An ASCII character as %XX. */
function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
