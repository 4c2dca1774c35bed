/** The documents that are generated from the program itself. */
import { rejectCodes } from '../platform/errors/codes/reject.ts';
import { errorTable, type Retry, shownTemplate } from '../platform/errors/errors.ts';
import { buildProgram } from './program.ts';

/** What becomes of the work that an error stopped, in words. */
const retryWords: Readonly<Record<Retry, string>> = {
  never: 'Not tried again.',
  outage: 'An outage: the work waits and resumes by itself.',
  again: 'Tried again, five attempts at most.',
};

/** docs/errors.md: every code with its message, its fix, and whether the work is tried again. */
export function errorsDocument(): string {
  const entries = Object.entries(errorTable).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = (text: string) => escapeHtml(shownTemplate(text));
  const section = (rejects: boolean) =>
    entries
      .filter(([code]) => isReject(code) === rejects)
      .map(([code, { message, fix, retry }]) => {
        const words = rejects ? '' : `\n${retryWords[retry]}\n`;
        return `### ${code}\n\n${shown(message)}\n\n→ ${shown(fix)}\n${words}`;
      })
      .join('\n');
  return `# Errors

Generated from \`platform/errors/errors.ts\` by \`npm run docs\`. Words in braces are filled in.

Each error says whether the work that it stopped is tried again. Work that is not tried again fails its file. Work that an outage stopped waits until the outage is over; when that takes longer than \`LANDFALL_OUTAGE_TIMEOUT\`, the wait counts as an attempt. A command that starts waits for an outage for a minute at most. An error without a code is reported as \`LF_INTERNAL\` and tried again.

## Errors that stop something

${section(false)}
## Reasons why a row was not loaded

These are in \`landfall.reject\` beside the row's place and raw text, and never stop a file that is within its limit.

${section(true)}`;
}

/** docs/cli.md: the help of every command, as the program prints it. */
export async function cliDocument(): Promise<string> {
  const program = await buildProgram();
  const help = program.commands.map((command) => {
    let text = '';
    command.configureOutput({
      writeOut: (part) => {
        text += part;
      },
      getOutHelpWidth: () => 100,
    });
    command.outputHelp();
    return `## landfall ${command.name()}\n\n\`\`\`\n${text.trimEnd()}\n\`\`\`\n`;
  });
  return `# The command

Generated from the program's own help by \`npm run docs\`.

Exit codes: 0 complete success, 1 the work failed, 2 the call or the settings were wrong, 3 a file finished with rejects above its limit.

Settings come from flags, then the environment, then \`landfall.config.ts\`; every mistake in them is named at once.

${help.join('\n')}`;
}

/** Of a row, not of work: LF_REJECT_LIMIT fails a file. */
function isReject(code: string): boolean {
  return code in rejectCodes;
}

/** Braces and angle brackets as they stand. */
function escapeHtml(text: string): string {
  return text.replace(/[<>]/g, (char) => (char === '<' ? '&lt;' : '&gt;'));
}
