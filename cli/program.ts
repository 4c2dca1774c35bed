/** Every command, its flags and its help. The commands themselves are in commands/. */
import { Command } from 'commander';
import { packageVersion } from '../platform/package/package-version.ts';

/** Each command is loaded on demand, so that none waits for the modules of another. */
const commands: Record<string, () => Promise<() => Command>> = {
  up: async () => (await import('./commands/up.ts')).upCommand,
  coordinator: async () => (await import('./commands/coordinator.ts')).coordinatorCommand,
  worker: async () => (await import('./commands/worker.ts')).workerCommand,
  ingest: async () => (await import('./commands/ingest.ts')).ingestCommand,
  run: async () => (await import('./commands/run.ts')).runCommand,
  backfill: async () => (await import('./commands/backfill.ts')).backfillCommand,
  sources: async () => (await import('./commands/sources.ts')).sourcesCommand,
  init: async () => (await import('./commands/init.ts')).initCommand,
  generate: async () => (await import('./commands/generate.ts')).generateCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  query: async () => (await import('./ask/query.ts')).queryCommand,
  psql: async () => (await import('./ask/psql.ts')).psqlCommand,
  url: async () => (await import('./ask/url.ts')).urlCommand,
  watch: async () => (await import('./commands/watch.ts')).watchCommand,
  rejects: async () => (await import('./commands/rejects.ts')).rejectsCommand,
  replay: async () => (await import('./commands/replay.ts')).replayCommand,
  accept: async () => (await import('./commands/accept.ts')).acceptCommand,
  undo: async () => (await import('./commands/undo.ts')).undoCommand,
  rebuild: async () => (await import('./commands/rebuild.ts')).rebuildCommand,
  actions: async () => (await import('./commands/upkeep/actions.ts')).actionsCommand,
  verify: async () => (await import('./commands/upkeep/verify.ts')).verifyCommand,
  compact: async () => (await import('./commands/upkeep/compact.ts')).compactCommand,
  prune: async () => (await import('./commands/upkeep/prune.ts')).pruneCommand,
  webhooks: async () => (await import('./commands/upkeep/webhooks.ts')).webhooksCommand,
  ddl: async () => (await import('./commands/ddl.ts')).ddlCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  completion: async () => {
    const { completionCommand } = await import('./completion.ts');
    return () => completionCommand(buildProgram);
  },
};

/** Other names of commands. */
const aliases: Record<string, string> = { audit: 'verify' };

/** Those that run as services, under a supervisor. The others are for a person, who may read them from a file. */
const services: readonly string[] = ['coordinator', 'worker'];

/**
 * A new program. It throws CommanderError instead of exiting, so that it can be tested.
 * @param wanted the command that will be run; all commands are loaded if it is unknown or not given
 */
export async function buildProgram(wanted = ''): Promise<Command> {
  const program = new Command('landfall')
    .description(
      'Loads CSV files into a partitioned Parquet lake and a Postgres star schema, each row exactly once.',
    )
    .version(packageVersion())
    .showHelpAfterError('(`landfall COMMAND --help` shows the arguments and an example)');
  const named = Object.hasOwn(aliases, wanted) ? aliases[wanted] : wanted;
  const names = Object.hasOwn(commands, named) ? [named] : Object.keys(commands);
  const made = await Promise.all(names.map((name) => commands[name]()));
  for (const command of made) program.addCommand(command());
  for (const command of program.commands) {
    command.exitOverride();
    command.showHelpAfterError(`(\`landfall ${command.name()} --help\` shows the arguments and an example)`);
  }
  program.exitOverride();
  // Workers that it starts take over how it logs.
  program.hook('preAction', (_, command) => {
    if (!services.includes(command.name())) process.env.LANDFALL_LOG_FORMAT ??= 'text';
  });
  return program;
}
