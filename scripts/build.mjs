// Builds everything a clone needs: the kernel (AssemblyScript → WebAssembly), the TypeScript, the bundle, the
// dashboard, and the SQL and sample files that the compiled code reads beside itself.
// `--if-stale` does nothing when dist/ is newer than every source.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { bundle, statementOf } from './bundle.mjs';
import { copyTypes } from './types.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const rooms = [
  'cli',
  'coordinator',
  'ledger',
  'sinks',
  'sources',
  'workers',
  'kernel',
  'model',
  'datasets',
  'platform',
  'bench',
  'soak',
  'dashboard',
  'ddl',
];
const stamp = 'dist/.built';

/** Newest modification time, in ms, of the files below `path`. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

/** Copies what tsc does not (SQL, samples) to the same place under dist/. */
function copyAssets(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const from = join(path, entry.name);
    if (entry.isDirectory()) copyAssets(from);
    else if (/\.(sql|csv|json)$/.test(entry.name)) {
      mkdirSync(join('dist', path), { recursive: true });
      cpSync(from, join('dist', from));
    }
  }
}

/** Puts the statements into one file, without their comments: there are some three hundred, of a few lines each. */
function joinStatements() {
  const names = readdirSync('ddl/statements', { recursive: true })
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const texts = names.map((name) => [
    name.split(sep).join('/').slice(0, -'.sql'.length),
    statementOf(readFileSync(join('ddl/statements', name), 'utf8')),
  ]);
  writeFileSync('dist/ddl/statements.json', JSON.stringify(Object.fromEntries(texts)));
}

/** Removes what was compiled from files that are gone, so that nothing imports a module by its former name. */
function removeStale(path) {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const compiled = join(path, entry.name);
    if (entry.isDirectory()) removeStale(compiled);
    else if (/\.(js|js\.map|d\.ts)$/.test(entry.name)) {
      const source = relative('dist', compiled).replace(/\.(js|js\.map|d\.ts)$/, '.ts');
      if (!existsSync(source)) rmSync(compiled);
    }
  }
}

/** Writes scripts and styles compressed beside themselves, as the coordinator serves them. */
function compressAssets(folder) {
  for (const name of readdirSync(folder).filter((one) => /\.(js|css|svg)$/.test(one))) {
    const bytes = readFileSync(join(folder, name));
    writeFileSync(
      join(folder, `${name}.br`),
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
    );
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}

function run(title, command, args) {
  const started = Date.now();
  execFileSync(process.execPath, [command, ...args], { stdio: 'inherit' });
  console.error(`built ${title} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

const sources = [...rooms, 'tsconfig.json', 'tsconfig.build.json', 'package.json', 'scripts'];
const fresh = existsSync(stamp) && statSync(stamp).mtimeMs > Math.max(...sources.map(newest));
if (process.argv.includes('--if-stale') && fresh) process.exit(0);

mkdirSync('dist/kernel', { recursive: true });
if (existsSync('kernel/assembly/index.ts')) {
  run('kernel', 'node_modules/assemblyscript/bin/asc.js', [
    'kernel/assembly/index.ts',
    '--outFile',
    'dist/kernel/kernel.wasm',
    '-O3',
    '--noAssert',
    '--converge',
    '--enable',
    'simd',
    '--enable',
    'bulk-memory',
    '--runtime',
    'stub',
    '--importMemory',
    '--maximumMemory',
    '16384',
    '--initialMemory',
    '1',
  ]);
}
run('TypeScript', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
for (const room of rooms.filter((room) => room !== 'dashboard')) removeStale(join('dist', room));
copyTypes('dist');
await bundle();
// npm makes it executable only when it installs the package; `npx landfall` runs what was built since then.
chmodSync('dist/cli/main.js', 0o755);
// Remove old copies first, so that a renamed migration is not there twice.
rmSync('dist/ddl', { recursive: true, force: true });
for (const room of ['ddl/migrations', 'ddl/roles', 'datasets']) copyAssets(room);
joinStatements();
if (existsSync('dashboard/index.html')) {
  run('dashboard', 'node_modules/vite/bin/vite.js', [
    'build',
    'dashboard',
    '--outDir',
    '../dist/dashboard',
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ]);
  compressAssets('dist/dashboard/assets');
}
writeFileSync(stamp, '');
utimesSync(stamp, new Date(), new Date());
