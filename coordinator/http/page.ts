/** The page: the files that the build wrote to dist/dashboard, and a form that asks for the token. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { LandfallError } from '../../platform/errors/errors.ts';
import { pagePaths } from '../../platform/progress/page-paths.ts';

/** The folder of the built page: beside the compiled code, or in dist/ when run from source. */
function pageFolder(): string {
  const beside = fileURLToPath(new URL('../../dashboard/', import.meta.url));
  const isSource = existsSync(`${beside}/src`);
  return isSource ? fileURLToPath(new URL('../../dist/dashboard/', import.meta.url)) : beside;
}

/** Names with a hash of their content: what has such a name never changes. */
const hashed = /^\/assets\/[\w.-]+-[\w-]{8}\.(?:js|css)$/;

/** Serves the page at each of its addresses, and its scripts and styles compressed. */
export async function servePage(app: FastifyInstance): Promise<void> {
  const folder = pageFolder();
  const isBuilt = existsSync(`${folder}/index.html`);
  for (const path of pagePaths) {
    app.get(path, { schema: { hide: true } }, (_request, reply) => {
      if (!isBuilt) throw new LandfallError('LF_HTTP_PAGE', { folder });
      return reply.sendFile('index.html', folder);
    });
  }
  if (!isBuilt) return;
  compressAssets(`${folder}/assets`);
  // Its scripts and styles contain nothing secret: they are served to anyone who passes the Host check.
  await app.register(fastifyStatic, {
    root: `${folder}/assets`,
    prefix: '/assets/',
    index: false,
    cacheControl: false,
    preCompressed: true,
  });
  app.addHook('onSend', async (request, reply) => {
    const path = request.url.split('?')[0];
    if (!path.startsWith('/assets/')) return;
    reply.header('vary', 'accept-encoding');
    if (hashed.test(path) && reply.statusCode < 400)
      reply.header('cache-control', 'public, max-age=31536000, immutable');
  });
}

/**
 * Writes a compressed copy beside each file that has none: the package leaves them out. Where the folder may not be
 * written to, files are sent as they are.
 */
function compressAssets(folder: string): void {
  const names = readdirSync(folder);
  for (const name of names.filter((one) => /\.(?:js|css|svg)$/.test(one) && !names.includes(`${one}.gz`))) {
    const packed = gzipSync(readFileSync(join(folder, name)), { level: 9 });
    try {
      writeFileSync(join(folder, `${name}.gz`), packed, { flag: 'wx' });
    } catch {
      // Another process has written it, or nobody may.
    }
  }
}

/** What a browser without the token sees: a form that opens the same address with `?token=…`. */
export const tokenPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Landfall: token</title>
</head>
<body>
<h1>Landfall</h1>
<form method="get">
<p><label for="token">This server requires a token (LANDFALL_TOKEN)</label></p>
<p><input id="token" name="token" type="password" required autofocus autocomplete="current-password"> <button>Open</button></p>
</form>
</body>
</html>
`;
