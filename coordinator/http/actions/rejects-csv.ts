/** `GET /api/files/:id/rejects.csv`: the waiting rejects of a file, for correction. The bytes of `landfall rejects --export`. */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { Ledger, LedgerFile } from '../../../ledger/ledger.ts';
import type { Registry } from '../../../model/registry.ts';
import { exportWaiting } from '../../commands/list-rejects.ts';
import { errorSchema, notFound } from '../answers.ts';
import { parse } from '../parse.ts';

const params = z.strictObject({ id: z.coerce.number().int().min(1).max(2_147_483_647) });
const query = z.strictObject({
  token: z.string().optional(),
  excelSafe: z.enum(['true', 'false']).default('false'),
});

const warning =
  'Cells are as they came, and a spreadsheet may run formulas in them. excelSafe=true guards them.';

export function rejectsCsvRoute(
  app: FastifyInstance,
  {
    pool,
    ledger,
    registry,
  }: { readonly pool: pg.Pool; readonly ledger: Ledger; readonly registry: Registry },
): void {
  app.get('/api/files/:id/rejects.csv', { schema }, async (request, reply) => {
    const { id } = parse(params, request.params);
    const excelSafe = parse(query, request.query).excelSafe === 'true';
    const file = await ledger.file(id);
    if (file === null) throw notFound(request.url.split('?')[0]);
    const written = await exportWaiting(pool, registry, file, { excelSafe });
    const isJson = file.layout?.format !== undefined;
    reply.type(isJson ? 'application/x-ndjson' : 'text/csv; charset=utf-8');
    reply.header('content-disposition', `attachment; ${fileName(file, isJson)}`);
    if (!isJson && !excelSafe) reply.header('landfall-warning', warning);
    if (written === null) return '';
    return reply.send(Readable.from(await begun(written.bytes)));
  });
}

/** The pieces, of which the first is there: an error before it has a status of its own. */
async function begun(pieces: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const each = pieces[Symbol.asyncIterator]();
  const first = await each.next();
  return (async function* () {
    for (let next = first; !next.done; next = await each.next()) if (next.value.length > 0) yield next.value;
  })();
}

/** https://www.rfc-editor.org/rfc/rfc6266: a name of ASCII, and the whole name for those who read it. */
function fileName({ name }: LedgerFile, isJson: boolean): string {
  const whole = `${name.split('/').at(-1)}-rejects.${isJson ? 'ndjson' : 'csv'}`;
  const ascii = whole.replace(/[^\w.-]/g, '_');
  const encoded = encodeURIComponent(whole).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

const schema = {
  summary: 'Waiting rejects for correction: each record as it came, with the reason in added columns',
  description: warning,
  tags: ['files'],
  params: {
    type: 'object',
    properties: { id: { type: 'integer', description: 'fileId' } },
    required: ['id'],
  },
  querystring: {
    type: 'object',
    properties: {
      excelSafe: { type: 'boolean', default: false, description: 'Guard cells that begin like formulas' },
    },
  },
  produces: ['text/csv', 'application/x-ndjson'],
  response: { '4xx': errorSchema },
};
