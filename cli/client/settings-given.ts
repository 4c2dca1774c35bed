/** The settings that a program may give. What it leaves out is what the environment and landfall.config.ts say. */
export interface Settings {
  /** Where embedded state lives. Default: ./.landfall */
  readonly home?: string;
  /** PostgreSQL 15 or newer. Default: an embedded server. */
  readonly databaseUrl?: string;
  /** Default: the queue is in PostgreSQL. */
  readonly redisUrl?: string;
  /** A folder or s3://bucket/prefix each. Defaults: ./landing, ./lake, ./archive */
  readonly landingUrl?: string;
  readonly lakeUrl?: string;
  readonly archiveUrl?: string;
  /** Definitions: files, folders, or example:NAME. Default: ./datasets */
  readonly datasets?: readonly string[];
  /** Worker processes. Default: one per core. */
  readonly workers?: number;
  /** Size of a chunk. Default: 32 MiB. */
  readonly chunkBytes?: number;
  /** Seconds for which an outage is waited out. Default: 3600. */
  readonly outageTimeout?: number;
}

/** What is logged, to standard error. */
export interface Logs {
  /** The lowest level. Default: warn. */
  readonly log?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}
