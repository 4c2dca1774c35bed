import { text as readText } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { type Answer, firstRows, type Question } from '../../coordinator/ask/answer.ts';
import { askLake } from '../../coordinator/ask/ask-lake.ts';
import { askStar } from '../../coordinator/ask/ask-star.ts';
import { readValues } from '../../coordinator/ask/parameters.ts';
import { datasetNamed, type Registry } from '../../model/registry.ts';
import type { Config } from '../../platform/config/config.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { wholeNumber } from '../commands/generate.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { count } from '../terminal/format.ts';
import { schemasOf } from './schemas.ts';
import { withDatabase } from './with-database.ts';
import { type Format, formatOf, formats, writeAnswer } from './write-answer.ts';

/** Rows of a table that are shown unless --rows asks for more. */
const tableRows = 1000;

interface QueryFlags extends Omit<SettingFlags, 'lake'> {
  lake?: boolean;
  lakeUrl?: string;
  asOf?: number;
  named?: string;
  format?: Format;
  out?: string;
  rows?: number;
  timeout: number;
}

/** `landfall query SQL`: asks the star, or the lake, and only reads. */
export function queryCommand(): Command {
  return withSettings(new Command('query'), { lake: '--lake-url' })
    .description('ask the star with SQL, or the lake with DuckDB; it only reads')
    .argument('[sql]', 'one statement, or - to read it from standard input')
    .option('--lake', 'ask the lake, in which each dataset is a view of its name')
    .option(
      '--as-of <snapshot>',
      'with --lake: as it was at the snapshot of this number',
      wholeNumber('--as-of'),
    )
    .option('--named <dataset/query>', 'a query of a definition; its parameters are options: --region Prague')
    .addOption(new Option('--format <format>', 'default: by the name of --out, else table').choices(formats))
    .option('--out <file>', 'write to a file instead of standard output')
    .option(
      '--rows <n>',
      `rows at most (default: ${count(tableRows)} in a table, else all)`,
      wholeNumber('--rows'),
    )
    .option('--timeout <seconds>', 'stop a query that runs longer; 0: never', wholeNumber('--timeout'), 60)
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText(
      'after',
      `
Names without a schema are those of the star. Times are in UTC.

Example:
  landfall query "select region, trips_per_week from weekly_average"
  landfall query --named trips/weekly_average --region Prague --format json
  landfall query --lake "select month, count(*) from trips group by 1" --out months.parquet`,
    )
    .action(async (_sql: string | undefined, flags: QueryFlags, command: Command) => {
      const { lake: inLake, lakeUrl, ...others } = flags;
      const { config, registry } = await settle({
        ...others,
        ...(lakeUrl !== undefined && { lake: lakeUrl }),
      });
      const format = formatOf(flags);
      const named = flags.named === undefined ? null : namedQuestion(flags, registry, command.args);
      const question = named ?? { sql: await sqlOf(command.args), seconds: flags.timeout };
      if (flags.asOf !== undefined && !inLake) throw usage('--as-of is for --lake: the star is as it is now');
      if (named !== null && inLake) throw usage('named queries ask the star; leave out --lake');
      const write = async (answer: Answer) => {
        const most = flags.rows ?? (format === 'table' ? tableRows : Number.POSITIVE_INFINITY);
        let isCut = false;
        const shown = firstRows(answer, most, () => {
          isCut = true;
        });
        await writeAnswer(shown, { format, out: flags.out });
        if (isCut && flags.rows === undefined)
          process.stderr.write(
            `These are the first ${count(most)} rows. --rows shows more; --format csv writes all.\n`,
          );
      };
      await ask({ config, registry, inLake: inLake === true }, { ...question, asOf: flags.asOf }, write);
    });
}

interface Asked {
  readonly config: Config;
  readonly registry: Registry;
  readonly inLake: boolean;
}

function ask(
  { config, registry, inLake }: Asked,
  question: Question,
  write: (answer: Answer) => Promise<void>,
): Promise<void> {
  return withDatabase(config, ({ pool }) =>
    inLake
      ? askLake({ pool, registry, config }, question, write)
      : askStar(pool, question, schemasOf(registry), write),
  );
}

/** The SQL of the command line. Throws LF_USAGE for none, and for what is left over. */
async function sqlOf(args: readonly string[]): Promise<string> {
  const option = args.find((arg) => /^--?[a-z]/i.test(arg));
  if (option !== undefined)
    throw usage(`there is no option ${option.split('=')[0]}; parameters belong to --named DATASET/QUERY`);
  if (args.length > 1)
    throw usage(`the SQL is one argument, in quotes; ${JSON.stringify(args[1])} follows it`);
  const [sql] = args;
  if (sql === undefined) throw usage('there is no SQL, as in `landfall query "select 1"`, and no --named');
  return sql === '-' ? readText(process.stdin) : sql;
}

/** The question of a named query, with the values from `--name value` and `--name=value`. */
function namedQuestion(flags: QueryFlags, registry: Registry, args: readonly string[]): Question {
  const [dataset, name, ...rest] = flags.named!.split('/');
  if (name === undefined || name === '' || rest.length > 0)
    throw usage(`--named takes DATASET/QUERY, not ${JSON.stringify(flags.named)}`);
  const { queries } = datasetNamed(registry, dataset);
  const query = queries.find((one) => one.name === name);
  if (query === undefined) {
    const known = queries.map((one) => one.name).join(', ') || 'none';
    throw usage(`${dataset} has no query ${name}; it has ${known}`);
  }
  const { values, mistakes } = readValues(query, parametersOf(args));
  if (mistakes.length > 0) throw usage(mistakes.join('; '));
  return { sql: query.sql, values, seconds: flags.timeout };
}

function parametersOf(args: readonly string[]): URLSearchParams {
  const given = new URLSearchParams();
  for (let i = 0; i < args.length; i++) {
    const [, name, value] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(args[i]) ?? [];
    if (name === undefined) throw usage(`--named takes no SQL, and ${JSON.stringify(args[i])} is no option`);
    if (value === undefined && i + 1 === args.length) throw usage(`--${name} has no value`);
    given.append(name, value ?? args[++i]);
  }
  return given;
}

function usage(problem: string): LandfallError {
  return new LandfallError('LF_USAGE', { problem });
}
