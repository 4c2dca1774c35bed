/** A dataset as people are shown it: the answers of `/api/datasets/NAME` and what is below it (docs/http.md). */

export interface DatasetDetail {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** What the star shows of the rows of all files. */
  readonly mode: 'append' | 'dedupe' | 'upsert' | 'snapshot' | 'history';
  /** Vectors of the key of that mode. */
  readonly key: readonly string[];
  readonly columns: readonly ColumnDetail[];
  readonly partitionBy: readonly string[];
  readonly star: StarDetail | null;
  readonly marts: readonly MartDetail[];
  readonly queries: readonly QueryDetail[];
}

/** A column of the files, or one that is computed of others. */
export interface ColumnDetail {
  readonly name: string;
  /** As PostgreSQL calls it. */
  readonly type: string;
  readonly required: boolean;
  readonly optional: boolean;
  /** What it is computed of; null: it is in the files. */
  readonly computedOf: readonly string[] | null;
  /** Computed columns that read it. */
  readonly readBy: readonly string[];
  /** Columns of the parts of the lake. */
  readonly lake: readonly string[];
  readonly partition: boolean;
  /** Columns of the fact table. */
  readonly fact: readonly string[];
  /** Columns of dimensions, with their table: dim_region.name. */
  readonly dimensions: readonly string[];
}

export interface StarDetail {
  readonly schema: string;
  readonly fact: string;
  /** Columns of the fact table that are values. */
  readonly values: readonly string[];
  readonly dimensions: readonly {
    readonly kind: 'lookup' | 'date' | 'time';
    readonly table: string;
    /** The key in the fact table. */
    readonly key: string;
    /** Of a lookup: its natural key and its attributes. */
    readonly columns: readonly string[];
  }[];
}

/** How rows are drawn, as the definition says it. */
export interface ChartDetail {
  readonly kind: 'lines' | 'bars';
  /** The column along which lines run, or the one that names bars. */
  readonly x: string;
  /** Columns that are drawn; one of them where there is a series. */
  readonly y: readonly string[];
  /** The column that divides the rows; null: none. */
  readonly series: string | null;
}

export interface MartDetail {
  readonly name: string;
  readonly kind: 'view' | 'table' | 'rollup';
  /** Of a rollup: how each measure is kept, and why. */
  readonly measures: readonly { readonly name: string; readonly class: string; readonly why: string }[];
  /** Of a rollup. */
  readonly by: readonly string[];
  /** Of a table: when its last refresh began, ISO 8601 UTC; null: never. */
  readonly refreshedAt: string | null;
  /** Of a table: when the first file was done that it does not show; null: it shows all. */
  readonly behindSince: string | null;
  /** Of a table: how old it may be while files keep coming, in seconds. */
  readonly maxStaleSeconds: number | null;
  /** Null: its definition says none. */
  readonly chart: ChartDetail | null;
  /** Why its last refresh failed. */
  readonly error: { readonly code: string; readonly message: string; readonly fix: string } | null;
}

export interface QueryDetail {
  readonly name: string;
  readonly description: string;
  /** With $1, $2, … for the parameters in their order. */
  readonly sql: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: 'text' | 'integer' | 'float8' | 'date' | 'timestamp';
    readonly default?: string | number;
  }[];
  /** Null: its definition says none. */
  readonly chart: ChartDetail | null;
  /** Where it is answered. */
  readonly path: string;
}

/** A folder of the lake. */
export interface Partition {
  /** Relative to the lake's root. */
  readonly folder: string;
  readonly parts: number;
  readonly rows: number;
  readonly bytes: number;
}

/** What was loaded on a day in UTC. */
export interface DayOfLoads {
  /** 2018-05-01 */
  readonly day: string;
  readonly files: number;
  /** Files that failed. */
  readonly failed: number;
  readonly rows: number;
  /** Rejected rows. */
  readonly rejected: number;
  readonly bytes: number;
}

/** Partitions, the last first, of `count`. */
export interface LakeAnswer {
  readonly count: number;
  readonly partitions: readonly Partition[];
}

/** Days on which something was loaded, since an instant, oldest first. */
export interface LoadsAnswer {
  readonly since: string;
  readonly days: readonly DayOfLoads[];
}
