/** The exit codes, as docs/cli.md describes them. */
export const ExitCode = {
  success: 0,
  /** The work failed. */
  failed: 1,
  /** The arguments, the settings or a definition are invalid. */
  usage: 2,
  /** A file has more rejects than its limit. */
  rejects: 3,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const usageErrors = new Set([
  'LF_CONFIG',
  'LF_USAGE',
  'LF_DATASET_UNKNOWN',
  'LF_DEFINITION',
  'LF_GENERATOR_UNKNOWN',
  'LF_INIT',
  'LF_INIT_EXISTS',
  'LF_INIT_NAME',
  'LF_INIT_SOURCE',
  'LF_INIT_TABLE',
  'LF_SOURCE_SPAN',
  'LF_SOURCE_UNKNOWN',
  'LF_SOURCE_WINDOW',
  'LF_WATCH_TOKEN',
  'LF_WEBHOOK_DELIVERY',
  'LF_WEBHOOK_UNKNOWN',
]);

/** What makes a file no table: `init` was called with the wrong one. */
const tableErrors = new Set([
  'LF_FILE_MISSING',
  'LF_FILE_KIND',
  'LF_FILE_BINARY',
  'LF_FILE_EMPTY',
  'LF_HEADER',
  'LF_HEADER_LONG',
  'LF_HEADER_WIDE',
  'LF_UNPACK',
  'LF_ZIP_EMPTY',
  'LF_ZIP_ENCRYPTED',
  'LF_ZIP_HEADERS',
]);

/** The exit code of an error's code in `landfall COMMAND`. */
export function exitCodeOf(code: string, command?: string): ExitCode {
  if (code === 'LF_REJECT_LIMIT') return ExitCode.rejects;
  if (command === 'init' && tableErrors.has(code)) return ExitCode.usage;
  return usageErrors.has(code) ? ExitCode.usage : ExitCode.failed;
}

/** The worst of several outcomes: failed, then usage, then rejects, then success. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const order = [ExitCode.failed, ExitCode.usage, ExitCode.rejects];
  return order.find((code) => codes.includes(code)) ?? ExitCode.success;
}
