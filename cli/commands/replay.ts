import { Command } from 'commander';
import { type AgainFlags, loadAgain, withFileToLoad } from '../load/load-again.ts';

/** `landfall replay FILE`: loads the rejects of a file, or the whole file, again, with workers of its own. */
export function replayCommand(): Command {
  return withFileToLoad(new Command('replay'))
    .description('load the waiting rejects of a file again, or the whole file if it failed or was undone')
    .option('--whole', 'undo a loaded file and load it again as a whole')
    .addHelpText(
      'after',
      '\nExample:\n  landfall replay trips-2018.csv   (after the definition has been fixed)\n\nExit code: 0 loaded, or no reject waits; 1 failed, 2 invalid usage, 3 more rejects than the limit',
    )
    .action((text: string, flags: AgainFlags) =>
      loadAgain(text, flags, {
        name: 'replay',
        start: (coordinator, { fileId }, { whole }) => coordinator.actions.replay(fileId, { whole }),
      }),
    );
}
