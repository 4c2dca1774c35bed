/** The obvious alternative: one COPY of the unchanged file into one flat table of text columns. */
import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { runProcess } from '../processes/process-run.ts';
import type { Side } from '../rounds/rounds.ts';
import { type Arena, type Input, withClient } from './arena.ts';

/** psql if it is installed; otherwise the same COPY over the wire. */
export const hasPsql = spawnSync('psql', ['--version']).status === 0;
const way = hasPsql ? 'psql \\copy' : 'COPY over the wire';

/**
 * Creates the table, copies, counts, and drops it. Only the copy is timed, including the start of psql.
 * @param check an SQL expression over the table and its expected value, checked in addition to the count of rows
 */
export function flatCopySide(
  arena: Arena,
  input: Input,
  options: { what: string; columns: readonly string[]; check: { sql: string; is: string } },
): Side {
  return {
    name: `${way} of ${options.what} into one flat text table`,
    rows: input.rows,
    bytes: input.bytes,
    run: () => withClient(arena.databaseUrl, (client) => flatCopy(arena, client, input, options)),
  };
}

async function flatCopy(
  arena: Arena,
  client: pg.Client,
  input: Input,
  { columns, check }: { columns: readonly string[]; check: { sql: string; is: string } },
) {
  await createFlatTable(client, columns);
  await arena.settle(input);
  const serverBefore = arena.serverCpuSeconds();
  try {
    const { seconds, cpuSeconds } = hasPsql
      ? await withPsql(arena.databaseUrl, input.path)
      : await overTheWire(client, input.path);
    const serverCpuSeconds = arena.serverCpuSeconds() - serverBefore;
    const { rows: counted } = await client.query<{ n: string; value: string }>(
      `select count(*) as n, (${check.sql})::text as value from flat_copy`,
    );
    const { n, value } = counted[0];
    if (Number(n) !== input.rows) throw new Error(`the flat table has ${n} rows, not ${input.rows}`);
    if (value !== check.is) throw new Error(`the flat table has ${check.sql} = ${value}, not ${check.is}`);
    return { seconds, cpuSeconds, serverCpuSeconds };
  } finally {
    await client.query('drop table if exists flat_copy');
  }
}

export async function createFlatTable(client: pg.Client, columns: readonly string[]): Promise<void> {
  await client.query('drop table if exists flat_copy');
  const list = columns.map((name) => `${client.escapeIdentifier(name)} text`).join(', ');
  await client.query(`create table flat_copy (${list})`);
}

/** The `\copy` of one file, as an argument of psql. */
export function copyCommand(path: string): string {
  return `\\copy flat_copy from '${path.replaceAll("'", "''")}' with (format csv, header true)`;
}

export const psqlArguments = (databaseUrl: string, command: string) => [
  ...['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', databaseUrl, '-c', command],
];

function withPsql(databaseUrl: string, path: string): Promise<{ seconds: number; cpuSeconds: number }> {
  return runProcess('psql', psqlArguments(databaseUrl, copyCommand(path)));
}

async function overTheWire(
  client: pg.Client,
  path: string,
): Promise<{ seconds: number; cpuSeconds: number }> {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    client.query(copyFrom('copy flat_copy from stdin with (format csv, header true)')),
  );
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
}
