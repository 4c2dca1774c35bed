/** A process that has DuckDB run one statement and ends; it answers with the rows and the time inside. */
import { DuckDBInstance } from '@duckdb/node-api';
import { answer, receiveTask } from '../processes/children.ts';

export interface DuckDbTask {
  readonly sql: string;
  readonly threads: number;
}

export interface DuckDbAnswer {
  readonly rows: Record<string, unknown>[];
  /** Of the statement alone, the process's start left out. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const { sql, threads } = await receiveTask<DuckDbTask>();
const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
const connection = await instance.connect();
await connection.run("set timezone = 'UTC'");
// Rows need not come out in the file's order, nor do ours across chunks: faster, so it is set.
await connection.run('set preserve_insertion_order = false');
const cpuBefore = process.cpuUsage();
const started = performance.now();
const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
await answer({ rows, seconds, cpuSeconds: (user + system) / 1e6 });
connection.closeSync();
instance.closeSync();
