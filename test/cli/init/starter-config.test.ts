import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { starterConfig } from '../../../cli/init/starter-config.ts';
import { loadConfig } from '../../../platform/config/config.ts';
import { tempFolder } from '../../support/index.ts';

/** The settings of a folder with this landfall.config.ts. */
async function configOf(text: string) {
  const cwd = tempFolder();
  writeFileSync(join(cwd, 'landfall.config.ts'), text);
  const config = await loadConfig({}, { env: {}, cwd });
  return JSON.parse(JSON.stringify(config).replaceAll(cwd, '.')) as typeof config;
}
const none = tempFolder();
const defaults = async () =>
  JSON.parse(JSON.stringify(await loadConfig({}, { env: {}, cwd: none })).replaceAll(none, '.')) as object;

it('changes nothing as it is written', async () => {
  expect(await configOf(starterConfig())).toEqual(await defaults());
});

it('has what is not an example as it is by default, and sets all that is uncommented', async () => {
  const text = starterConfig().replace(/^ {2}\/\/ ([a-z]\w+: .*,)$/gm, '  $1');
  const { datasetsOptional: _, ...expected } = (await defaults()) as Record<string, unknown>;
  expect(await configOf(text.replaceAll('…', 'x'))).toEqual({
    ...expected,
    databaseUrl: 'postgres://landfall@db/landfall',
    redisUrl: 'redis://queue',
    token: 'x',
    tokens: expect.anything(),
    webhooks: expect.anything(),
    keep: expect.anything(),
    workers: 4,
    s3Sse: 'aws:kms',
    s3KmsKey: 'arn:aws:kms:x',
    s3StorageClass: 'INTELLIGENT_TIERING',
  });
});
