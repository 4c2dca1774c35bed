/**
 * Scripts that complete commands and options in a shell, written from the program's own commands. Elsewhere the shell
 * completes names of files, as it does without them. The scripts are static: no process starts at a press of the key.
 */
import { Argument, Command } from 'commander';

/** What a script is made of. */
interface Completed {
  readonly name: string;
  readonly description: string;
  readonly options: readonly { readonly long: string; readonly description: string }[];
}

const shells = { bash, zsh, fish };
type Shell = keyof typeof shells;

/** `landfall completion SHELL`: prints the script. `program`: gives the whole program when it is needed. */
export function completionCommand(program: () => Promise<Command>): Command {
  return new Command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      '\nExample:\n  source <(landfall completion bash)     (in ~/.bashrc; zsh: in ~/.zshrc)\n  landfall completion fish > ~/.config/fish/completions/landfall.fish',
    )
    .action(async (shell: Shell) => {
      process.stdout.write(shells[shell](completedOf(await program())));
    });
}

function completedOf(program: Command): Completed[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [
      ...command.options,
      { long: '--help', description: 'show the arguments and an example' },
    ].flatMap(({ long, description }) => (long == null ? [] : [{ long, description }])),
  }));
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(
    ({ name, options }) => `      ${name}) offered='${options.map(({ long }) => long).join(' ')}' ;;`,
  );
  return `# Completes landfall in bash.
_landfall() {
  local word="\${COMP_WORDS[COMP_CWORD]}" offered=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    offered='${commands.map(({ name }) => name).join(' ')}'
  elif [[ "$word" == -* ]]; then
    case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$offered" -- "$word"))
}
complete -o bashdefault -o default -F _landfall landfall
`;
}

/** zsh runs completions of bash. Its own are initialised once: a second time would forget what others have added. */
function zsh(commands: readonly Completed[]): string {
  return `if ! whence compdef > /dev/null; then
  autoload -Uz compinit
  compinit
fi
autoload -Uz bashcompinit
bashcompinit
${bash(commands)}`;
}

function fish(commands: readonly Completed[]): string {
  const first = "'test (count (commandline -opc)) -eq 1'";
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c landfall -f -n ${first} -a ${name} -d ${quoted(description)}`,
    ...options.map(
      ({ long, description }) =>
        `complete -c landfall -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)} -d ${quoted(description)}`,
    ),
  ]);
  return `# Completes landfall in fish.\n${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
