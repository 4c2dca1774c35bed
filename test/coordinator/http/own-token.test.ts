import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aboutOwnToken, ownToken, withOwnToken } from '../../../coordinator/http/own-token.ts';
import type { Config } from '../../../platform/config/config.ts';
import { tempFolder } from '../../support/index.ts';

function configOf(part: Partial<Config>): Config {
  return { home: join(tempFolder(), 'home'), host: '0.0.0.0', token: null, tokens: [], ...part } as Config;
}

describe('a server that other machines may reach', () => {
  it('makes a token where none is set, and keeps it for itself', async () => {
    const config = configOf({});
    const { token } = (await withOwnToken(config))!;
    expect(token).toMatch(/^[\w-]{32}$/);
    expect((await withOwnToken(config))!.token).toBe(token);
    expect(await ownToken(config)).toBe(token);
    expect((await stat(join(config.home, 'token'))).mode & 0o777).toBe(0o600);
    expect(aboutOwnToken('http://localhost:8080', { ...config, token })).toContain(
      `http://localhost:8080/?token=${token}`,
    );
  });

  it('has one where nothing can be kept, too', async () => {
    const home = join(tempFolder(), 'home');
    await mkdir(join(home, 'token'), { recursive: true });
    expect((await withOwnToken(configOf({ home })))!.token).toMatch(/^[\w-]{32}$/);
    await expect(readFile(join(home, 'token'))).rejects.toThrow();
  });

  it.each([
    { host: '127.0.0.1' },
    { host: 'localhost' },
    { host: '::1' },
    { token: 'set' },
    { tokens: [{ name: 'ann', role: 'view' as const, token: 'set' }] },
  ])('makes none with %o', async (part) => {
    const config = configOf(part);
    expect(await withOwnToken(config)).toBeNull();
    await expect(stat(config.home)).rejects.toThrow();
  });
});
