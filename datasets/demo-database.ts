/** An application's own database: one that is there, or one that the demo of an example makes on its server. */
import pg from 'pg';

export interface DemoDatabase {
  readonly url: string;
  query(sql: string, values?: unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Makes the database, in place of an earlier one. `serverUrl`: any database of the server, with a role that may create others. */
export async function createDatabase(serverUrl: string, name: string): Promise<DemoDatabase> {
  const server = new pg.Client(serverUrl);
  await server.connect();
  try {
    const quoted = pg.escapeIdentifier(name);
    await server.query(`drop database if exists ${quoted} with (force)`);
    await server.query(`create database ${quoted}`);
  } finally {
    await server.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return connectDatabase(url.href);
}

export async function connectDatabase(url: string): Promise<DemoDatabase> {
  const client = new pg.Client(url);
  await client.connect();
  return { url, query: (sql, values) => client.query(sql, values), close: () => client.end() };
}
