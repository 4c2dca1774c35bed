/** Help, versions and wrong calls, in this process. */
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { ExitCode, exitCodeOf, worst } from '../../cli/exit-codes.ts';
import { buildProgram } from '../../cli/program.ts';
import { LandfallError } from '../../platform/errors/errors.ts';

const commands = [
  'up',
  'coordinator',
  'worker',
  'ingest',
  'run',
  'backfill',
  'sources',
  'init',
  'generate',
  'status',
  'query',
  'psql',
  'url',
  'watch',
  'rejects',
  'replay',
  'accept',
  'undo',
  'rebuild',
  'actions',
  'verify',
  'compact',
  'prune',
  'webhooks',
  'ddl',
  'doctor',
  'demo',
  'completion',
];

/** Runs the program without letting it print. */
async function call(...args: string[]): Promise<unknown> {
  const program = await buildProgram(args[0]);
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  return program.parseAsync(['node', 'landfall', ...args]).catch((error: unknown) => error);
}

describe('the landfall command', () => {
  it('has every command of the design', async () => {
    expect((await buildProgram()).commands.map((command) => command.name())).toEqual(commands);
  });

  it.each(commands)('%s --help shows an example', async (name) => {
    const command = (await buildProgram(name)).commands.find((entry) => entry.name() === name)!;
    let help = '';
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    expect(help).toContain('Usage: landfall');
    expect(help).toContain(`Example:`);
    expect(help.split('Example:')[1]).toContain(`landfall ${name}`);
  });

  it('refuses unknown commands, unknown flags and missing arguments', async () => {
    for (const args of [['dance'], ['ingest'], ['status', '--loud'], ['generate', 'trips', '--rows', '10']]) {
      const error = await call(...args);
      expect(error, args.join(' ')).toBeInstanceOf(CommanderError);
      expect((error as CommanderError).exitCode).not.toBe(0);
    }
  });

  it('says what is wrong with a number and with an unknown dataset', async () => {
    expect(await call('generate', 'trips', '--rows', 'many', '--out', '-')).toMatchObject({
      code: 'LF_USAGE',
      message: expect.stringContaining("'many'"),
    });
    expect(await call('generate', 'planets', '--rows', '1', '--out', '/dev/null')).toMatchObject({
      code: 'LF_GENERATOR_UNKNOWN',
    });
    expect(await call('ddl', 'planets')).toBeInstanceOf(LandfallError);
  });
});

describe('exit codes', () => {
  it('tell a wrong call, rejects and failures apart', () => {
    expect(exitCodeOf('LF_CONFIG')).toBe(ExitCode.usage);
    expect(exitCodeOf('LF_REJECT_LIMIT')).toBe(ExitCode.rejects);
    expect(exitCodeOf('LF_FILE_EMPTY')).toBe(ExitCode.failed);
    expect(exitCodeOf('LF_FILE_EMPTY', 'ingest')).toBe(ExitCode.failed);
    expect(exitCodeOf('LF_FILE_EMPTY', 'init')).toBe(ExitCode.usage);
    expect(exitCodeOf('LF_INTERNAL', 'init')).toBe(ExitCode.failed);
  });

  it('report the worst of several files', () => {
    expect(worst([ExitCode.success, ExitCode.success])).toBe(ExitCode.success);
    expect(worst([ExitCode.success, ExitCode.rejects])).toBe(ExitCode.rejects);
    expect(worst([ExitCode.usage])).toBe(ExitCode.usage);
    expect(worst([ExitCode.rejects, ExitCode.failed])).toBe(ExitCode.failed);
  });
});
