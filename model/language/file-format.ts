/** The format of a dataset's files, where it is not CSV. docs/json.md has the paths. */

export type Format = JsonDocumentFormat | NdjsonFormat;

interface Exploded {
  /**
   * Path from a record to an array in it, such as '$.line_items[*]': its elements are the rows. Columns then have
   * paths from the element; `^` in place of `$` begins at the record.
   */
  readonly explode?: string;
  /**
   * Name of the dataset whose files these are: it has a row for each record. A file of it is loaded into both datasets
   * in one moment, or into none. This one has no files and no sources of its own.
   */
  readonly parent?: string;
}

export interface JsonDocumentFormat extends Exploded {
  readonly kind: 'json';
  readonly records: string;
}

export interface NdjsonFormat extends Exploded {
  readonly kind: 'ndjson';
}

/**
 * Files are JSON documents. `records`: the path to the array of the records, '$.orders[*]' in { "orders": [ … ] }.
 * Default: '$[*]', the document itself. The array is read as a stream, however long it is.
 */
export const jsonDocument = (options: { readonly records?: string } & Exploded = {}): JsonDocumentFormat => ({
  ...options,
  kind: 'json',
  records: options.records ?? '$[*]',
});

/** Files are NDJSON, also known as JSON Lines: a record a line. */
export const ndjson = (options: Exploded = {}): NdjsonFormat => ({ ...options, kind: 'ndjson' });
