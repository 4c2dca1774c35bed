import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { checkDatasetName, datasetNameOf } from '../../model/infer/names/dataset-name.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import {
  type SourceFlags,
  type SourceKind,
  sourceKinds,
  withSample,
} from '../init/fetched/look-at-source.ts';
import { fileSubject, filesOf, nameSource, sourceSubject } from '../init/subject.ts';
import { type WriteOptions, writeDefinition } from '../init/write-definition.ts';

type Flags = WriteOptions &
  Omit<SourceFlags, 'source'> & {
    readonly name?: string;
    readonly out?: string;
    readonly source?: SourceKind;
    readonly config?: boolean;
  };

/** Flags that only a source of one kind has. */
const flagsOfKind: Readonly<Record<SourceKind, readonly (keyof SourceFlags)[]>> = {
  http: ['httpHeader', 'from', 'to'],
  s3: ['match'],
  postgres: ['table', 'key', 'cursor'],
};

/** `landfall init`: reads files, or what a source gives, and writes a definition that loads it. */
export function initCommand(): Command {
  return new Command('init')
    .description('read files or a source, write the definition of a dataset that loads them')
    .argument(
      '[file...]',
      'files of delimited text or JSON, compressed or not, or a folder of them; with --source its address, in which {env:NAME} stands for a variable',
    )
    .option('--name <name>', "the dataset's name (default: from the file's)")
    .option('--out <file>', 'where to write (default: datasets/NAME/dataset.ts); - for standard output')
    .option('--header', 'the first record names the columns (default: what the file shows)')
    .option('--no-header', 'the first record is a row')
    .addOption(new Option('--source <kind>', 'look at a source, and write it too').choices(sourceKinds))
    .option('--http-header <header...>', "http: sent with each request, 'name: value'")
    .option('--from <instant>', 'http: the window that is looked at, if the address has {from}')
    .option('--to <instant>', 'http: where that window ends (default: now)')
    .option('--match <pattern>', 's3: keys that are taken (default: those with the commonest ending)')
    .option('--table <table>', 'postgres: schema.table')
    .option('--key <columns...>', 'postgres: columns that identify a row (default: the primary key)')
    .option('--cursor <column>', 'postgres: the column that grows with each change (default: by its name)')
    .option('--config', 'write a landfall.config.ts with every setting in a comment, and nothing else')
    .option('--json', 'print what was found as one JSON object on standard output')
    .addHelpText(
      'after',
      '\nExample:\n  landfall init orders.csv --name orders\n  landfall ingest orders.csv --dataset orders\n\n  landfall init --source postgres {env:CRM_URL} --table public.customers\n  landfall run customers.database\n\nExit code: 0 written, 1 failed, 2 invalid usage, no such file or table, or not a table',
    )
    .action(async (paths: string[], flags: Flags) => {
      if (flags.config) return writeConfig(paths);
      if (paths.length === 0)
        throw new LandfallError('LF_USAGE', {
          problem: 'there is no file, as in `landfall init orders.csv`',
        });
      refuseForeignFlags(paths, flags);
      const { source } = flags;
      const named = source === undefined ? nameSource(paths) : sourceNamed(paths[0], flags);
      const name = checkDatasetName(flags.name ?? datasetNameOf(named));
      const out = flags.out ?? join('datasets', name, 'dataset.ts');
      if (out !== '-' && existsSync(out)) throw new LandfallError('LF_INIT_EXISTS', { out });
      if (source === undefined)
        return writeDefinition(fileSubject(await filesOf(paths)), { ...flags, name, out });
      return withSample(name, paths[0], { ...flags, source }, (sampled) =>
        writeDefinition(sourceSubject(sampled), { ...flags, name, out }),
      );
    });
}

const configFile = 'landfall.config.ts';

async function writeConfig(paths: readonly string[]): Promise<void> {
  if (paths.length > 0)
    throw new LandfallError('LF_USAGE', { problem: '--config writes settings, and takes no file' });
  if (existsSync(configFile)) throw new LandfallError('LF_INIT_EXISTS', { out: configFile });
  const { starterConfig } = await import('../init/starter-config.ts');
  writeFileSync(configFile, starterConfig());
  process.stdout.write(
    `Wrote ${configFile}. Take away the // before what you change; \`landfall doctor\` shows it.\n`,
  );
}

/** Throws LF_USAGE. */
function refuseForeignFlags(paths: readonly string[], flags: Flags): void {
  for (const kind of sourceKinds) {
    const given = flagsOfKind[kind].filter((flag) => flags[flag] !== undefined);
    if (flags.source === kind || given.length === 0) continue;
    const [flag] = given.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw new LandfallError('LF_USAGE', { problem: `${flag} needs --source ${kind}` });
  }
  if (flags.source !== undefined && paths.length > 1)
    throw new LandfallError('LF_USAGE', { problem: `a source has one address, and not ${paths.length}` });
}

/** What the dataset of a source is named after: the table, or the end of the address. */
function sourceNamed(address: string, { source, table }: Flags): string {
  if (source === 'postgres') return table?.split('.').at(-1)?.replaceAll('"', '') ?? 'table';
  const path = address
    .replaceAll(/\{[^}]*\}/g, '')
    .replace(/[?#].*$/, '')
    .replace(/^\w+:\/\/[^/]*/, '')
    .replace(/\/+$/, '');
  return path.split('/').at(-1) || 'dataset';
}
