/** Hive partition folders: `year=2018/month=05`. */
import type { Vector } from '../../kernel/columns/vectors.ts';
import { isValid } from '../../kernel/columns/vectors.ts';
import type { CompiledDataset, LogicalType } from '../../model/compiled.ts';
import { typeOf } from '../../model/types/column-types.ts';
import { type RowLimit, textColumns } from '../row-limits.ts';

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
 * The characters that Hive and Spark write as %XX: control characters, and those that mean something in a path, a
 * pattern or an escape. All others stay as they are, of any alphabet.
 * Hive: org.apache.hadoop.hive.common.FileUtils.charToEscape; Spark: ExternalCatalogUtils.charToEscape.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped.
const ESCAPED = /[\x00-\x1f"#%'*/:=?\\\x7f{[\]^]/g;

/**
 * The value in a folder's name: it cannot leave its folder, or look like a pattern. Half a surrogate pair, which has
 * no UTF-8, is replaced. A text that readers would take for null is escaped to stay a text.
 */
export function escapeValue(text: string): string {
  if (LIKE_NULL.test(text)) return percent(text[0]) + text.slice(1);
  return Buffer.from(text, 'utf8').toString('utf8').replace(ESCAPED, percent);
}

/** An ASCII character as %XX. */
function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The longest name of a folder, in bytes: what file systems take. */
export const FOLDER_BYTES_MAX = 255;

/** What the values of text columns may have, so that the names of their folders are not too long. */
export function folderLimits(dataset: CompiledDataset): RowLimit[] {
  const texts = textColumns(dataset);
  const columns = dataset.lake.partitionBy.filter(({ vector }) => texts.has(vector));
  return columns.map(({ name, vector }) => {
    const start = Buffer.byteLength(name) + 1;
    return {
      columns: [vector],
      what: 'the name of its folder in the lake',
      most: FOLDER_BYTES_MAX,
      size: {
        of: (value) => start + Buffer.byteLength(escapeValue(Buffer.from(value).toString('utf8'))),
        most: (bytes) => start + bytes * 3,
      },
    };
  });
}
