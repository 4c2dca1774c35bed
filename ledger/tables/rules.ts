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

/** A file that was loaded before its dataset had a rule. */
export interface UnruledFile {
  readonly fileId: number;
  readonly name: string;
  readonly definitionVersion: string;
}

/** Loaded files of the dataset that are not settled for the rule. */
export async function unruledFiles(client: Client, dataset: string, ruleId: number): Promise<UnruledFile[]> {
  const rows = await run(client, 'rules/unsettled-loaded', [dataset, ruleId]);
  return rows.map((row) => ({
    fileId: row.file_id,
    name: row.name,
    definitionVersion: row.definition_version,
  }));
}
