/** What people do: what they have asked for, and which notices they have dismissed. */
import { describeError } from '../platform/errors/errors.ts';
import { toJson } from './json.ts';
import type { ErrorDescription, LedgerFile } from './rows.ts';
import type { ActionRow, DismissalRow } from './statements/row-types.ts';
import { type Client, run } from './statements/run.ts';
import { runFiles } from './statements/stored-files.ts';

/** What somebody asks for. */
export interface NewAction {
  readonly via: ActionRow['via'];
  /** The name of a token, or of the user who ran the command; null: no token is set. */
  readonly who: string | null;
  /** Null for a command. */
  readonly role: string | null;
  readonly address: string | null;
  /** undo, replay, … */
  readonly what: string;
  /** What it is done to, such as `12:trips.csv` or `orders.shop`. */
  readonly target: string | null;
  /** What else was asked; JSON, or null. */
  readonly details: unknown;
}

/** An action on record. */
export interface Action extends NewAction {
  readonly actionId: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly endedAt: string | null;
  /** `ok`, or the code of the error; null: it has not ended, or its process died. */
  readonly outcome: string | null;
}

/** Notes what somebody has asked for, before it is done; endAction notes what became of it. Returns its number. */
async function beginAction(client: Client, action: NewAction): Promise<number> {
  const { via, who, role, address, what, target, details } = action;
  const noted = details === null ? null : toJson(details);
  const [row] = await run(client, 'actions/begin-action', [via, who, role, address, what, target, noted]);
  return row.action_id;
}

async function endAction(
  client: Client,
  actionId: number,
  outcome: 'ok' | ErrorDescription['code'],
): Promise<void> {
  await run(client, 'actions/end-action', [actionId, outcome]);
}

/** Does the work, and notes who asked for it before and what became of it. Throws what `work` throws. */
export async function noted<T>(client: Client, action: NewAction, work: () => Promise<T>): Promise<T> {
  const actionId = await beginAction(client, action);
  try {
    const result = await work();
    await endAction(client, actionId, 'ok');
    return result;
  } catch (error) {
    // What was thrown says more than that this cannot be noted.
    await endAction(client, actionId, describeError(error).code).catch(() => {});
    throw error;
  }
}

/** Actions, newest first: at most `limit`, with a smaller number than `before`. */
export async function actionsBefore(
  client: Client,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<Action[]> {
  const rows = await run(client, 'actions/actions', [before, limit]);
  return rows.map(({ action_id: actionId, at, ended_at: endedAt, ...row }) => {
    return { actionId, at: at.toISOString(), ...row, endedAt: endedAt?.toISOString() ?? null };
  });
}

/** A notice that a person has dismissed. */
export interface Dismissal extends Pick<DismissalRow, 'kind' | 'key' | 'occurrence'> {
  /** ISO 8601 UTC. */
  readonly at: string;
  /** The name of a token; null: no token is set. */
  readonly by: string | null;
}

export async function dismiss(
  client: Client,
  notice: Pick<DismissalRow, 'kind' | 'key' | 'occurrence'>,
  by: string | null,
): Promise<void> {
  await run(client, 'actions/dismiss', [notice.kind, notice.key, notice.occurrence, by]);
}

/** Shows a notice again that was dismissed. */
export async function restore(
  client: Client,
  { kind, key }: Pick<DismissalRow, 'kind' | 'key'>,
): Promise<void> {
  await run(client, 'actions/restore', [kind, key]);
}

/** Dismissals that are looked at. There is one for each notice. */
const dismissalsMost = 10_000;

export async function dismissals(client: Client): Promise<Dismissal[]> {
  const rows = await run(client, 'actions/dismissals', [dismissalsMost]);
  return rows.map(({ kind, key, occurrence, dismissed_at: at, dismissed_by: by }) => {
    return { kind, key, occurrence, at: at.toISOString(), by };
  });
}

/** Files that have failed and that nobody has dealt with, newest first, at most `limit`. */
export async function failedFiles(client: Client, limit: number): Promise<LedgerFile[]> {
  return await runFiles(client, 'actions/failed-files', [limit]);
}
