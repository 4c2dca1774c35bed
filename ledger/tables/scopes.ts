/** The scopes of single commands, from their start until nothing of them is left; and the database that keeps them. */
import { type Client, type Row, run } from '../statements/run.ts';

/** What addresses of files begin with that are not in their final place; null: not looked at. */
export interface Places {
  readonly landing: string | null;
  readonly failed: string | null;
}

/** Notes a scope, before anything is done in it. */
export async function openScope(client: Client, scope: string): Promise<void> {
  await run(client, 'scopes/open-scope', [scope]);
}

/** Forgets a scope whose queues are gone, unless some of its files have not ended or are not put away. */
export async function closeScope(client: Client, scope: string, { landing, failed }: Places): Promise<void> {
  await run(client, 'scopes/close-scope', [scope, landing, failed]);
}

/** Other scopes of single commands, which may have left something behind; oldest first. */
export async function otherScopes(client: Client, scope: string): Promise<string[]> {
  return (await run(client, 'scopes/other-scopes', [scope])).map((row) => row.scope);
}

/** A name for this database that no copy of it and no other database has. */
export async function installation(client: Client): Promise<string> {
  const [{ id }] = await run(client, 'scopes/installation', []);
  return id;
}

/** How long the server has been up, in ms; since its last crash, where this role may see when that was. */
export async function serverUpMs(client: Client): Promise<number> {
  const [row] = await run(client, 'scopes/server-up-ms', []);
  return row.up_ms;
}

/** Staging tables of files that have ended. */
export function endedStaging(client: Client): Promise<Row<'scopes/ended-staging'>[]> {
  return run(client, 'scopes/ended-staging', []);
}
