/** Commands that load a file of the ledger again, with workers of their own. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { findFile } from '../../coordinator/commands/find-file.ts';
import type { Coordinator } from '../../coordinator/contract.ts';
import type { LedgerFile, LedgerFileState } from '../../ledger/ledger.ts';
import { createLog } from '../../platform/log/log.ts';
import { resultOf } from '../client/ingest-files.ts';
import { outcome, print } from '../commands/ingest.ts';
import { notedAsUser } from '../commands/upkeep/actions.ts';
import { ExitCode } from '../exit-codes.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { openSite, openUnlessStopped, stopSignal } from '../site.ts';
import { printable } from '../terminal/format.ts';
import { attachTerminal } from '../terminal/terminal.ts';
import { type OutageDeadline, unlessOutlasted, whileOpen } from './outlasted.ts';

/** The flags of such a command. */
export type AgainFlags = SettingFlags & { readonly whole?: boolean; readonly json?: boolean };

export interface LoadAgain {
  readonly name: string;
  /** If several files have the name, one in such a state is meant. */
  readonly wanted?: readonly LedgerFileState[];
  /** Resolves with the number of the file that is loaded, or null if there is nothing to load. */
  start(coordinator: Coordinator, file: LedgerFile, flags: AgainFlags): Promise<number | null>;
}

/** Adds the argument and the flags that such commands share. */
export function withFileToLoad(command: Command): Command {
  return withSettings(command)
    .argument('<file>', 'name of the file as it landed, dataset/name, or its number in the ledger')
    .option('--workers <n>', 'worker processes (LANDFALL_WORKERS, default: one per core)')
    .option('--json', 'print one JSON object');
}

/** Loads the file that `text` names, and prints what becomes of it. */
export async function loadAgain(
  text: string,
  flags: AgainFlags,
  { name, wanted = [], start }: LoadAgain,
): Promise<void> {
  const { config, registry } = await settle(flags);
  const scope = `${name}-${randomBytes(6).toString('hex')}`;
  const log = createLog(name, { level: 'warn' });
  const shown = { reportsFiles: true, showsDefinitions: true };
  const roles = { workers: config.workers, watch: false, serve: false, ...shown };
  const signal = stopSignal();
  const site = await openUnlessStopped(signal, openSite({ config, registry, scope, ...roles, log }));
  const terminal = attachTerminal(site.hub);
  const own = new Set<number>();
  const load = async (deadline: OutageDeadline) => {
    const file = await findFile(site.database.pool, text, { wanted });
    const asked = {
      what: name,
      target: `${file.fileId}:${file.name}`,
      details: { whole: flags.whole ?? false },
    };
    const again = () => start(site.coordinator, file, flags);
    const fileId = await unlessOutlasted(notedAsUser(site.database.pool, asked, again), deadline);
    if (fileId === null) return printNothing(file, flags);
    own.add(fileId);
    const receipt = await unlessOutlasted(site.coordinator.settled(fileId), deadline);
    const result = resultOf(file.name, receipt);
    terminal.close();
    print(result, flags.json === true);
    process.exitCode = outcome(result);
  };
  const stop = { signal, own, closeView: () => terminal.close() };
  await whileOpen(site, (deadline) => load(deadline).finally(() => terminal.close()), stop);
}

function printNothing({ name, dataset }: LedgerFile, { json }: AgainFlags): void {
  const nothing = `${JSON.stringify({ file: name, dataset, status: 'nothing' })}\n`;
  process.stdout.write(json ? nothing : `${printable(name)}: there are no rejects to replay\n`);
  process.exitCode = ExitCode.success;
}
