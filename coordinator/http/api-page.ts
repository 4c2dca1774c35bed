/** `/api`: every address, to read about and to try. Behind the token, like all that it can ask. */
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { LandfallError } from '../../platform/errors/errors.ts';
import { findPackage, isPackageMissing } from '../../platform/package/optional-package.ts';
import { contentPolicy } from './security.ts';

/** Scripts and styles of Swagger UI, from beside Landfall or from the folder of the user; null where it is not installed. */
function swaggerFolder(cwd: string): string | null {
  try {
    return join(dirname(findPackage('@fastify/swagger-ui', cwd)), 'static');
  } catch (error) {
    if (isPackageMissing(error)) return null;
    throw error;
  }
}

export async function serveApiPage(app: FastifyInstance, cwd = process.cwd()): Promise<void> {
  const folder = swaggerFolder(cwd);
  app.get('/api', { schema: { hide: true } }, (_request, reply) => {
    if (folder === null) throw new LandfallError('LF_HTTP_API_PAGE');
    // Swagger UI sets styles of its elements in their markup.
    reply.header('content-security-policy', contentPolicy({ 'style-src': "'self' 'unsafe-inline'" }));
    return reply.type('text/html; charset=utf-8').send(page);
  });
  app.get('/api/page/start.js', { schema: { hide: true } }, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(start),
  );
  if (folder === null) return;
  for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css'])
    app.get(`/api/page/${name}`, { schema: { hide: true } }, (_request, reply) =>
      reply.sendFile(name, folder),
    );
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Landfall: API</title>
<link rel="icon" href="/assets/landfall.svg">
<link rel="stylesheet" href="/api/page/swagger-ui.css">
</head>
<body>
<h1>Landfall: API</h1>
<p><a href="/">Back to the page</a></p>
<div id="api"></div>
<script src="/api/page/swagger-ui-bundle.js"></script>
<script src="/api/page/start.js"></script>
</body>
</html>
`;

/** Who has opened the page has a cookie, which is the token of what is tried. */
const start = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;
