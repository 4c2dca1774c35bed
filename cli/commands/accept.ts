import { Command } from 'commander';
import { type AgainFlags, loadAgain, withFileToLoad } from '../load/load-again.ts';

/** `landfall accept FILE`: loads a snapshot that failed because it lacks many keys. */
export function acceptCommand(): Command {
  return withFileToLoad(new Command('accept'))
    .description('load a snapshot that lacks more keys than its definition allows')
    .addHelpText(
      'after',
      '\nExample:\n  landfall accept customers_2026-01-31.csv   (the customers are really gone)\n\nExit code: 0 loaded, 1 failed, 2 invalid usage, 3 more rejects than the limit',
    )
    .action((text: string, flags: AgainFlags) =>
      loadAgain(text, flags, {
        name: 'accept',
        wanted: ['failed'],
        start: (coordinator, { fileId }) => coordinator.actions.accept(fileId),
      }),
    );
}
