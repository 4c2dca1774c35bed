/** Every command, its flags and its help. The commands themselves are in commands/. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { coordinatorCommand } from './commands/coordinator.ts';
import { ddlCommand } from './commands/ddl.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { generateCommand } from './commands/generate.ts';
import { ingestCommand } from './commands/ingest.ts';
import { initCommand } from './commands/init.ts';
import { rejectsCommand } from './commands/rejects.ts';
import { replayCommand } from './commands/replay.ts';
import { statusCommand } from './commands/status.ts';
import { undoCommand } from './commands/undo.ts';
import { upCommand } from './commands/up.ts';
import { watchCommand } from './commands/watch.ts';
import { workerCommand } from './commands/worker.ts';

/** The package's version, wherever this file runs from. */
export function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
    } catch {
      // dist/cli is one folder deeper than cli.
    }
  }
  return '0.0.0';
}

/** A fresh program; throws CommanderError instead of exiting, so that it can be tested. */
export function buildProgram(): Command {
  const program = new Command('landfall')
    .description(
      'CSV files in; a partitioned Parquet lake and a Postgres star schema out, once, and watched.',
    )
    .version(version())
    .showHelpAfterError('(`landfall --help` and `landfall COMMAND --help` show examples)');
  const commands = [
    upCommand,
    coordinatorCommand,
    workerCommand,
    ingestCommand,
    initCommand,
    generateCommand,
    statusCommand,
    watchCommand,
    rejectsCommand,
    replayCommand,
    undoCommand,
    ddlCommand,
    doctorCommand,
    demoCommand,
  ];
  for (const command of commands) program.addCommand(command());
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}
