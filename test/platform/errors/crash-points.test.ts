/** The list of crash points, the calls in the code, and what arming does. Every point is died at in test/crash/. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../platform/config/config.ts';
import { crashPoint, crashPoints } from '../../../platform/errors/crash-points.ts';
import { tempFolder } from '../../support/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const names = Object.keys(crashPoints);

/** What is passed to crashPoint anywhere in the product, as it stands in the text. */
function calls(): string[] {
  const rooms = [
    'cli',
    'coordinator',
    'ledger',
    'sinks',
    'sources',
    'workers',
    'platform',
    'model',
    'datasets',
    'kernel',
  ];
  return rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && `${room}/${path}` !== 'platform/errors/crash-points.ts')
      .flatMap((path) => [
        ...readFileSync(join(root, room, path), 'utf8').matchAll(/\bcrashPoint\(([^)]*)\)/g),
      ])
      .map(([, argument]) => argument),
  );
}

/** A process that passes a point three times, and says so each time. */
function passThrice(env: NodeJS.ProcessEnv) {
  const module = join(root, 'dist/platform/errors/crash-points.js');
  const script = `import { crashPoint } from ${JSON.stringify(module)};
    for (let i = 1; i <= 3; i++) { crashPoint('chunk.claimed'); console.log(i); }`;
  const { signal, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  });
  return { signal, passed: stdout.trim().split('\n').filter(Boolean).length };
}

describe('crash points', () => {
  it('are each passed by exactly one call, and no call names another', () => {
    expect(calls().sort()).toEqual(names.map((name) => `'${name}'`).sort());
  });

  it('are the only names that compile', () => {
    // @ts-expect-error
    expect(() => crashPoint('chunk.claimde')).not.toThrow();
  });

  it('do nothing unarmed', () => {
    expect(passThrice({})).toEqual({ signal: null, passed: 3 });
    expect(passThrice({ LANDFALL_CRASH_AT: 'chunk.read' })).toEqual({ signal: null, passed: 3 });
  });

  it('kill at the passage that the environment names', () => {
    expect(passThrice({ LANDFALL_CRASH_AT: 'chunk.claimed' })).toEqual({ signal: 'SIGKILL', passed: 0 });
    expect(passThrice({ LANDFALL_CRASH_AT: 'chunk.claimed:3' })).toEqual({ signal: 'SIGKILL', passed: 2 });
  });

  it('kill once where a mark is named, and the mark says where', () => {
    const mark = join(tempFolder(), 'mark');
    const env = { LANDFALL_CRASH_AT: 'chunk.claimed:2', LANDFALL_CRASH_MARK: mark };
    expect(passThrice(env)).toEqual({ signal: 'SIGKILL', passed: 1 });
    expect(readFileSync(mark, 'utf8')).toMatch(/^chunk\.claimed \d+\n$/);
    expect(passThrice(env)).toEqual({ signal: null, passed: 3 });
    expect(existsSync(mark)).toBe(true);
  });

  it('kill at what a file says, once', () => {
    const file = join(tempFolder(), 'armed');
    const env = { LANDFALL_CRASH_AT: `@${file}` };
    expect(passThrice(env)).toEqual({ signal: null, passed: 3 });
    writeFileSync(file, 'chunk.read');
    expect(passThrice(env)).toEqual({ signal: null, passed: 3 });
    writeFileSync(file, 'chunk.claimed');
    expect(passThrice(env)).toEqual({ signal: 'SIGKILL', passed: 0 });
    expect(existsSync(`${file}.died`)).toBe(true);
    expect(passThrice(env)).toEqual({ signal: null, passed: 3 });
  });

  it.each(['chunk.claimde', 'chunk.claimed:0', 'chunk.claimed:', 'toString'])(
    'refuse %s when the settings are read',
    async (at) => {
      const loading = loadConfig({}, { env: { LANDFALL_CRASH_AT: at }, cwd: tempFolder() });
      await expect(loading).rejects.toMatchObject({
        code: 'LF_CONFIG',
        message: expect.stringContaining('LANDFALL_CRASH_AT must be a crash point'),
      });
    },
  );
});
