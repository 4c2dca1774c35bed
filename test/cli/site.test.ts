/** A signal that comes as soon as a command says that it is up. What it has said is for people, or JSON, and never both. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder, testDatabase } from '../support/index.ts';
import { main } from './run.ts';

/** Sends the signal from within the process, before its next statement. */
const signalAt = (text: string) => `
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (chunk, ...rest) => {
  const isWritten = write(chunk, ...rest);
  if (String(chunk).includes(${JSON.stringify(text)})) process.kill(process.pid, 'SIGTERM');
  return isWritten;
};
`;

it.each([
  ['up', 'Landfall is up'],
  ['coordinator', 'coordinator is up'],
  ['worker', 'joined the pool'],
  ['demo', 'Dashboard: '],
])('ends `landfall %s` with exit code 0', async (command, text) => {
  const database = await testDatabase();
  const cwd = tempFolder();
  const preload = join(cwd, 'signal.mjs');
  writeFileSync(preload, signalAt(text));
  const isService = command === 'coordinator' || command === 'worker';
  const options = command === 'demo' ? ['trips', '--rows', '1000'] : [];
  const child = spawn(process.execPath, ['--import', preload, main, command, ...options], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      DATABASE_URL: database.url,
      LANDFALL_PORT: '0',
      LANDFALL_WORKERS: '1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  try {
    expect(await once(child, 'close'), said).toEqual([0, null]);
    expect(said).toContain(text);
    const lines = said.trimEnd().split('\n');
    const isJson = lines.map((line) => line.startsWith('{'));
    expect(new Set(isJson), said).toEqual(new Set([isService]));
  } finally {
    child.kill('SIGKILL');
    await database.drop();
  }
});
