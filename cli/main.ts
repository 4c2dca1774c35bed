#!/usr/bin/env node
/** The `landfall` command: parses the arguments, runs a command, and reports an error with its exit code. */
import { CommanderError } from 'commander';
import { describeError } from '../platform/errors/errors.ts';
import { ExitCode, exitCodeOf } from './exit-codes.ts';
import { buildProgram } from './program.ts';

/** How long a command that has failed may take to release its resources, in ms. */
const lingerMs = 5000;

for (const output of [process.stdout, process.stderr]) output.on('error', stopWithoutReader);

const wantsJson = process.argv.includes('--json');

try {
  const program = await buildProgram(process.argv[2]);
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has already printed the error, or the help.
    process.exitCode = error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
  } else {
    const { code, message, fix } = describeError(error);
    if (wantsJson) process.stderr.write(`${JSON.stringify({ error: { code, message, fix } })}\n`);
    else process.stderr.write(`landfall: ${message} [${code}]\n  → ${fix}\n`);
    if (process.env.LANDFALL_DEBUG) console.error(error);
    process.exitCode = exitCodeOf(code, process.argv[2]);
    // The caller waits for the process to end, but the failed command may have left a connection open.
    setTimeout(() => process.exit(), lingerMs).unref();
  }
}

/** Stops the command when what reads its output has ended, such as `head`, in the way that a signal stops it. */
function stopWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  for (const output of [process.stdout, process.stderr])
    output.off('error', stopWithoutReader).on('error', () => {});
  process.kill(process.pid, 'SIGTERM');
}
