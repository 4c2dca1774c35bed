/** Logs: to standard error, because standard output belongs to results. */
import pino from 'pino';
import { LandfallError } from '../errors/errors.ts';
import { retryOf } from '../errors/retry.ts';

export type Log = pino.Logger;

const levels: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
/** Members that hold secrets, at the first or second level of a logged object. */
const secrets = ['databaseUrl', 'redisUrl', 'token', 'tokens', 'password', 'url.password'];

/**
 * Whether standard error is for people: each entry is a line of text, beside those that a command prints. Otherwise each
 * line is a JSON object, whoever writes it. LANDFALL_LOG_FORMAT decides, text or json, and without it the terminal.
 */
export function isForPeople(): boolean {
  const format = process.env.LANDFALL_LOG_FORMAT;
  return format === 'text' || (format !== 'json' && process.stderr.isTTY === true);
}

/**
 * A log under `name`, to standard error.
 * @param options.level lowest level that is written; default LANDFALL_LOG, else info
 */
export function createLog(name: string, options: { level?: pino.Level | 'silent' } = {}): Log {
  const wanted = options.level ?? process.env.LANDFALL_LOG ?? 'info';
  const level = wanted === 'silent' || Object.values(levels).includes(wanted) ? wanted : 'info';
  const redact = { paths: [...secrets, ...secrets.map((secret) => `*.${secret}`)], censor: '***' };
  // Written at once, so that nothing is lost when the process ends.
  const destination = pino.destination({ fd: 2, sync: true });
  const stream = isForPeople() ? { write: (line: string) => destination.write(toText(line)) } : destination;
  const hooks: pino.LoggerOptions['hooks'] = {
    logMethod(args, method, at) {
      const [entry] = args as unknown[];
      if (at < errorLevel && isWithError(entry))
        (args as unknown[])[0] = { ...entry, err: withoutStack(plainError(entry.err)) };
      method.apply(this, args);
    },
  };
  return pino({ name, level, redact, hooks, serializers: { err: (error) => plainError(error) } }, stream);
}

/** The lowest level of entries that may have a stack: warnings are for people who run Landfall. */
const errorLevel = 50;

function isWithError(entry: unknown): entry is { err: Error } {
  return typeof entry === 'object' && entry !== null && (entry as { err?: unknown }).err instanceof Error;
}

function withoutStack(plain: unknown): unknown {
  const { stack: _, cause, ...rest } = plain as { stack?: string; cause?: unknown };
  return cause === undefined ? rest : { ...rest, cause: withoutStack(cause) };
}

/**
 * What a reader needs of an error. The drivers attach their whole client to theirs, password included.
 * An error with a code says what is wrong; a stack says where in the code an unexpected one arose, at level error.
 * Where a code means that trying again would not help, the cause is explained as well and has no stack either.
 */
function plainError(error: unknown, isExplained = false): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack } = error;
  const { code } = error as { code?: unknown };
  const coded = error instanceof LandfallError && error.code !== 'LF_INTERNAL';
  const explained = isExplained || (coded && retryOf(error) === 'never');
  return {
    type: name,
    message,
    ...(typeof code === 'string' && { code }),
    ...(coded && { fix: error.fix }),
    ...(error.cause instanceof Error && { cause: plainError(error.cause, explained) }),
    ...(!coded && !explained && { stack }),
  };
}

/** One entry as a line of text: `12:30:01 warn  worker  lost the chunk  fileId=3 chunk=7`. */
export function toText(line: string): string {
  const { level, time, name, msg, pid: _, hostname: __, err, ...rest } = JSON.parse(line);
  const clock = new Date(time).toTimeString().slice(0, 8);
  const words = [clock, (levels[level] ?? String(level)).padEnd(5), name, printable(msg ?? '')];
  if (err) words.push(`(${printable(err.message ?? String(err))})`);
  for (const [key, value] of Object.entries(rest)) {
    words.push(`${key}=${typeof value === 'string' ? printable(value) : JSON.stringify(value)}`);
  }
  return `${words.join(' ')}\n`;
}

/** File names and values come from others, and must not move the cursor. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => JSON.stringify(char).slice(1, -1));
}
