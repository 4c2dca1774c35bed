import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { examples } from '../../datasets/index.ts';
import { openDatabase } from '../../ledger/open-database.ts';
import { allExamples, isOfExample, type Registry } from '../../model/registry.ts';
import type { Config, ConfigMistake } from '../../platform/config/config.ts';
import { describeConfig } from '../../platform/config/config.ts';
import { maskedAddress } from '../../platform/config/webhook-endpoints.ts';
import { describeError } from '../../platform/errors/errors.ts';
import { checkQueue } from '../../platform/queue/redis-server.ts';
import { openStorage } from '../../platform/storage/index.ts';
import { schemeOf } from '../../platform/storage/schemes.ts';
import { missingVariables } from '../../sources/fetching/fill.ts';
import { howToAsk } from '../ask/how-to-ask.ts';
import { ExitCode } from '../exit-codes.ts';
import { type ReportFlags, reportCommand, settle } from '../settings.ts';

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
  /** The dataset that a broken definition stops. */
  readonly dataset?: string;
}

/** `landfall doctor`: shows the settings, and checks what they name. */
export function doctorCommand(): Command {
  const example = 'DATABASE_URL=postgres://db/landfall landfall doctor';
  return reportCommand(
    'doctor',
    'show the settings, and check that everything they name can be used',
    example,
  ).action(async (flags: ReportFlags) => {
    let mistakes: readonly ConfigMistake[] = [];
    const onMistakes = (found: readonly ConfigMistake[]) => {
      mistakes = found;
    };
    const { config, registry } = await settle(flags, { onMistakes });
    /** What a wrong setting names is not looked at: its default is not what is meant. */
    const findWith = async (name: string, setting: ConfigMistake['setting'], check: () => Promise<string>) =>
      mistakes.some((mistake) => mistake.setting === setting) ? unseen(name) : find(name, check);
    const findings: Finding[] = [
      nodeVersion(),
      ...mistakes.map(({ text }) => ({ name: 'setting', ok: false, detail: text, fix: fixSetting })),
      await findWith('database', 'databaseUrl', () => database(config)),
      await findWith('queue', 'redisUrl', () => queue(config)),
      await findWith('landing', 'landingUrl', () => folder(config.landingUrl)),
      await findWith('lake', 'lakeUrl', () => folder(config.lakeUrl)),
      await findWith('archive', 'archiveUrl', () => folder(config.archiveUrl)),
      ...webhooks(config),
      ...datasets(registry),
      ...environment(registry, config.datasets),
    ];
    const settings = describeConfig(config);
    if (flags.json) process.stdout.write(`${JSON.stringify({ settings, findings })}\n`);
    else {
      for (const [name, value] of Object.entries(settings))
        process.stdout.write(`  ${name.padEnd(23)} ${value}\n`);
      process.stdout.write('\n');
      for (const { name, ok, detail, fix } of findings) {
        process.stdout.write(`${ok ? '✓' : '✗'} ${name.padEnd(10)} ${detail}\n${fix ? `  → ${fix}\n` : ''}`);
      }
      if (findings.some(({ name, ok }) => name === 'database' && ok))
        process.stdout.write(`\n  ${howToAsk}\n`);
    }
    process.exitCode = findings.every((finding) => finding.ok) ? ExitCode.success : ExitCode.failed;
  });
}

const fixSetting = 'Correct it, or leave it out for its default.';

function unseen(name: string): Finding {
  return { name, ok: false, detail: 'not looked at: its setting has a mistake' };
}

/** Runs one check. An error becomes a finding with its fix. */
async function find(name: string, check: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, detail: await check() };
  } catch (error) {
    return failing(name, error);
  }
}

function failing(name: string, error: unknown): Finding {
  const { message, fix } = describeError(error);
  return { name, ok: false, detail: message, fix };
}

/** Where webhooks go. What is wrong with them is among the mistakes of settings. */
function webhooks({ webhooks: endpoints = [] }: Config): Finding[] {
  const shown = endpoints.map((endpoint) => {
    const plain = endpoint.url.startsWith('http:') ? ', without TLS' : '';
    return `${endpoint.name} (${maskedAddress(endpoint)}${plain}): ${endpoint.events.join(', ')}`;
  });
  const detail = `${shown.join('; ')}. \`landfall webhooks test\` tries them`;
  return endpoints.length === 0 ? [] : [{ name: 'webhooks', ok: true, detail }];
}

/** The datasets that can be loaded, and each broken definition. */
function datasets(registry: Registry): Finding[] {
  const names = registry.names().join(', ');
  const none = 'none yet: `landfall init FILE` writes a definition';
  return [
    { name: 'datasets', ok: true, detail: names || none },
    ...registry.broken().map(({ dataset, error }) => {
      return {
        name: 'dataset',
        ok: false,
        ...(dataset && { dataset }),
        detail: error.message,
        fix: error.fix,
      };
    }),
  ];
}

/**
 * The environment variables that sources need, and those that reference tables need, if there are any. Where all
 * examples are there, nobody has asked for one of them.
 */
function environment(registry: Registry, paths: readonly string[]): Finding[] {
  const left = paths.includes(allExamples) ? examples : [];
  const datasets = registry.all().filter(({ name }) => !left.some((example) => isOfExample(name, example)));
  const sources = datasets.flatMap((dataset) => dataset.sources);
  const references = datasets.flatMap((dataset) => dataset.references ?? []);
  return [
    ...variables('sources', sources, 'sources that need it cannot be fetched'),
    ...variables('references', references, 'files that are joined with what needs it fail'),
  ];
}

function variables(
  name: string,
  needing: readonly { readonly env: readonly string[] }[],
  what: string,
): Finding[] {
  const needed = [...new Set(needing.flatMap(({ env }) => env))].sort();
  if (needed.length === 0) return [];
  const missing = missingVariables(needing, process.env);
  if (missing.length === 0) return [{ name, ok: true, detail: `set: ${needed.join(', ')}` }];
  const fix = `Set each of them for the coordinator: ${what}.`;
  return [{ name, ok: false, detail: `${missing.join(', ')} not set in the environment`, fix }];
}

function nodeVersion(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    name: 'node',
    ok,
    detail: process.version,
    ...(!ok && { fix: 'Install Node.js 20.19 or newer.' }),
  };
}

async function database(config: Config): Promise<string> {
  const opened = await openDatabase(config);
  try {
    const { rows } = await opened.pool.query<{ version: string; wal: string }>(
      `select current_setting('server_version') as version, current_setting('wal_level') as wal`,
    );
    return `PostgreSQL ${rows[0].version}${opened.embedded ? ' (embedded)' : ''}, wal_level ${rows[0].wal}; the ledger is set up`;
  } finally {
    await opened.close();
  }
}

async function queue(config: Config): Promise<string> {
  const server = await checkQueue(config.redisUrl);
  if (server === null) return 'in PostgreSQL (for workers on several machines, set REDIS_URL)';
  return `Redis ${server.version}, maxmemory-policy ${server.policy}`;
}

async function folder(url: string): Promise<string> {
  if (schemeOf(url) !== 'folder') {
    const storage = await openStorage(url);
    for await (const _ of storage.list()) break;
    return `${url} can be listed`;
  }
  await mkdir(url, { recursive: true });
  await access(url, constants.R_OK | constants.W_OK);
  return `${url} is writable`;
}
