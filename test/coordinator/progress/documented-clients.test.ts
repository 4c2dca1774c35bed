/** The clients of docs/progress.md, as they stand there, with a server that goes away and comes back. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { createJiti } from 'jiti';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Server, startServer } from '../../../coordinator/http/server.ts';
import { createHub, type Hub } from '../../../coordinator/progress/hub.ts';
import { openTicks, type Ticks } from '../../../ledger/ticks.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { freePort } from '../../../platform/database/embedded/launch.ts';
import { builtin } from '../../support/builtin.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';
import { Yard } from './support.ts';

const document = readFileSync(new URL('../../../docs/progress.md', import.meta.url), 'utf8');

/** The code in a language of the chapter on clients, which asks this port. */
function clientIn(language: string, port: number): string {
  const chapter = document.slice(document.indexOf('## Clients'), document.indexOf('## Two promises'));
  const [, code] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'm').exec(chapter)!;
  return code.replace('127.0.0.1:8080', `127.0.0.1:${port}`);
}

let database: TestDatabase;
let yard: Yard;
let ticks: Ticks;
let hub: Hub;
let server: Server;
let port: number;

async function start(): Promise<void> {
  server = await startServer({
    config: { host: '127.0.0.1', port, token: null, landingUrl: '/srv/landing' },
    ...{ hub, ledger: yard.ledger, pool: database.pool, log: { error: () => {} } },
    registry: await loadRegistry({ builtin, paths: [] }),
  });
}

beforeAll(async () => {
  database = await testDatabase();
  yard = new Yard(database);
  ticks = await openTicks({ redisUrl: null }, database);
  hub = await createHub({ ledger: yard.ledger, databaseUrl: database.url, ticks, log: { warn: () => {} } });
  port = await freePort(0);
  await start();
});
afterAll(async () => {
  await server.close();
  await hub.close();
  await ticks.close();
  await database.drop();
});

/** A file of which chunks are committed before and after the server is away. `said`: the lines of the client. */
async function playTo(said: () => string): Promise<void> {
  const { file, jobs } = await yard.plan(3);
  const says = (line: string) =>
    vi.waitFor(() => expect(said()).toContain(`${file.name} ${line}\n`), { timeout: 30_000, interval: 50 });
  await says('loading 0 of 3000');
  await yard.commit(jobs[0]);
  await says('loading 1000 of 3000');
  await server.close();
  await yard.commit(jobs[1]);
  await start();
  await says('loading 2000 of 3000');
  await yard.commit(jobs[2]);
  await says('loading 3000 of 3000');
}

it('in TypeScript shows what happens, and connects again', async () => {
  const code = createJiti(import.meta.url).transform({ source: clientIn('ts', port), ts: true });
  let said = '';
  const sockets: WebSocket[] = [];
  class Kept extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
      // A browser has no such event.
      this.on('error', () => {});
    }
  }
  const print = (...words: unknown[]) => {
    said += `${words.join(' ')}\n`;
  };
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
    for (const socket of sockets) socket.terminate();
  });
  const later = (work: () => void, ms: number) => setTimeout(() => isOver || work(), ms).unref();
  runInNewContext(code, { WebSocket: Kept, console: { log: print }, setTimeout: later, exports: {} });
  await playTo(() => said);
});

const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import websockets']).status === 0,
);
it.skipIf(python === undefined)('in Python shows what happens, and connects again', async () => {
  const child = spawn(python!, ['-c', clientIn('py', port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  await playTo(() => said);
});
