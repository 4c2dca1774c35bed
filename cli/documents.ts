/** The documents that are generated from the program. */
import { metricTable, ownMetrics } from '../coordinator/metrics/metric-table.ts';
import { rejectCodes } from '../platform/errors/codes/reject.ts';
import { errorTable, type Retry, shownTemplate } from '../platform/errors/errors.ts';
import { buildProgram } from './program.ts';

/** What happens to the work that an error stopped. */
const retryWords: Readonly<Record<Retry, string>> = {
  never: 'The work is not tried again.',
  outage: 'This is an outage: the work waits and resumes by itself.',
  again: 'The work is attempted up to five times.',
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

Generated from the table in \`platform/errors/codes/\` by \`npm run docs\`. Words in braces are placeholders.

Each error says whether the work that it stopped is tried again. Work that is not tried again fails its file. Work that an outage stopped waits until the outage is over; when that takes longer than \`LANDFALL_OUTAGE_TIMEOUT\`, the wait counts as an attempt. A command that is starting waits for at most a minute. An error without a code is reported as \`LF_INTERNAL\` and tried again.

## Errors that stop work

${section(false)}
## Reasons why a row is rejected

They are recorded in \`landfall.reject\`, with the place and the raw text of the row. A file within its limit is loaded in spite of them.

${section(true)}`;
}

/** docs/operations/metrics.md: every metric of Landfall with its labels. */
export function metricsDocument(): string {
  const rows = Object.entries(metricTable).map(([name, { type, help, labels }]) => {
    const words = labels.length === 0 ? '' : labels.map((label) => `\`${label}\``).join(', ');
    const mark = name in ownMetrics ? ' *' : '';
    return `| \`landfall_${name}\`${mark} | ${type} | ${words} | ${help} |`;
  });
  return `# Metrics

Generated from the table in \`coordinator/metrics/metric-table.ts\` by \`npm run docs\`.

The coordinator that leads answers \`/metrics\` in the text format of Prometheus. Those with a star come from every coordinator, also from one that stands by. The metrics of its Node process follow, as \`process_…\` and \`nodejs_…\`. Workers have no port: what is known of them is in the metrics of the leader.

A moment is a Unix time in seconds, so that \`time() - landfall_outage_since_seconds\` is a duration. It is absent where there is no such moment.

| metric | type | labels | |
|---|---|---|---|
${rows.join('\n')}
`;
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
  return `# The command line

Generated from the help of the program by \`npm run docs\`.

Each setting is taken from the first of these places that has it: the flag, the environment variable, \`landfall.config.ts\`. An error about settings names all mistakes at once.

| exit code | meaning |
|---|---|
| 0 | everything was done |
| 1 | the work failed |
| 2 | the arguments, the settings or a definition are invalid |
| 3 | a file has more rejects than its limit |
| 130 | a person stopped it (Ctrl-C): the last line says what is kept, and what to do |

${help.join('\n')}`;
}

/** Whether the code is the reason for a rejected row. LF_REJECT_LIMIT is not: it fails a file. */
function isReject(code: string): boolean {
  return code in rejectCodes;
}

/** Escapes angle brackets, which Markdown would take for HTML. */
function escapeHtml(text: string): string {
  return text.replace(/[<>]/g, (char) => (char === '<' ? '&lt;' : '&gt;'));
}
