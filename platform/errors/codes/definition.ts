/** What is wrong with a definition, or with what was built from it. */
import type { ErrorEntries } from './entry.ts';

export const definitionCodes = {
  LF_DATASET_BROKEN: {
    message: 'The dataset {dataset} cannot be used. {reason}',
    fix: 'Fix the definition; `landfall doctor` lists what is wrong. Files that wait for it are then loaded.',
    retry: 'never',
  },
  LF_DATASET_CHILD: {
    message:
      '{dataset} takes its rows from the files of {parent}, and has none of its own: {file} cannot be loaded.',
    fix: 'Load it as a file of {parent}. {dataset} gets its rows at the same time.',
    retry: 'never',
  },
  LF_DATASET_UNCLEAR: {
    message: 'Landfall cannot tell which dataset {file} belongs to: {reason}.',
    fix: 'Name it with --dataset NAME, or write a definition with `landfall init {file}`.',
    retry: 'never',
  },
  LF_DATASET_UNKNOWN: {
    message: 'There is no dataset {dataset}. Known datasets: {known}.',
    fix: 'Name one of them, or set LANDFALL_DATASETS to the folder of your definitions, for the workers too. Datasets that ship with Landfall exist where you ask for them: `--datasets example:trips`.',
    retry: 'never',
  },
  LF_DEFINITION: {
    message: 'The definition of {dataset} has mistakes:\n{mistakes}',
    fix: 'Fix each of them in the definition; every line says where and how.',
    retry: 'never',
  },
  LF_DEFINITION_FILE: {
    message: '{file} does not export a dataset: {reason}',
    fix: 'Export what defineDataset returns: `export default defineDataset({ … })`.',
    retry: 'never',
  },
  LF_DEFINITION_IMPORT: {
    message: '{file} cannot be imported: {reason}',
    fix: 'Fix the error in the file, or in a file that it imports.',
    retry: 'never',
  },
  LF_DEFINITION_MISSING: {
    message: 'There are no definitions at {path}: there is no such file or folder.',
    fix: 'Create it, or name another with --datasets or LANDFALL_DATASETS. `landfall init FILE` writes a definition.',
    retry: 'never',
  },
  LF_DEFINITION_MISMATCH: {
    message: 'The file was planned with version {planned} of {dataset}; this worker has version {present}.',
    fix: 'Copy the definitions of the coordinator to the machine of this worker (LANDFALL_DATASETS names the folder there). The worker reads them without a restart; the chunk waits until then.',
    retry: 'never',
  },
  LF_DRIFT: {
    message: 'The columns of {file} are not those of {dataset}: {differences}.',
    fix: 'Fix the file, or allow the difference with `drift` in the definition of {dataset}; then drop the file again.',
    retry: 'never',
  },
  LF_DRIFT_WIDE: {
    message: '{file} has {columns|column} that the definition does not know; at most {most} are kept.',
    fix: "Add the columns that matter to the definition, or leave the others out with `drift: { unknown: 'ignore' }`.",
    retry: 'never',
  },
  LF_ENRICHMENT: {
    message: 'The enrichment {enrichment} of {dataset} failed: {reason}',
    fix: 'Fix the function in the definition. It is called with every value of its columns. To reject a row, it returns reject(…).',
    retry: 'never',
  },
  LF_GENERATOR_UNKNOWN: {
    message: 'There is no generator for {dataset}.',
    fix: 'Name one of: {known}.',
    retry: 'never',
  },
  LF_HEADER: {
    message: 'The header does not match {dataset}: {mistakes}. The file has: {fields}.',
    fix: 'In the definition of {dataset}, add the header text to the aliases of the column, or make the column `optional: true`; then drop the file again.',
    retry: 'never',
  },
  LF_INIT: {
    message: 'Landfall cannot write a definition from the file: {reason}',
    fix: 'Give a file of delimited text (CSV, TSV), compressed or not, or write the definition by hand (docs/definitions.md).',
    retry: 'never',
  },
  LF_INIT_BROKEN: {
    message: 'The definition that was written for the file cannot be used: {reason}',
    fix: 'This is a fault of `landfall init`. Please report it with the header and a few rows of the file.',
    retry: 'never',
  },
  LF_INIT_EXISTS: {
    message: '{out} already exists.',
    fix: 'Name another file with --out, or remove this one; `landfall init` overwrites nothing.',
    retry: 'never',
  },
  LF_INIT_NAME: {
    message: '{name} cannot be the name of a dataset.',
    fix: 'Use lower case letters, digits, - and _, at most {most} of them, for example `--name {proposal}`: folders and tables get this name.',
    retry: 'never',
  },
  LF_INIT_SOURCE: {
    message: 'Landfall cannot write a definition from {address}: {reason}.',
    fix: 'Check what the source gives for the same address, and call `landfall init` again, or write the definition by hand (docs/sources.md).',
    retry: 'never',
  },
  LF_INIT_TABLE: {
    message: '{reason}',
    fix: 'Name a table with `--table schema.table`. The role sees only tables that it may read: grant it USAGE on the schema and SELECT on the table.',
    retry: 'never',
  },
  LF_KEY_COLLISION: {
    message: 'Two members of {table} have the same hashed key: {members}.',
    fix: "Remove keys: 'hashed' from the dimension and give its table another name; its members then get generated keys.",
    retry: 'never',
  },
  LF_KEY_LONG: {
    message: 'A key of {table} is too long for its index: {reason}.',
    fix: 'Set maxLength: 600 on the text columns of the natural key, or look the dimension up by shorter columns.',
    retry: 'never',
  },
  LF_MART: {
    message: 'The marts of {dataset} cannot be created: {reason}.',
    fix: 'Fix the SQL of the marts (`landfall ddl {dataset}` shows it), then drop the file again or replay it.',
    retry: 'never',
  },
  LF_MART_HELD: {
    message: 'The marts of {dataset} cannot be recreated: {reason}.',
    fix: 'Drop the objects that depend on them (Landfall did not create them), try again, then recreate the objects.',
    retry: 'never',
  },
  LF_MART_REFRESH: {
    message: 'The mart {mart} of {dataset} cannot be refreshed and keeps its old rows: {reason}.',
    fix: 'Fix its SQL in the definition, or what it reads. It is refreshed with the next file of {dataset}, and when a coordinator or `landfall ingest` starts.',
    retry: 'never',
  },
  LF_LAYOUT_SERVER: {
    message: 'The facts of {dataset} are packed, which needs PostgreSQL 18; the server is {version}.',
    fix: "Say layout: 'rows' in the star of the definition, or upgrade the server.",
    retry: 'never',
  },
  LF_MODE_CHANGED: {
    message:
      'The star of {dataset} has rows of another mode, key, order, deletion or layout than its definition says.',
    fix: 'Run `landfall rebuild {dataset}`: it builds the star again from the loaded files, while people read the old one. Then drop the file again or replay it. Or revert that change to the definition.',
    retry: 'never',
  },
  LF_PARTITION_NAME: {
    message: 'The name of the partition folder {folder} has {bytes} bytes; file systems allow 255.',
    fix: 'Partition the lake by a column with shorter values, or shorten them in an enrichment.',
    retry: 'never',
  },
  LF_PARTITIONS: {
    message: 'Chunk {chunk} of dataset {dataset} has rows for more than {limit} partitions of the lake.',
    fix: 'Partition by columns with fewer values, such as year and month instead of the full time.',
    retry: 'never',
  },
  LF_QUERY_EMPTY: {
    message: 'Nothing of {dataset} has been loaded yet: {reason}',
    fix: 'Drop a file into the landing folder of {dataset} and ask again.',
    retry: 'never',
  },
  LF_QUERY_FAILED: {
    message: 'The query {query} of {dataset} failed: {reason}',
    fix: 'Fix its SQL in the definition of {dataset}.',
    retry: 'never',
  },
  LF_QUERY_ORDER: {
    message: 'The query {query} cannot be paged through: two of its rows have the same {columns}.',
    fix: 'Add a column to its order in the definition, so that no two rows share all of them.',
    retry: 'never',
  },
  LF_QUERY_STREAMS: {
    message: 'The server is already sending as many whole answers as it may at once.',
    fix: 'Ask again when one of them has ended, or page through the answer: page.size=1000.',
    retry: 'never',
  },
  LF_QUERY_TIMEOUT: {
    message: 'The query {query} of {dataset} took longer than {seconds} s and was stopped.',
    fix: 'Ask for less (a shorter time, one region), or run its SQL in psql.',
    retry: 'never',
  },
  LF_REBUILD_ROWS: {
    message:
      'Chunk {chunk} of {file} has {loaded} loaded rows, but the current definition accepts {accepted}.',
    fix: 'Undo the file (`landfall undo`), rebuild, and load it again with `landfall replay`: what does not fit is then rejected. Or revert that change to the definition.',
    retry: 'never',
  },
  LF_REBUILD_RUNNING: {
    message: 'Another process is rebuilding the star of {dataset}.',
    fix: 'Wait until it has ended.',
    retry: 'never',
  },
  LF_RULE: {
    message: '{place} of {dataset} failed: {reason}',
    fix: 'Fix the function in the definition. It must return a result for every value that the columns allow.',
    retry: 'never',
  },
  LF_STAR_CHANGED: {
    message: 'The star of {dataset} does not match its definition: {differences}.',
    fix: 'Revert that change to the definition, or give what is new another name. Or run this migration, then drop the file again or replay it; the next file creates the marts again:\n{migration}',
    retry: 'never',
  },
} as const satisfies ErrorEntries;
