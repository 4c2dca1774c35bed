#!/usr/bin/env node
/** The `landfall` command: parse, run, turn what went wrong into words and an exit code. */
import { CommanderError } from 'commander';
import { describeError } from '../platform/errors/errors.ts';
import { ExitCode, exitCodeOf } from './exit-codes.ts';
import { buildProgram } from './program.ts';

/** How long a command that has failed may take to let go of what it holds, in ms. */
const lingerMs = 5000;

const wantsJson = process.argv.includes('--json');

try {
  const program = await buildProgram(process.argv[2]);
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what was wrong (or printed the help that was asked for).
    process.exitCode = error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
  } else {
    const { code, message, fix } = describeError(error);
    if (wantsJson) process.stderr.write(`${JSON.stringify({ error: { code, message, fix } })}\n`);
    else process.stderr.write(`landfall: ${message} [${code}]\n  → ${fix}\n`);
    if (process.env.LANDFALL_DEBUG) console.error(error);
    process.exitCode = exitCodeOf(code);
    // Whoever started us waits for the end. What failed may have left a connection behind that never ends.
    setTimeout(() => process.exit(), lingerMs).unref();
  }
}
