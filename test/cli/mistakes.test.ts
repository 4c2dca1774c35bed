/** What wrong calls say: one message with its code and the fix, no stack, and the exit code of docs/cli.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';
import { type CommandRun, landfall } from './run.ts';

let database: TestDatabase;
let server: Server;
let port: number;
const cwd = tempFolder();

beforeAll(async () => {
  database = await testDatabase();
  // A port that is taken, by something that requires a token.
  server = createServer((_request, response) => response.writeHead(401).end('{}'));
  server.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  writeFileSync(join(cwd, 'x.csv'), 'a,b\n1,2\n');
  writeFileSync(join(cwd, 'file'), '');
  mkdirSync(join(cwd, 'broken'));
  writeFileSync(join(cwd, 'broken/shop.ts'), "export default {\n  name: 'shop'\n  columns: {},\n};\n");
});
afterAll(async () => {
  server.close();
  await database.drop();
});

interface Call {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly code: number;
  /** Of standard output and standard error. */
  readonly says: RegExp;
}

const text = ({ stdout, stderr }: CommandRun) => `${stdout}${stderr}`;

const calls: Record<string, Call> = {
  'a command that is not there': {
    args: ['ingst', 'x.csv'],
    code: 2,
    says: /unknown command 'ingst'\n\(Did you mean ingest\?\)/,
  },
  'an option that is not there': {
    args: ['ingest', '--datset', 'trips', 'x.csv'],
    code: 2,
    says: /unknown option '--datset'\n\(Did you mean --dataset\?\)\n\(`landfall ingest --help` shows/,
  },
  'no file to write a definition for': {
    args: ['init'],
    code: 2,
    says: /there is no file, as in `landfall init orders\.csv`\. \[LF_USAGE\]\n {2}→ /,
  },
  'no argument': {
    args: ['undo'],
    code: 2,
    says: /missing required argument 'file'\n\(`landfall undo --help` shows/,
  },
  'a home that is a file': {
    args: ['ingest', 'x.csv', '--home', 'file/home'],
    env: { DATABASE_URL: '' },
    code: 1,
    says: /file\/home\/postgres cannot be used: ENOTDIR.*\[LF_PATH\]\n {2}→ Check/,
  },
  'a lake that is a file': {
    args: ['ingest', 'x.csv', '--dataset', 'trips', '--lake', 'file/lake'],
    code: 1,
    says: /file\/lake cannot be opened: ENOTDIR.*\[LF_STORAGE_MISSING\]\n {2}→ /,
  },
  'a file that is not there': {
    args: ['ingest', 'nothing.csv', '--dataset', 'trips'],
    code: 1,
    says: /✗ nothing\.csv: There is no file \/\S+nothing\.csv\. \[LF_FILE_MISSING\]\n {2}→ Check the path/,
  },
  'a folder in place of a file': {
    args: ['ingest', '.', '--dataset', 'trips'],
    code: 1,
    says: /is a folder or a device, not a file\. \[LF_FILE_KIND\]\n {2}→ Name the files/,
  },
  'a file of no dataset': {
    args: ['ingest', 'x.csv'],
    code: 1,
    says: /its header fits none\. \[LF_DATASET_UNCLEAR\]\n {2}→ Name it with --dataset NAME, or .*landfall init/,
  },
  'a dataset that is not there': {
    args: ['ingest', 'x.csv', '--dataset', 'trps'],
    code: 2,
    says: /There is no dataset trps\. Known datasets: .*trips.*\[LF_DATASET_UNKNOWN\]\n {2}→ /,
  },
  'a folder of definitions that is not there': {
    args: ['status', '--datasets', 'nowhere'],
    code: 0,
    says: /✗ There are no definitions at \S+nowhere: there is no such file or folder\.\n {2}→ Create it/,
  },
  'a definition with a mistake in its syntax': {
    args: ['status', '--datasets', 'broken'],
    code: 0,
    says: /✗ \S+broken\/shop\.ts cannot be imported: .*expected ",", in line 3:\n {2}3 \| {3}columns: \{\},\n {2}→ Fix/,
  },
  'settings with mistakes': {
    args: ['up', '--port', '99999', '--workers', '0'],
    code: 2,
    says: /LANDFALL_PORT \(from a flag\) must be at most 65535; LANDFALL_WORKERS .*at least 1 \[LF_CONFIG\]\n {2}→ /,
  },
  'a database where no server is': {
    args: ['status', '--database-url', 'postgres://me@127.0.0.1:1/x'],
    code: 1,
    says: /No database answers at 127\.0\.0\.1:1\/x: .*\[LF_DATABASE_UNREACHABLE\]\n {2}→ /,
  },
  'a file that Landfall does not know': {
    args: ['undo', 'nothing.csv'],
    code: 1,
    says: /There is no file nothing\.csv\. \[LF_FILE_UNKNOWN\]\n {2}→ `landfall status`/,
  },
  'a statement that changes something': {
    args: ['query', 'delete from star.fact_trip'],
    code: 1,
    says: /only reads.*delete.*\[LF_SQL_READ_ONLY\]\n {2}→ Use `landfall psql`/,
  },
  'a query without SQL': {
    args: ['query'],
    code: 2,
    says: /there is no SQL, as in `landfall query "select 1"`, and no --named\. \[LF_USAGE\]\n {2}→ /,
  },
};

describe.concurrent('a call with', () => {
  it.each(Object.entries(calls))('%s', async (_, { args, env, code, says }) => {
    const run = await landfall(args, { cwd, env: { DATABASE_URL: database.url, ...env } });
    expect(text(run)).toMatch(says);
    expect(text(run)).not.toMatch(/\n\s+at |LF_INTERNAL/);
    expect(run.code).toBe(code);
  });

  it('a port that is taken', async () => {
    const run = await landfall(['up', '--port', String(port)], { cwd, env: { DATABASE_URL: database.url } });
    expect(text(run)).toMatch(
      /Another program is using 127\.0\.0\.1:\d+\. \[LF_HTTP_PORT\]\n {2}→ Stop that program/,
    );
    expect(run.code).toBe(1);
  });

  it('a token that is missing or wrong', async () => {
    const watching = ['watch', '--port', String(port)];
    const missing = await landfall(watching, { cwd });
    expect(missing.stderr).toMatch(/requires a token\. \[LF_WATCH_TOKEN\]\n {2}→ Set LANDFALL_TOKEN/);
    expect(missing.code).toBe(2);
    const wrong = await landfall(watching, { cwd, env: { LANDFALL_TOKEN: 'another' } });
    expect(wrong.stderr).toMatch(/does not know this token\. \[LF_WATCH_TOKEN\]/);
    expect(wrong.code).toBe(2);
  });

  it('settings with mistakes: doctor names them, and looks at everything else', async () => {
    const env = { LANDFALL_WORKERS: 'many', REDIS_URL: 'nowhere', DATABASE_URL: database.url };
    const { stdout, stderr, code } = await landfall(['doctor'], { cwd, env });
    expect(stdout).toMatch(
      /✗ setting {4}LANDFALL_WORKERS \(from the environment\) must be a whole number from 1 to 1024\n/,
    );
    expect(stdout).toMatch(/✗ setting {4}REDIS_URL/);
    expect(stdout).toMatch(/✗ queue {6}not looked at: its setting has a mistake\n/);
    expect(stdout).toMatch(/✓ database {3}PostgreSQL/);
    expect([stderr, code]).toEqual(['', 1]);
  });
});
