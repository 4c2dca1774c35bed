/** `/api/uploads`: files that are sent in pieces, looked at, and put into landing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { pieceBytesMost, type Upload, type Uploads } from '../../upload/uploads.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { operates } from './file-routes.ts';
import type { Inspector } from './inspector.ts';
import { recorded } from './record.ts';

/** What may be sent of a file to be looked at, in bytes. */
const lookedBytesMost = 8 * 1024 * 1024;

const params = z.strictObject({ id: z.string().max(64) });
const announced = z.strictObject({
  name: z.string().max(1000),
  bytes: z.number().int().min(0),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullish(),
});
const offsetQuery = z.strictObject({ offset: z.coerce.number().int().min(0) });
const landBody = z.strictObject({ dataset: z.string().max(200) });
const inspectBody = z
  .strictObject({ dataset: z.string().max(200).optional(), as: z.string().max(200).optional() })
  .nullish()
  .transform((body) => body ?? {});
const lookQuery = z.strictObject({
  name: z.string().min(1).max(200),
  dataset: z.string().max(200).optional(),
  as: z.string().max(200).optional(),
  part: z.enum(['true', 'false']).default('false'),
});

export interface UploadTools {
  readonly pool: pg.Pool;
  readonly uploads: Uploads;
  readonly inspector: Inspector;
}

export function uploadRoutes(app: FastifyInstance, { pool, uploads, inspector }: UploadTools): void {
  const idOf = ({ params: given }: FastifyRequest) => parse(params, given).id;

  app.post('/api/uploads', { ...operates, schema: createSchema }, async (request, reply) => {
    const { sha256 = null, ...file } = parse(announced, request.body);
    const upload = await uploads.create({ ...file, sha256: sha256 ?? null });
    reply.code(201);
    return shown(upload);
  });

  app.get(
    '/api/uploads/:id',
    { ...operates, schema: oneSchema('How much of an upload is here') },
    async (request) => shown(await uploads.get(idOf(request))),
  );

  app.delete('/api/uploads/:id', { ...operates, schema: oneSchema('Forgets an upload') }, async (request) => {
    await uploads.drop(idOf(request));
    return { dropped: true };
  });

  app.post('/api/uploads/:id/land', { ...operates, schema: landSchema }, async (request, reply) => {
    const { dataset } = parse(landBody, request.body);
    const { id, name, bytes } = await uploads.get(idOf(request));
    const about = { what: 'upload', target: `${dataset}/${name}`, details: { bytes } };
    await recorded(pool, request, about, () => uploads.land(id, dataset));
    reply.code(202);
    return { dataset, name };
  });

  app.post('/api/uploads/:id/inspect', { ...operates, schema: inspectSchema }, async (request) => {
    const { dataset, as } = parse(inspectBody, request.body);
    const upload = await uploads.get(idOf(request));
    if (upload.offset !== upload.bytes) {
      const reason = `${upload.offset} of ${upload.bytes} bytes are here`;
      throw new LandfallError('LF_UPLOAD_CONTENT', { file: upload.name, reason });
    }
    return inspector.inspect(uploads.pathOf(upload), { dataset, as });
  });

  app.register(async (pieces) => {
    pieces.removeAllContentTypeParsers();
    pieces.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    const limited = (bodyLimit: number) => ({ ...operates, bodyLimit });

    pieces.patch('/api/uploads/:id', { ...limited(pieceBytesMost), schema: pieceSchema }, async (request) => {
      const { offset } = parse(offsetQuery, request.query);
      return shown(await uploads.append(idOf(request), offset, contentOf(request)));
    });

    pieces.post('/api/inspect', { ...limited(lookedBytesMost), schema: lookSchema }, async (request) => {
      const { name, dataset, as, part } = parse(lookQuery, request.query);
      const content = await bounded(contentOf(request), lookedBytesMost);
      const folder = await mkdtemp(join(tmpdir(), 'landfall-look-'));
      try {
        const path = join(folder, name.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_'));
        await writeFile(path, part === 'true' ? wholeLines(content) : content);
        return await inspector.inspect(path, { dataset, as, name });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
}

/** What is left of a body that is refused is not read: the connection closes with the answer. */
function contentOf({ body }: FastifyRequest): AsyncIterable<Uint8Array> {
  if (body === undefined) throw new LandfallError('LF_HTTP_REQUEST', { mistakes: 'the body is empty' });
  return (body as Readable).iterator({ destroyOnReturn: false });
}

async function bounded(content: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > most) throw new LandfallError('LF_UPLOAD_SIZE', { most });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The beginning of a file without the line that was cut. */
function wholeLines(content: Buffer): Buffer {
  const end = content.lastIndexOf(0x0a);
  return end < 0 ? content : content.subarray(0, end + 1);
}

function shown({ id, name, bytes, offset }: Upload) {
  return { id, name, bytes, offset, pieceBytes: pieceBytesMost };
}

const tags = ['uploads'];
const idSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } as const;
const upload = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    bytes: { type: 'number' },
    offset: { type: 'number', description: 'Where the next piece begins' },
    pieceBytes: { type: 'number', description: 'What a piece may have' },
    dropped: { type: 'boolean' },
  },
} as const;
const anything = { type: 'object', additionalProperties: true } as const;

const createSchema = {
  summary: 'Announces a file that is sent in pieces',
  tags,
  body: {
    type: 'object',
    required: ['name', 'bytes'],
    properties: {
      name: { type: 'string' },
      bytes: { type: 'integer', minimum: 0 },
      sha256: { type: 'string', description: 'Of the whole content; compared before the file lands' },
    },
  },
  response: { 201: { description: 'The upload', ...upload }, '4xx': errorSchema },
};
const oneSchema = (summary: string) => ({
  summary,
  tags,
  params: idSchema,
  response: { 200: { description: 'The upload', ...upload }, '4xx': errorSchema },
});
const pieceSchema = {
  summary: 'Adds a piece; after a cut, GET says where to go on',
  tags,
  params: idSchema,
  querystring: { type: 'object', required: ['offset'], properties: { offset: { type: 'integer' } } },
  consumes: ['application/octet-stream'],
  response: { 200: { description: 'The upload', ...upload }, '4xx': errorSchema },
};
const landSchema = {
  summary: 'Moves a whole upload into the landing folder of a dataset, where it is loaded',
  tags,
  params: idSchema,
  body: { type: 'object', required: ['dataset'], properties: { dataset: { type: 'string' } } },
  response: {
    202: { description: 'The file, as it is called from now on', ...anything },
    '4xx': errorSchema,
  },
};
const inspectSchema = {
  summary: 'Looks at a whole upload: its dataset, or a definition for it, and its first rows',
  tags,
  params: idSchema,
  body: {
    type: 'object',
    properties: {
      dataset: {
        type: 'string',
        description: 'Read it as this dataset; default: the one that its header fits',
      },
      as: { type: 'string', description: 'What a new dataset is called; default: from the name' },
    },
  },
  response: { 200: { description: 'What was found', ...anything }, '4xx': errorSchema },
};
const lookSchema = {
  summary: 'Looks at the beginning of a file, which is the body: at most 8 MiB',
  tags,
  querystring: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string' },
      dataset: { type: 'string' },
      as: { type: 'string' },
      part: { type: 'boolean', default: false, description: 'The last line may be cut' },
    },
  },
  consumes: ['application/octet-stream'],
  response: { 200: { description: 'What was found', ...anything }, '4xx': errorSchema },
};
