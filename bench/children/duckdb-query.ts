/** A process that runs one statement in DuckDB, answers with the rows and the time it took, and ends. */
import { DuckDBInstance } from '@duckdb/node-api';
import { answer, receiveTask } from '../processes/children.ts';

export interface DuckDbTask {
  readonly sql: string;
  readonly threads: number;
}

export interface DuckDbAnswer {
  readonly rows: Record<string, unknown>[];
  /** The time of the statement alone, without the start of the process. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const { sql, threads } = await receiveTask<DuckDbTask>();
const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
const connection = await instance.connect();
await connection.run("set timezone = 'UTC'");
// Rows need not be in the order of the file, as Landfall's are not across chunks. This is faster.
await connection.run('set preserve_insertion_order = false');
const cpuBefore = process.cpuUsage();
const started = performance.now();
const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
await answer({ rows, seconds, cpuSeconds: (user + system) / 1e6 });
connection.closeSync();
instance.closeSync();
