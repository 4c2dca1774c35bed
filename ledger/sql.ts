/** The statements of ddl/statements, one per file, and the numbered migrations. */
import { readdirSync, readFileSync } from 'node:fs';

const statements = new Map<string, string>();

/**
 * The text of ddl/statements/`name`.sql. Each is read once in a process.
 */
export function sql(name: string): string {
  let text = statements.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`../ddl/statements/${name}.sql`, import.meta.url), 'utf8');
    statements.set(name, text);
  }
  return text;
}

export interface Migration {
  /** File name without `.sql`: 0001-ledger */
  readonly name: string;
  readonly sql: string;
}

/** All migrations of ddl/migrations in order of their numbers. */
export function migrations(): Migration[] {
  const folder = new URL('../ddl/migrations/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((file) => ({ name: file.slice(0, -4), sql: readFileSync(new URL(file, folder), 'utf8') }));
}
