/** Which files are settled for which unique rules: the keys of their rows are known. */
import type pg from 'pg';
import { type Client, run } from '../statements/run.ts';

/** Notes that the files are settled for the rules, in the transaction that keeps their keys. */
export async function settleRules(
  client: pg.ClientBase,
  fileIds: readonly number[],
  ruleIds: readonly number[],
): Promise<void> {
  await run(client, 'rules/settle-rules', [fileIds, ruleIds]);
}

/** Whether the file is settled for all of the rules. `ruleIds`: distinct. */
export async function isSettled(
  client: Client,
  fileId: number,
  ruleIds: readonly number[],
): Promise<boolean> {
  return (await run(client, 'rules/settled-rules', [fileId, ruleIds])).length === ruleIds.length;
}

/** Forgets which rules the files are settled for, when they fail or are undone. */
export async function unsettleFiles(client: pg.ClientBase, fileIds: readonly number[]): Promise<void> {
  await run(client, 'rules/unsettle-files', [fileIds]);
}
