/**
 * Compares the expected rows with those in the lake and in the star. DuckDB reads the expected rows from the files
 * that were made. The lake is read through its manifest.
 */
import { createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { to as copyTo } from 'pg-copy-streams';
import type { SoakDataset } from '../plan/types.ts';
import type { OwnPostgres } from '../site/postgres.ts';
import { type Columns, comparisons, factTables, structOf } from './tables.ts';

/** A file that is done, and the file with what must be of it. */
export interface DoneFile {
  readonly fileId: number;
  readonly dataset: SoakDataset;
  readonly name: string;
  /** As in the ledger. */
  readonly contentHash: string;
  readonly expected: string;
}

export interface RowsFound {
  rows: number;
  lost: number;
  duplicated: number;
  /** Rows that are in no file. */
  foreign: number;
  /** A short description of each file that is wrong. */
  readonly details: string[];
}

export interface RowsOptions {
  readonly folder: string;
  readonly postgres: OwnPostgres;
  readonly done: readonly DoneFile[];
}

export async function compareRows({ folder, postgres, done }: RowsOptions): Promise<RowsFound> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '2GB',
    temp_directory: join(folder, 'made', 'duckdb'),
  });
  const duck = await instance.connect();
  const found: RowsFound = { rows: 0, lost: 0, duplicated: 0, foreign: 0, details: [] };
  try {
    await duck.run("set timezone = 'UTC'");
    for (const dataset of Object.keys(comparisons) as SoakDataset[]) {
      const files = done.filter((file) => file.dataset === dataset);
      await new DatasetRows(duck, { folder, postgres, dataset, files }).compare(found);
    }
  } finally {
    duck.closeSync();
    instance.closeSync();
  }
  return found;
}

class DatasetRows {
  private readonly duck: DuckDBConnection;
  private readonly options: Omit<RowsOptions, 'done'> & { dataset: SoakDataset; files: readonly DoneFile[] };

  constructor(duck: DuckDBConnection, options: DatasetRows['options']) {
    this.duck = duck;
    this.options = options;
  }

  async compare(found: RowsFound): Promise<void> {
    const { dataset } = this.options;
    const { lakeColumns, starColumns } = comparisons[dataset];
    await this.expect({ ...lakeColumns, ...starColumns });
    found.rows += Number((await this.rows('select count(*) as n from expected'))[0].n);
    await this.lake(lakeColumns);
    await this.star(starColumns);
    await this.agree('lake', lakeColumns, found);
    await this.agree('star', starColumns, found);
  }

  private async expect(columns: Columns): Promise<void> {
    const { dataset, files } = this.options;
    await this.duck.run(`create or replace table expected (file_id integer, ${typed(columns)})`);
    const { expected } = comparisons[dataset];
    const names = Object.keys(columns).join(', ');
    for (const file of files) {
      if (statSync(file.expected).size === 0) continue;
      const select = expected.replace('$csv', () => literal(file.expected));
      await this.duck.run(`insert into expected select ${file.fileId}, ${names} from (${select})`);
    }
  }

  /** The committed parts of files that are done. */
  private async lake(columns: Columns): Promise<void> {
    const { postgres, dataset, folder } = this.options;
    await this.duck.run(`create or replace table lake (file_id integer, ${typed(columns)})`);
    const parts = await postgres.query<{ path: string; file_id: number; shared: number | null }>(
      'select path, file_id, _chunk as shared from landfall.manifest where dataset = $1',
      [dataset],
    );
    const files = new Map<number, string[]>();
    for (const { path, file_id: fileId } of parts.filter(({ shared }) => shared === null)) {
      files.set(fileId, [...(files.get(fileId) ?? []), join(folder, 'lake', path)]);
    }
    const casts = Object.entries(columns).map(([name, type]) => `cast(${name} as ${type})`);
    const insert = (fileId: string, paths: readonly string[], where: string) =>
      this.duck.run(
        `insert into lake select ${fileId}, ${casts.join(', ')}
         from read_parquet([${paths.map(literal).join(', ')}], union_by_name = true, hive_partitioning = true) r ${where}`,
      );
    for (const [fileId, paths] of files) await insert(String(fileId), paths, '');
    // Of a part that chunks share, the rows of those that the manifest lists there.
    const shared = new Map<string, string[]>();
    for (const { path, file_id: fileId, shared: chunk } of parts) {
      if (chunk !== null) shared.set(path, [...(shared.get(path) ?? []), `(${chunk}, ${fileId})`]);
    }
    for (const [path, chunks] of shared)
      await insert(
        'c.file_id',
        [join(folder, 'lake', path)],
        `join (values ${chunks.join(', ')}) c (chunk, file_id) on c.chunk = r._chunk`,
      );
  }

  /** All facts, whatever the state of their files. */
  private async star(columns: Columns): Promise<void> {
    const { postgres, dataset, folder } = this.options;
    await this.duck.run(`create or replace table star (file_id integer, ${typed(columns)})`);
    const [{ there }] = await postgres.query<{ there: boolean }>(
      'select to_regclass($1) is not null as there',
      [factTables[dataset]],
    );
    if (!there) return;
    const path = join(folder, 'made', `${dataset}.star`);
    const client = await postgres.client();
    try {
      const select = client.query(copyTo(`copy (${comparisons[dataset].star}) to stdout with (format csv)`));
      await pipeline(select, createWriteStream(path));
    } finally {
      await client.end();
    }
    if (statSync(path).size === 0) return;
    await this.duck.run(
      `insert into star select * from read_csv(${literal(path)}, header = false, auto_detect = false, delim = ',',
         quote = '"', escape = '"', parallel = false, max_line_size = 4000000,
         columns = ${structOf({ file_id: 'integer', ...columns })})`,
    );
  }

  private async agree(side: 'lake' | 'star', columns: Columns, found: RowsFound): Promise<void> {
    const names = ['file_id', ...Object.keys(columns)].join(', ');
    const missing = `(select ${names} from expected except all select ${names} from ${side})`;
    const extra = `(select ${names} from ${side} except all select ${names} from expected)`;
    const known = `exists (select 1 from expected e where ${['file_id', ...Object.keys(columns)]
      .map((name) => `e.${name} is not distinct from x.${name}`)
      .join(' and ')})`;
    for (const { file_id, n, example } of await this.rows(
      `select file_id, count(*) as n, any_value(m) as example from ${missing} m group by all order by all`,
    )) {
      found.lost += Number(n);
      found.details.push(`${this.nameOf(file_id)}: ${n} rows are not in the ${side}, such as ${example}`);
    }
    for (const { file_id, n, twice, example } of await this.rows(
      `select file_id, count(*) as n, count(*) filter (${known}) as twice, any_value(x) as example
       from ${extra} x group by all order by all`,
    )) {
      found.duplicated += Number(twice);
      found.foreign += Number(n) - Number(twice);
      found.details.push(`${this.nameOf(file_id)}: the ${side} has ${n} rows too many, such as ${example}`);
    }
  }

  private nameOf(fileId: unknown): string {
    const { files, dataset } = this.options;
    const file = files.find((one) => one.fileId === Number(fileId));
    return `${dataset}/${file?.name ?? 'a file that is not done'} (file ${fileId})`;
  }

  private async rows(sql: string): Promise<Record<string, string>[]> {
    const reader = await this.duck.runAndReadAll(sql);
    return reader
      .getRowObjectsJson()
      .map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            typeof value === 'object' ? JSON.stringify(value) : String(value),
          ]),
        ),
      );
  }
}

function typed(columns: Columns): string {
  return Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
