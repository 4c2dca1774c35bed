/**
 * The scopes of single commands, from their start until nothing of them is left; who leads each scope, and the
 * sessions in which a leader works; and the database that keeps them.
 */
import pg from 'pg';
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

/** Begins a new term of a scope whose lock the caller holds. Waits for transactions of the term before. */
export async function beginTerm(client: Client, scope: string, host: string, pid: number): Promise<number> {
  const [{ term }] = await run(client, 'scopes/begin-term', [scope, host, pid]);
  return term;
}

/** Who leads the scope, or led it last, and where it serves its page; undefined if nobody ever did. */
export async function leaderOf(client: Client, scope: string): Promise<Row<'scopes/leader'> | undefined> {
  return (await run(client, 'scopes/leader', [scope]))[0];
}

/** Notes where the leader of a term serves its page. A term that is over changes nothing. */
export async function announceLeader(
  client: Client,
  { scope, term, url }: { readonly scope: string; readonly term: number; readonly url: string },
): Promise<void> {
  await run(client, 'scopes/announce', [scope, term, url]);
}

/** Ends the sessions of the terms before `term`. False if one of them still lives after a second. */
export async function endSessionsBefore(client: Client, scope: string, term: number): Promise<boolean> {
  return (await run(client, 'scopes/end-sessions', [scope, term])).every(({ ended }) => ended);
}

/** Forgets the leader of a command's scope. If its process still lives, it changes nothing any more. */
export async function forgetLeaderOf(client: Client, scope: string): Promise<void> {
  await run(client, 'scopes/forget-leader', [scope]);
}

/**
 * What a session runs first in which a coordinator works. From then on, the server refuses what it would change in
 * the ledger once there is a newer term (LF_COORDINATOR_REPLACED). It is named before it asks, so that whoever takes
 * over either ends the session or is seen by it.
 */
export function openingOf(scope: string, term: number): string {
  const name = pg.escapeLiteral(`landfall leader ${term} ${scope}`);
  const values = `set landfall.scope = ${pg.escapeLiteral(scope)}; set landfall.term = '${term}'`;
  return `set application_name = ${name}; ${values}; select landfall.hold_term()`;
}

/** What such a session runs first after its coordinator has ended. */
export const afterTerm = 'reset application_name; reset landfall.scope; reset landfall.term';
