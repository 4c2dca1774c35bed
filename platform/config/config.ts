/**
 * Settings. Flags override the environment, the environment overrides landfall.config.ts, and that overrides
 * the defaults. All mistakes are reported at once, each with where it came from, and no secret is printed.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { crashPointMistake } from '../errors/crash-points.ts';
import { LandfallError } from '../errors/errors.ts';
import { importFault } from '../errors/import-fault.ts';
import { isRedisAddress, maskSentinels } from '../queue/redis-address.ts';
import { type S3Settings, s3Defaults } from '../storage/s3/s3-settings.ts';
import { addressesOf, isWithin } from '../storage/schemes.ts';
import { unpackedBytesDefault } from '../storage/unpack/limits.ts';
import { tokenSchema, tokensSchema } from './access-tokens.ts';
import { defaultDatasets } from './default-datasets.ts';
import { ageText, defaultKeepReplaced, type KeepRule, keepText } from './keep.ts';
import { ageSchema, keepSchema } from './keep-settings.ts';
import type { AccessToken } from './token-roles.ts';
import { maskedAddress, type WebhookEndpoint, type WebhookSetting } from './webhook-endpoints.ts';
import { webhooksSchema } from './webhooks.ts';

/** The settings that apply. */
export interface Config extends S3Settings {
  /** Where embedded state lives; absolute path. Default: ./.landfall */
  readonly home: string;
  /** Null: the embedded server under `home`. */
  readonly databaseUrl: string | null;
  /** Null: the queue lives in PostgreSQL. */
  readonly redisUrl: string | null;
  /** Folder (absolute path) or s3://bucket/prefix. Defaults ./landing, ./lake, ./archive */
  readonly landingUrl: string;
  readonly lakeUrl: string;
  readonly archiveUrl: string;
  /** Failed files go here: `failed` beside the archive. */
  readonly failedUrl: string;
  readonly host: string;
  readonly port: number;
  /** May do everything. */
  readonly token: string | null;
  /** Tokens with names and roles. */
  readonly tokens?: readonly AccessToken[];
  /** Whether the server has the console of the queue: /queue. Default: false. */
  readonly queueConsole?: boolean;
  /** Where it is told what happens to files, marts and datasets. */
  readonly webhooks?: readonly WebhookEndpoint[];
  readonly workers: number;
  readonly chunkBytes: number;
  /** What one compressed file may unpack to, in bytes. */
  readonly unpackedBytes: number;
  /** What one upload may have, in bytes. */
  readonly uploadBytes: number;
  /** Seconds for which an outage (a server that is away, a full disk) is waited out. */
  readonly outageTimeout: number;
  /** Seconds between lines of the coordinator's log that say how much waits; 0: none. */
  readonly logBacklog: number;
  /** How long a process may be silent before its work is taken over, in ms. */
  readonly lockMs: number;
  /** How long a process that is told to stop may spend on work in flight, in ms. */
  readonly stopMs: number;
  /** How long `landfall prune` keeps what is left of files; for ever, where no rule says otherwise. */
  readonly keep: readonly KeepRule[];
  /** How long parts that other parts have replaced stay for readers that have begun, in ms. */
  readonly keepReplaced: number;
  /** Folders or files with dataset definitions, and `example:NAME` for those that ship with Landfall. */
  readonly datasets: readonly string[];
  /** The folders and files are the default: they need not exist. */
  readonly datasetsOptional?: boolean;
}

/** Members that are derived from others. */
type Derived = 'failedUrl' | 'datasetsOptional';

/** Flags as the command line gives them: text, or values that a program passes. Undefined: not given. */
export type ConfigFlags = {
  readonly [name in Exclude<keyof Config, Derived>]?:
    | string
    | number
    | boolean
    | readonly (string | AccessToken | WebhookSetting)[]
    | null;
};

/** Members of landfall.config.ts. */
export type UserConfig = Partial<Omit<Config, Derived | 'keep' | 'keepReplaced' | 'webhooks'>> & {
  readonly keep?: string;
  readonly keepReplaced?: string;
  readonly webhooks?: readonly WebhookSetting[];
};

type Setting = Exclude<keyof Config, Derived>;

/** The environment's name of each setting. */
const environmentNames: Record<Setting, string> = {
  home: 'LANDFALL_HOME',
  databaseUrl: 'DATABASE_URL',
  redisUrl: 'REDIS_URL',
  landingUrl: 'LANDING_URL',
  lakeUrl: 'LAKE_URL',
  archiveUrl: 'ARCHIVE_URL',
  host: 'LANDFALL_HOST',
  port: 'LANDFALL_PORT',
  token: 'LANDFALL_TOKEN',
  tokens: 'LANDFALL_TOKENS',
  queueConsole: 'LANDFALL_QUEUE_CONSOLE',
  webhooks: 'LANDFALL_WEBHOOKS',
  workers: 'LANDFALL_WORKERS',
  chunkBytes: 'LANDFALL_CHUNK_BYTES',
  unpackedBytes: 'LANDFALL_UNPACKED_BYTES',
  uploadBytes: 'LANDFALL_UPLOAD_BYTES',
  outageTimeout: 'LANDFALL_OUTAGE_TIMEOUT',
  logBacklog: 'LANDFALL_LOG_BACKLOG',
  lockMs: 'LANDFALL_LOCK_MS',
  stopMs: 'LANDFALL_STOP_MS',
  s3Timeout: 'LANDFALL_S3_TIMEOUT',
  s3Sse: 'LANDFALL_S3_SSE',
  s3KmsKey: 'LANDFALL_S3_KMS_KEY',
  s3StorageClass: 'LANDFALL_S3_STORAGE_CLASS',
  keep: 'LANDFALL_KEEP',
  keepReplaced: 'LANDFALL_KEEP_REPLACED',
  datasets: 'LANDFALL_DATASETS',
};

const settings = Object.keys(environmentNames) as Setting[];

/** Where a value came from, for the message. */
interface Given {
  readonly value: unknown;
  readonly origin: string;
  /** Relative paths start here. */
  readonly folder: string;
}

/** How long a process may be silent before its work is taken over, and finish its work when it is stopped, in ms. */
const [defaultLockMs, defaultStopMs] = [10_000, 10_000];

/** A worker process loads two chunks at a time. It holds the columns made from them, not their bytes. */
const defaultChunkBytes = 32 * 1024 * 1024;

/** What a person sends with a browser. Larger files are copied into the landing folder. */
const uploadBytesDefault = 10 * 1024 ** 3;

/** An hour is enough to move a server or to free a disk. */
const defaultOutageTimeout = 3600;

const wholeNumber = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value),
    z
      .int({ error: `must be a whole number from ${min} to ${max}` })
      .min(min, { error: `must be at least ${min}` })
      .max(max, { error: `must be at most ${max}` }),
  );

const redisForms =
  'must be the address of a Redis server, redis://…, or of sentinels, redis+sentinel://host,host/name';

const addressOf = (what: string, schemes: readonly string[]) =>
  z
    .string({ error: `must be an address that begins with ${schemes[0]}//` })
    .refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol), {
      error: `must be the address of ${what}: ${schemes[0]}//…`,
    });

const storeOf = (folder: string) =>
  z.string({ error: 'must be a folder or s3://bucket/prefix' }).transform((value, context) => {
    const store = addressesOf(value).normalise(value, folder);
    if (store !== null) return store;
    context.addIssue({ code: 'custom', message: 'must be a folder or s3://bucket/prefix' });
    return z.NEVER;
  });

/** Servers other than Amazon's have classes of their own. */
const storageClass = z
  .string({ error: 'must be text' })
  .regex(/^[A-Z0-9_-]+$/, { error: 'must be a storage class, such as STANDARD_IA or INTELLIGENT_TIERING' })
  .refine((name) => name !== 'GLACIER' && name !== 'DEEP_ARCHIVE', {
    error: 'must be a class whose objects can be read at once; GLACIER_IR is one',
  });

const onOrOff = z
  .literal(['true', 'false', true, false], { error: 'must be true or false' })
  .transform((value) => value === true || value === 'true');

/** What each setting may be. Paths are made absolute against `folder`. */
function schemaOf(setting: Setting, folder: string): z.ZodType {
  switch (setting) {
    case 'home':
      return z
        .string({ error: 'must be a folder' })
        .min(1, { error: 'must be a folder' })
        .transform((value) => resolve(folder, value));
    case 'databaseUrl':
      return addressOf('a PostgreSQL server', ['postgres:', 'postgresql:']);
    case 'redisUrl':
      return z.string({ error: redisForms }).refine(isRedisAddress, { error: redisForms });
    case 'landingUrl':
    case 'lakeUrl':
    case 'archiveUrl':
      return storeOf(folder);
    case 'host':
      return z.string({ error: 'must be a host name or address' }).regex(/^[\w.:-]+$/, {
        error: 'must be a host name or address',
      });
    case 'port':
      return wholeNumber(0, 65535);
    case 'token':
      return tokenSchema;
    case 'tokens':
      return tokensSchema;
    case 'queueConsole':
      return onOrOff;
    case 'webhooks':
      return webhooksSchema;
    case 'workers':
      return wholeNumber(1, 1024);
    case 'chunkBytes':
      return wholeNumber(1024, 1024 * 1024 * 1024);
    case 'unpackedBytes':
    case 'uploadBytes':
      return wholeNumber(1, 1024 ** 5);
    case 'outageTimeout':
      return wholeNumber(0, 7 * 24 * 3600);
    case 'logBacklog':
      return wholeNumber(0, 3600);
    case 'lockMs':
      return wholeNumber(500, 600_000);
    case 'stopMs':
      return wholeNumber(0, 600_000);
    case 's3Timeout':
      return wholeNumber(1, 3600);
    case 's3Sse':
      return z.enum(['AES256', 'aws:kms'], { error: 'must be AES256 or aws:kms' });
    case 's3KmsKey':
      return z.string({ error: 'must be text' }).regex(/^[\w:/-]+$/, {
        error: 'must be the id or the ARN of a key',
      });
    case 's3StorageClass':
      return storageClass;
    case 'keep':
      return keepSchema;
    case 'keepReplaced':
      return ageSchema;
    case 'datasets':
      return z
        .preprocess(
          (value) => (typeof value === 'string' ? value.split(',').map((path) => path.trim()) : value),
          z.array(z.string({ error: 'must be paths' }), { error: 'must be paths, separated by commas' }),
        )
        .transform((paths) => paths.filter((path) => path !== '').map((path) => pathOf(path, folder)));
  }
}

/** What is wrong with the settings. */
export interface ConfigMistake {
  readonly text: string;
  /** The setting that has its default instead; null: the mistake is about several, which are used as they are. */
  readonly setting: Setting | null;
}

interface LoadOptions {
  /** Default: process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Where relative paths start and landfall.config.ts is looked for. Default: process.cwd() */
  readonly cwd?: string;
  /** Takes the mistakes, if there are any. Default: LF_CONFIG is thrown. */
  readonly onMistakes?: (mistakes: readonly ConfigMistake[]) => void;
}

/**
 * The settings in force.
 * @throws LandfallError LF_CONFIG, naming every mistake, unless `onMistakes` is given
 */
export async function loadConfig(flags: ConfigFlags, options: LoadOptions = {}): Promise<Config> {
  const cwd = resolve(options.cwd ?? process.cwd());
  const env = options.env ?? process.env;
  const mistakes: ConfigMistake[] = [];
  const wrong = (text: string, setting: Setting | null = null) => void mistakes.push({ text, setting });
  const file = await readConfigFile(cwd, wrong);
  const values: Partial<Record<Setting, unknown>> = {};
  for (const setting of settings) {
    const given = find(setting, flags, env, file, cwd);
    if (given === null) continue;
    const parsed = schemaOf(setting, given.folder).safeParse(given.value);
    if (parsed.success) values[setting] = parsed.data;
    else wrong(`${environmentNames[setting]} (${given.origin}) ${parsed.error.issues[0].message}`, setting);
  }
  const config = withDefaults(values as Partial<Config>, cwd);
  for (const text of overlaps(config)) wrong(text);
  if (config.s3KmsKey !== null && config.s3Sse !== 'aws:kms')
    wrong('LANDFALL_S3_KMS_KEY needs LANDFALL_S3_SSE=aws:kms');
  const armedWrongly = crashPointMistake(env);
  if (armedWrongly !== null) wrong(armedWrongly);
  if (mistakes.length === 0) return config;
  if (options.onMistakes === undefined)
    throw new LandfallError('LF_CONFIG', { mistakes: mistakes.map(({ text }) => text).join('; ') });
  options.onMistakes(mistakes);
  return config;
}

/** The value of a setting that takes precedence. An empty text, as compose files leave it, is no value. */
function find(
  setting: Setting,
  flags: ConfigFlags,
  env: NodeJS.ProcessEnv,
  file: { path: string; values: Record<string, unknown> } | null,
  cwd: string,
): Given | null {
  const given = (value: unknown) => value !== undefined && value !== null && value !== '';
  if (given(flags[setting])) return { value: flags[setting], origin: 'from a flag', folder: cwd };
  const name = environmentNames[setting];
  if (given(env[name])) return { value: env[name], origin: 'from the environment', folder: cwd };
  if (file && given(file.values[setting])) {
    const origin = `from ${basename(file.path)}, ${setting}`;
    return { value: file.values[setting], origin, folder: dirname(file.path) };
  }
  return null;
}

async function readConfigFile(
  cwd: string,
  wrong: (text: string) => void,
): Promise<{ path: string; values: Record<string, unknown> } | null> {
  const path = ['ts', 'mts', 'js', 'mjs'].map((end) => join(cwd, `landfall.config.${end}`)).find(existsSync);
  if (path === undefined) return null;
  try {
    const { createJiti } = await import('jiti');
    // What it imports of `landfall` is of this program, wherever that is installed.
    const jiti = createJiti(import.meta.url, {
      moduleCache: false,
      virtualModules: { landfall: { defineConfig: (config: unknown) => config } },
    });
    const values = (await jiti.import(path, { default: true })) as Record<string, unknown>;
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new Error('it has no object as its default export');
    }
    for (const name of Object.keys(values).filter((name) => !(name in environmentNames))) {
      wrong(`${basename(path)} sets ${name}, which is not a setting (${settings.join(', ')})`);
    }
    return { path, values };
  } catch (error) {
    wrong(`${path} cannot be read: ${await importFault(error, path)}`);
    return null;
  }
}

function withDefaults(given: Partial<Config>, cwd: string): Config {
  const archiveUrl = given.archiveUrl ?? join(cwd, 'archive');
  return {
    home: given.home ?? join(cwd, '.landfall'),
    databaseUrl: given.databaseUrl ?? null,
    redisUrl: given.redisUrl ?? null,
    landingUrl: given.landingUrl ?? join(cwd, 'landing'),
    lakeUrl: given.lakeUrl ?? join(cwd, 'lake'),
    archiveUrl,
    failedUrl: addressesOf(archiveUrl).beside(archiveUrl, 'failed'),
    host: given.host ?? '127.0.0.1',
    port: given.port ?? 8080,
    token: given.token ?? null,
    tokens: given.tokens ?? [],
    queueConsole: given.queueConsole ?? false,
    webhooks: given.webhooks ?? [],
    workers: given.workers ?? availableParallelism(),
    chunkBytes: given.chunkBytes ?? defaultChunkBytes,
    unpackedBytes: given.unpackedBytes ?? unpackedBytesDefault,
    uploadBytes: given.uploadBytes ?? uploadBytesDefault,
    outageTimeout: given.outageTimeout ?? defaultOutageTimeout,
    logBacklog: given.logBacklog ?? 0,
    lockMs: given.lockMs ?? defaultLockMs,
    stopMs: given.stopMs ?? defaultStopMs,
    s3Timeout: given.s3Timeout ?? s3Defaults.s3Timeout,
    s3Sse: given.s3Sse ?? s3Defaults.s3Sse,
    s3KmsKey: given.s3KmsKey ?? s3Defaults.s3KmsKey,
    s3StorageClass: given.s3StorageClass ?? s3Defaults.s3StorageClass,
    keep: given.keep ?? [],
    keepReplaced: given.keepReplaced ?? defaultKeepReplaced,
    datasets: given.datasets ?? defaultDatasets(cwd),
    ...(given.datasets === undefined && { datasetsOptional: true }),
  };
}

/** An absolute path, or the name of a dataset that ships with Landfall (`example:trips`). */
function pathOf(path: string, folder: string): string {
  return path.startsWith('example:') ? path : resolve(folder, path);
}

/** Files that are moved or written must not be detected as landed. */
function overlaps(config: Config): string[] {
  const { landingUrl } = config;
  const others = {
    LAKE_URL: config.lakeUrl,
    ARCHIVE_URL: config.archiveUrl,
    'the folder of failed files': config.failedUrl,
  };
  return Object.entries(others)
    .filter(([, url]) => isWithin(url, landingUrl) || isWithin(landingUrl, url))
    .map(([name]) => `LANDING_URL must neither hold ${name} nor lie in it`);
}

/** The settings by their environment names, fit to print: secrets are masked. */
export function describeConfig(config: Config): Record<string, string> {
  return {
    LANDFALL_HOME: config.home,
    DATABASE_URL: config.databaseUrl
      ? maskUrl(config.databaseUrl)
      : `(embedded, in ${join(config.home, 'postgres')})`,
    REDIS_URL: config.redisUrl
      ? (maskSentinels(config.redisUrl) ?? maskUrl(config.redisUrl))
      : '(none: the queue is in PostgreSQL)',
    LANDING_URL: config.landingUrl,
    LAKE_URL: config.lakeUrl,
    ARCHIVE_URL: config.archiveUrl,
    LANDFALL_HOST: config.host,
    LANDFALL_PORT: String(config.port),
    LANDFALL_TOKEN: config.token === null ? '(none)' : '***',
    LANDFALL_TOKENS:
      (config.tokens ?? []).map(({ name, role }) => `${name}:${role}:***`).join(',') || '(none)',
    LANDFALL_QUEUE_CONSOLE: String(config.queueConsole ?? false),
    LANDFALL_WEBHOOKS:
      (config.webhooks ?? []).map((one) => `${one.name}:${maskedAddress(one)}`).join(',') || '(none)',
    LANDFALL_WORKERS: String(config.workers),
    LANDFALL_CHUNK_BYTES: String(config.chunkBytes),
    LANDFALL_UNPACKED_BYTES: String(config.unpackedBytes),
    LANDFALL_UPLOAD_BYTES: String(config.uploadBytes),
    LANDFALL_OUTAGE_TIMEOUT: String(config.outageTimeout),
    LANDFALL_LOG_BACKLOG: String(config.logBacklog),
    LANDFALL_LOCK_MS: String(config.lockMs),
    LANDFALL_STOP_MS: String(config.stopMs),
    LANDFALL_S3_TIMEOUT: String(config.s3Timeout),
    LANDFALL_S3_SSE: config.s3Sse ?? '(as the bucket says)',
    LANDFALL_S3_KMS_KEY: config.s3KmsKey ?? '(none)',
    LANDFALL_S3_STORAGE_CLASS: config.s3StorageClass ?? 'STANDARD',
    LANDFALL_KEEP: config.keep.map(keepText).join(', ') || '(all, for ever)',
    LANDFALL_KEEP_REPLACED: ageText(config.keepReplaced),
    LANDFALL_DATASETS: config.datasets.join(',') || '(none)',
  };
}

/** An address without its password, also where that stands among the parameters. */
export function maskUrl(text: string): string {
  if (!URL.canParse(text)) return '***';
  const url = new URL(text);
  if (url.password) url.password = '***';
  for (const name of url.searchParams.keys()) {
    if (/pass|secret|token|key/i.test(name)) url.searchParams.set(name, '***');
  }
  return url.href;
}
