/** Which files are settled for which unique rules: it is known which of their rows repeat a key. */
import type pg from 'pg';
import { type Client, run } from '../../statements/run.ts';

/** Notes that the file is settled for the rules, in the transaction that finds its repeats. */
export async function settleRules(
  client: pg.ClientBase,
  fileId: number,
  ruleIds: readonly number[],
): Promise<void> {
  await run(client, 'unique/settle-rules', [fileId, ruleIds]);
}

/** Whether the file is settled for all of the rules. `ruleIds`: distinct. */
export async function isSettled(
  client: Client,
  fileId: number,
  ruleIds: readonly number[],
): Promise<boolean> {
  return (await run(client, 'unique/settled-rules', [fileId, ruleIds])).length === ruleIds.length;
}

/** Forgets which rules the file is settled for, when it fails or is undone. */
export async function unsettleFile(client: pg.ClientBase, fileId: number): Promise<void> {
  await run(client, 'unique/unsettle-file', [fileId]);
}
