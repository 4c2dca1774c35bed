/** The text of a landfall.config.ts that changes nothing: each setting, with its default, in a comment. */
import type { UserConfig } from '../../platform/config/config.ts';

interface Entry {
  readonly note: string;
  /** What its default is, or an example where that depends on the machine or is none: TypeScript. */
  readonly value: string;
}

/** In the order of the file. */
const entries: Readonly<Record<keyof UserConfig, Entry>> = {
  landingUrl: { note: 'Where files are dropped: a folder or s3://bucket/prefix.', value: "'./landing'" },
  lakeUrl: { note: 'Where Parquet files are written.', value: "'./lake'" },
  archiveUrl: { note: 'Where loaded files are moved.', value: "'./archive'" },
  datasets: { note: 'Definitions: files, folders, or example:NAME.', value: "['./datasets']" },
  databaseUrl: {
    note: 'PostgreSQL 15 or newer. Default: an embedded server. Keep passwords in DATABASE_URL.',
    value: "'postgres://landfall@db/landfall'",
  },
  redisUrl: {
    note: 'The queue for pools of machines. Default: the queue is in PostgreSQL.',
    value: "'redis://queue'",
  },
  home: { note: 'The embedded server, and other state.', value: "'./.landfall'" },
  host: { note: 'Where the dashboard listens.', value: "'127.0.0.1'" },
  port: { note: '', value: '8080' },
  token: {
    note: 'What the dashboard requires. Default: none. LANDFALL_TOKEN is the better place.',
    value: "'…'",
  },
  tokens: {
    note: 'Tokens of people and programs; roles are view, operate and admin.',
    value: "[{ name: 'ann', role: 'operate', token: '…' }]",
  },
  queueConsole: {
    note: 'The console of the queue at /queue, where it is in Redis: docs/servers/redis.md.',
    value: 'false',
  },
  webhooks: {
    note: 'Endpoints that are told what happens: docs/operations/webhooks.md.',
    value: "[{ name: 'chat', url: 'https://hooks.slack.com/…', events: ['file.failed'], format: 'slack' }]",
  },
  workers: { note: 'Worker processes. Default: one per core.', value: '4' },
  chunkBytes: { note: 'Size of a chunk in bytes.', value: '33_554_432' },
  unpackedBytes: { note: 'What one compressed file may unpack to, in bytes.', value: '107_374_182_400' },
  uploadBytes: { note: 'What one upload over HTTP may have, in bytes.', value: '10_737_418_240' },
  outageTimeout: { note: 'How long an outage is waited out, in seconds.', value: '3600' },
  lockMs: { note: 'How long a silent process keeps its work, in ms.', value: '10_000' },
  stopMs: { note: 'How long a process that is stopped may finish its work, in ms.', value: '10_000' },
  logBacklog: { note: 'Seconds between lines of the log that say how much waits; 0: none.', value: '0' },
  keep: {
    note: 'How long `landfall prune` keeps what is left of files. Default: for ever.',
    value: "'failed=90d, orders.archive=2y'",
  },
  keepReplaced: {
    note: 'How long parts of the lake that others have replaced stay for readers that have begun.',
    value: "'1d'",
  },
  s3Timeout: { note: 'Seconds without a byte after which a request to a bucket is sent again.', value: '30' },
  s3Sse: { note: 'How objects are encrypted. Default: as the bucket says.', value: "'aws:kms'" },
  s3KmsKey: { note: '', value: "'arn:aws:kms:…'" },
  s3StorageClass: {
    note: 'Class of parts and archived files. Default: STANDARD.',
    value: "'INTELLIGENT_TIERING'",
  },
};

export function starterConfig(): string {
  const lines = Object.entries(entries).flatMap(([name, { note, value }]) => [
    ...(note === '' ? [] : ['', `  // ${note}`]),
    `  // ${name}: ${value},`,
  ]);
  return `import { defineConfig } from 'landfall';

/** Settings of Landfall in this folder. Flags and environment variables come before them. */
export default defineConfig({${lines.join('\n')}
});
`;
}
