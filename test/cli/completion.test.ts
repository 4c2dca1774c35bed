/** The scripts of bash, zsh and fish, each asked by its shell. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionCommand } from '../../cli/completion.ts';
import { buildProgram } from '../../cli/program.ts';
import { tempFolder } from '../support/index.ts';
import { programOf } from '../support/programs.ts';

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

const commandNames = async () => (await buildProgram()).commands.map((command) => command.name());

describe.skipIf(programOf('bash') === null)('in bash', () => {
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
    expect(await completions('landfall', '')).toEqual(await commandNames());
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

describe.skipIf(programOf('fish') === null)('in fish', () => {
  /** Words that fish offers at the end of a line, each with its description. */
  async function completions(line: string): Promise<string[][]> {
    const folder = tempFolder();
    writeFileSync(join(folder, 'trips.csv'), '');
    const asks = `complete -C "$argv[1]"`;
    const said = execFileSync(
      'fish',
      ['--no-config', '-c', `${await scriptOf('fish')}\n${asks}`, line],
      // It keeps a history.
      { encoding: 'utf8', cwd: folder, env: { PATH: process.env.PATH, HOME: folder } },
    );
    return said
      .split('\n')
      .filter((word) => word !== '')
      .map((word) => word.split('\t'));
  }

  it('the first word is a command, with what it does', async () => {
    expect((await completions('landfall re')).map(([word]) => word).sort()).toEqual([
      'rebuild',
      'rejects',
      'replay',
    ]);
    expect((await completions('landfall ')).map(([word]) => word).sort()).toEqual(
      (await commandNames()).sort(),
    );
    expect(await completions('landfall undo')).toEqual([
      ['undo', expect.stringMatching(/^remove the rows, parts and rejects of a loaded file/)],
    ]);
  });

  it('a word that begins with a hyphen is an option of the command, with what it means', async () => {
    expect((await completions('landfall ingest --data')).map(([word]) => word).sort()).toEqual([
      '--database-url',
      '--dataset',
      '--datasets',
    ]);
    expect(await completions('landfall query --na')).toEqual([['--named', expect.stringMatching(/./)]]);
    expect(await completions('landfall ingest --na')).toEqual([]);
  });

  it('any other word is a file', async () => {
    expect((await completions('landfall ingest tri')).map(([word]) => word)).toEqual(['trips.csv']);
  });
});

describe.skipIf(programOf('zsh') === null)('in zsh', () => {
  /**
   * What the command is called with when a person types the line, presses Tab and then Enter: zsh completes only in a
   * terminal, which its module zpty plays. `before`: what ~/.zshrc has done by then.
   */
  async function called(line: string, before = ''): Promise<string> {
    const folder = tempFolder();
    writeFileSync(join(folder, 'trips.csv'), '');
    writeFileSync(join(folder, 'script'), await scriptOf('zsh'));
    const setUp = `${before}; source ./script; landfall() { print -r -- "called<$*>" }; PS1=; print read''y`;
    // Reads what there is until it has the text: a read that waits would wait for the end of a line.
    const driver = `
      zmodload zsh/zpty
      zpty -b shell zsh -f -i
      until_said() {
        said=
        repeat 600; do
          zpty -r -t shell piece && said+=$piece
          [[ $said == *$1* ]] && return
          sleep 0.05
        done
      }
      zpty -w shell ${quoted(setUp)}
      until_said $'\\nready'
      zpty -w -n shell ${quoted(`${line}\t\n`)}
      until_said $'>\\r'
      print -r -- "$said"`;
    const said = execFileSync('zsh', ['-f', '-c', driver], {
      ...{ encoding: 'utf8', cwd: folder, timeout: 60_000 },
      env: { PATH: process.env.PATH, HOME: folder, ZDOTDIR: folder, TERM: 'dumb' },
    });
    return /\ncalled<(.*)>/.exec(said)?.[1] ?? said;
  }
  const quoted = (text: string) =>
    `$'${text.replace(/[\\']/g, '\\$&').replaceAll('\t', '\\t').replaceAll('\n', '\\n')}'`;
  /** As root, folders of others are no reason to ask. */
  const initialised = 'autoload -Uz compinit; compinit -u';

  it('the first word is a command, and one with a hyphen an option of it', async () => {
    expect(await called('landfall repl', initialised)).toBe('replay');
    expect(await called('landfall query --nam', initialised)).toBe('query --named');
    expect(await called('landfall ingest --nam', initialised)).toBe('ingest --nam');
  });

  it('any other word is a file', async () => {
    expect(await called('landfall ingest tri', initialised)).toBe('ingest trips.csv');
  });

  it('completions that were added before stay', async () => {
    const before = `${initialised}; _other() { compadd othello }; compdef _other other; other() { landfall "$@" }`;
    expect(await called('other oth', before)).toBe('othello');
    expect(await called('landfall repl', ':')).toBe('replay');
  });
});
