/** deploy/systemd: what systemd itself says of the units, and that they run commands with settings that there are. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildProgram } from '../../cli/program.ts';
import { describeConfig, loadConfig } from '../../platform/config/config.ts';
import { root } from '../support/house/tree.ts';
import { tempFolder } from '../support/index.ts';

const folder = join(root, 'deploy', 'systemd');
const roles = ['coordinator', 'worker'] as const;
const unitOf = (role: string) => readFileSync(join(folder, `landfall-${role}.service`), 'utf8');
const valuesOf = (unit: string, name: string) =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value);
const environment = Object.fromEntries(
  [...readFileSync(join(folder, 'landfall.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, k, v]) => [
    k,
    v,
  ]),
);

const verified = (role: string, text: string) => {
  const place = join(tempFolder(), 'units');
  mkdirSync(place, { recursive: true });
  const command = join(place, 'landfall');
  writeFileSync(command, '');
  chmodSync(command, 0o755);
  const unit = join(place, `landfall-${role}.service`);
  writeFileSync(unit, text.replace('/usr/bin/landfall', command));
  return spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
};
const isHere = spawnSync('systemd-analyze', ['--version']).status === 0;

it.runIf(isHere || process.env.LANDFALL_TEST_STRICT).each(roles)(
  'systemd finds no fault with the %s',
  (role) => {
    expect(verified(role, unitOf(role))).toMatchObject({ status: 0, stderr: '' });
    const misspelt = verified(role, unitOf(role).replace('RestartSec', 'RestartSecs'));
    expect(misspelt.stderr).toContain('RestartSecs');
  },
);

it.each(roles)('the %s is a command, and has the time to stop that it needs', async (role) => {
  const unit = unitOf(role);
  const [start] = valuesOf(unit, 'ExecStart');
  const [path, name, ...flags] = start.split(' ');
  expect(path).toBe('/usr/bin/landfall');
  const command = (await buildProgram()).commands.find((one) => one.name() === name)!;
  for (const flag of flags) expect(command.options.map(({ long }) => long)).toContain(flag);
  const { stopMs } = await loadConfig({}, { env: role === 'worker' ? environment : {}, cwd: root });
  expect(Number(valuesOf(unit, 'TimeoutStopSec')[0]) * 1000).toBeGreaterThan(stopMs + 20_000);
  expect(valuesOf(unit, 'User')).toEqual(['landfall']);
});

it('its settings are settings', async () => {
  const known = Object.keys(describeConfig(await loadConfig({}, { env: environment, cwd: root })));
  for (const name of Object.keys(environment)) if (!name.startsWith('AWS_')) expect(known).toContain(name);
});
