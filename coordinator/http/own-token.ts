/**
 * A token for whoever serves to other machines and has set none. It is kept under LANDFALL_HOME, so that it is the same
 * after a restart, in a file that only its user can read.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../platform/config/config.ts';
import { isLoopback } from './security.ts';

/** The settings with a token, where one is needed and none is set; else null. */
export async function withOwnToken(config: Config): Promise<Config | null> {
  const { host, token, tokens = [] } = config;
  if (isLoopback(host) || token !== null || tokens.length > 0) return null;
  const known = await ownToken(config);
  if (known !== null) return { ...config, token: known };
  const made = randomBytes(24).toString('base64url');
  await mkdir(config.home, { recursive: true })
    .then(() => writeFile(tokenFile(config), made, { mode: 0o600, flag: 'wx' }))
    // Where nothing can be kept, it holds until the process ends.
    .catch(() => {});
  return { ...config, token: (await ownToken(config)) ?? made };
}

/** The token that a server with this home has made; null: none. */
export async function ownToken(config: Pick<Config, 'home'>): Promise<string | null> {
  const text = await readFile(tokenFile(config), 'utf8').catch(() => '');
  return /^[\w-]{32}$/.test(text) ? text : null;
}

function tokenFile({ home }: Pick<Config, 'home'>): string {
  return join(home, 'token');
}

/** What to say of it. The address opens the page once, which then has a cookie. */
export function aboutOwnToken(url: string, { host, token }: Config): string {
  return `Other machines may reach ${host}, and neither LANDFALL_TOKEN nor LANDFALL_TOKENS is set, so a token is required that was made here:\n  ${url}/?token=${token}`;
}
