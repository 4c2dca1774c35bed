/** The page: the files that the build wrote to dist/dashboard, and a form that asks for the token. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { LandfallError } from '../../platform/errors/errors.ts';

/** The folder of the built page: beside the compiled code, or in dist/ when run from source. */
function pageFolder(): string {
  const beside = fileURLToPath(new URL('../../dashboard/', import.meta.url));
  const isSource = existsSync(`${beside}/src`);
  return isSource ? fileURLToPath(new URL('../../dist/dashboard/', import.meta.url)) : beside;
}

export async function servePage(app: FastifyInstance): Promise<void> {
  const folder = pageFolder();
  if (!existsSync(`${folder}/index.html`)) {
    app.get('/', { schema: { hide: true } }, () => {
      throw new LandfallError('LF_HTTP_PAGE', { folder });
    });
    return;
  }
  // Its scripts and styles contain nothing secret: they are served to anyone who passes the Host check.
  await app.register(fastifyStatic, {
    root: `${folder}/assets`,
    prefix: '/assets/',
    index: false,
    cacheControl: false,
  });
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.sendFile('index.html', folder));
}

/** What a browser without the token sees: a form that opens `/?token=…`. */
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
<form action="/" method="get">
<p><label for="token">This server requires a token (LANDFALL_TOKEN)</label></p>
<p><input id="token" name="token" type="password" required autofocus autocomplete="current-password"> <button>Open</button></p>
</form>
</body>
</html>
`;
