/** The statements of ddl/statements, one per file, and the numbered migrations. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../ddl/', import.meta.url);
let statements: Map<string, string> | undefined;

/** The text of ddl/statements/`name`.sql. Each is read once in a process; the build has put all of them into one file. */
export function sql(name: string): string {
  statements ??= builtStatements();
  let text = statements.get(name);
  if (text === undefined) {
    text = readFileSync(new URL(`statements/${name}.sql`, folder), 'utf8');
    statements.set(name, text);
  }
  return text;
}

function builtStatements(): Map<string, string> {
  const built = new URL('statements.json', folder);
  return new Map(existsSync(built) ? Object.entries(JSON.parse(readFileSync(built, 'utf8'))) : []);
}

export interface Migration {
  /** File name without `.sql`: 0001-ledger */
  readonly name: string;
  readonly sql: string;
}

/** All migrations of ddl/migrations in order of their numbers. */
export function migrations(): Migration[] {
  const numbered = new URL('migrations/', folder);
  return readdirSync(numbered)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((file) => ({ name: file.slice(0, -4), sql: readFileSync(new URL(file, numbered), 'utf8') }));
}
