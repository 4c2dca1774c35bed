/** The receivers of docs/operations/webhooks.md, as they stand there, told by Landfall and by somebody else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import type { Told } from '../../../coordinator/webhooks/message.ts';
import { send } from '../../../coordinator/webhooks/send.ts';
import { freePort } from '../../../platform/database/embedded/launch.ts';
import { root } from '../../cli/run.ts';
import { tempFolder } from '../../support/index.ts';
import { programOf } from '../../support/programs.ts';
import { endpointOf, secret } from './receiver.ts';

const document = readFileSync(new URL('../../../docs/operations/webhooks.md', import.meta.url), 'utf8');
const python = programOf('python3');
let child: ChildProcess | null = null;
afterEach(() => child?.kill('SIGKILL'));

function codeIn(language: string, port: number): string {
  const chapter = document.slice(document.indexOf('## Receivers'));
  const [, code] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'm').exec(chapter)!;
  return code.replace('8090', String(port));
}

async function takesOnlyOurs(port: number, program: string, args: readonly string[]): Promise<void> {
  child = spawn(program, args, {
    env: { ...process.env, OPS_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('listening');
  const told: Told = {
    event: 'file.done',
    createdAt: new Date(),
    data: { name: 'ů.csv', dataset: 'a', rows: { loaded: 1, rejected: 0 } },
  };
  const { signal } = new AbortController();
  const url = `http://127.0.0.1:${port}/`;
  const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const statuses: (number | null)[] = [];
  for (const secrets of [[other], [other, secret]]) {
    const sent = await send(endpointOf({ url }, { secrets }), { id: 'msg_1', told, signal });
    statuses.push(sent.status);
  }
  expect(statuses).toEqual([401, 204]);
  expect((await lines.next()).value).toBe('msg_1 file.done ů.csv');
}

it('in TypeScript checks the signature', async () => {
  const port = await freePort(0);
  const file = join(tempFolder(), 'receiver.ts');
  const modules = `${root}/node_modules`;
  writeFileSync(
    file,
    codeIn('ts', port).replace("'standardwebhooks'", `'${modules}/standardwebhooks/dist/index.js'`),
  );
  await takesOnlyOurs(port, process.execPath, ['--import', `${modules}/jiti/lib/jiti-register.mjs`, file]);
});

it.skipIf(python === null)('in Python checks the signature', async () => {
  const port = await freePort(0);
  await takesOnlyOurs(port, python!, ['-c', codeIn('py', port)]);
});
