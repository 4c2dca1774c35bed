/** The documents that are generated from the program itself. */
import { errorTable } from '../platform/errors/errors.ts';
import { buildProgram } from './program.ts';

/** docs/errors.md: every code with its message and its fix. */
export function errorsDocument(): string {
  const entries = Object.entries(errorTable).sort(([a], [b]) => (a < b ? -1 : 1));
  const section = (rejects: boolean) =>
    entries
      .filter(([code]) => code.startsWith('LF_REJECT_') === rejects)
      .map(([code, { message, fix }]) => `### ${code}\n\n${escapeHtml(message)}\n\n→ ${escapeHtml(fix)}\n`)
      .join('\n');
  return `# Errors

Generated from \`platform/errors/errors.ts\` by \`npm run docs\`. Words in braces are filled in.

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

/** Braces and angle brackets as they stand. */
function escapeHtml(text: string): string {
  return text.replace(/[<>]/g, (char) => (char === '<' ? '&lt;' : '&gt;'));
}
