/** The script of bash, asked as bash asks it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completionCommand } from '../../cli/completion.ts';
import { buildProgram } from '../../cli/program.ts';

async function scriptOf(shell: string): Promise<string> {
  let script = '';
  const write = process.stdout.write;
  process.stdout.write = ((text: string) => {
    script += text;
    return true;
  }) as typeof write;
  try {
    await completionCommand(buildProgram).parseAsync(['node', 'completion', shell]);
  } finally {
    process.stdout.write = write;
  }
  return script;
}

const hasBash = spawnSync('bash', ['--version']).status === 0;

describe.skipIf(!hasBash)('in bash', () => {
  async function completions(...words: string[]): Promise<string[]> {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const asks = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _landfall; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const said = execFileSync('bash', ['--norc', '-c', `${await scriptOf('bash')}\n${asks}`], {
      encoding: 'utf8',
    });
    return said.split('\n').filter((word) => word !== '');
  }

  it('the first word is a command', async () => {
    expect(await completions('landfall', 're')).toEqual(['rejects', 'replay', 'rebuild']);
    const all = (await buildProgram()).commands.map((command) => command.name());
    expect(await completions('landfall', '')).toEqual(all);
  });

  it('a word that begins with a hyphen is an option of the command', async () => {
    expect(await completions('landfall', 'ingest', '--data')).toEqual([
      '--database-url',
      '--datasets',
      '--dataset',
    ]);
    expect(await completions('landfall', 'query', '--na')).toEqual(['--named']);
    expect(await completions('landfall', 'ingest', '--na')).toEqual([]);
    expect(await completions('landfall', 'nothing', '--h')).toEqual([]);
  });

  it('any other word is left to the shell, which knows files', async () => {
    expect(await completions('landfall', 'ingest', 'tri')).toEqual([]);
    expect(await scriptOf('bash')).toContain('-o default');
  });
});

it('fish has each command and option with its description', async () => {
  const script = await scriptOf('fish');
  expect(script).toContain("-a undo -d 'remove the rows, parts and rejects of a loaded file");
  expect(script).toMatch(/fish_seen_subcommand_from ingest' -l dataset -d 'dataset of the files/);
});

it('zsh runs the script of bash', async () => {
  expect(await scriptOf('zsh')).toContain(await scriptOf('bash'));
});
