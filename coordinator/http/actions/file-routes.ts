/** `POST /api/files/:id/…`: what people do with a file. With `dryRun=true` an answer says what would happen, in numbers. */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import type { Ledger, LedgerFile } from '../../../ledger/ledger.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import type { FileActions } from '../../commands/file-actions.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import { foretellCorrections } from './foretell-corrections.ts';
import type { Inspector } from './inspector.ts';
import { recorded } from './record.ts';

export interface FileActionTools {
  readonly pool: pg.Pool;
  readonly ledger: Ledger;
  readonly actions: FileActions;
  /** Absent: what corrected rows would do cannot be asked. */
  readonly inspector?: Inspector;
}

const params = z.strictObject({ id: z.coerce.number().int().min(1).max(2_147_483_647) });
export const dryRunQuery = z.strictObject({ dryRun: z.enum(['true', 'false']).default('false') });
const replayBody = z
  .strictObject({ whole: z.boolean().default(false) })
  .nullish()
  .transform((body) => body ?? { whole: false });

const noInspector = 'this server reads no uploads, so that it cannot say what they would do';

/** The options of a route that changes what is loaded. */
export const operates = { config: { role: 'operate' as const } };

export function fileActionRoutes(
  app: FastifyInstance,
  { pool, ledger, actions, inspector }: FileActionTools,
): void {
  const fileOf = async (request: FastifyRequest) => {
    const { id } = parse(params, request.params);
    const file = await ledger.file(id);
    if (file === null) throw new LandfallError('LF_FILE_UNKNOWN', { file: id });
    return file;
  };
  const isDryRun = ({ query }: FastifyRequest) => parse(dryRunQuery, query).dryRun === 'true';

  app.post('/api/files/:id/undo', { ...operates, schema: undoSchema }, async (request) => {
    const dryRun = isDryRun(request);
    const file = await fileOf(request);
    if (dryRun) return { dryRun, ...(await actions.foretellUndo(file.fileId)) };
    const { name } = request.who;
    const reason = name === null ? 'undone by hand' : `undone by ${name}`;
    const undo = () => actions.undo(file.fileId, reason);
    return { dryRun, ...(await recorded(pool, request, aboutFile('undo', file), undo)) };
  });

  app.post('/api/files/:id/replay', { ...operates, schema: replaySchema }, async (request, reply) => {
    const dryRun = isDryRun(request);
    const { whole } = parse(replayBody, request.body);
    const file = await fileOf(request);
    if (dryRun) return { dryRun, ...(await actions.foretellReplay(file.fileId, { whole })) };
    const replay = () => actions.replay(file.fileId, { whole });
    const fileId = await recorded(pool, request, aboutFile('replay', file, { whole }), replay);
    reply.code(fileId === null ? 200 : 202);
    return { dryRun, ...loading(fileId) };
  });

  app.post('/api/files/:id/accept', { ...operates, schema: acceptSchema }, async (request, reply) => {
    const file = await fileOf(request);
    const accept = () => actions.accept(file.fileId);
    const fileId = await recorded(pool, request, aboutFile('accept', file), accept);
    reply.code(202);
    return loading(fileId);
  });

  app.register(async (uploads) => {
    // The body is what was uploaded, whatever it says that it is. `actions.correct` bounds it.
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    const options = { ...operates, bodyLimit: Number.MAX_SAFE_INTEGER, schema: correctionsSchema };
    uploads.post('/api/files/:id/corrections', options, async (request, reply) => {
      const dryRun = isDryRun(request);
      const file = await fileOf(request);
      const body = request.body as Readable | undefined;
      if (body === undefined) throw new LandfallError('LF_HTTP_REQUEST', { mistakes: 'the body is empty' });
      // What is left of a body that is refused is not read: the connection closes with the answer.
      const content = body.iterator({ destroyOnReturn: false });
      if (dryRun) {
        if (inspector === undefined) throw new LandfallError('LF_HTTP_REQUEST', { mistakes: noInspector });
        const rows = await actions.correctedRows(file.fileId, content);
        return { dryRun, ...(await foretellCorrections(rows, inspector)) };
      }
      const correct = () => actions.correct(file.fileId, content);
      const fileId = await recorded(pool, request, aboutFile('correct', file), correct);
      reply.code(202);
      return loading(fileId);
    });
  });
}

function aboutFile(what: string, { fileId, name }: LedgerFile, details: object | null = null) {
  return { what, target: `${fileId}:${name}`, details };
}

/** The file that is being loaded, and where to ask what becomes of it. */
function loading(fileId: number | null) {
  return { fileId, path: fileId === null ? null : `/api/files/${fileId}` };
}

const tags = ['files'];
const idSchema = {
  type: 'object',
  properties: { id: { type: 'integer', description: 'fileId' } },
  required: ['id'],
} as const;
export const dryRunSchema = {
  type: 'object',
  properties: {
    dryRun: { type: 'boolean', default: false, description: 'Say what would happen, and change nothing' },
  },
} as const;
const number = { type: 'number' } as const;
const fileSchema = {
  type: 'object',
  properties: { fileId: { type: ['integer', 'null'] }, path: { type: ['string', 'null'] } },
} as const;
const effect = {
  files: {
    type: 'array',
    description: 'The file, its children, and the files that correct or replay its rejects',
    items: {
      type: 'object',
      properties: {
        fileId: number,
        dataset: { type: 'string' },
        file: { type: 'string' },
        rows: number,
        parts: number,
        bytes: { ...number, description: 'of the parts' },
        rejects: number,
        rejectsReturned: { ...number, description: 'rejects of other files, which wait again' },
      },
    },
  },
  events: {
    type: ['object', 'null'],
    description: 'Null where no file has events',
    properties: {
      leaving: { ...number, description: 'events that were current' },
      returning: {
        type: ['number', 'null'],
        description: 'events of other files that become current again; null: too many to be counted in time',
      },
    },
  },
} as const;

const undoSchema = {
  summary: 'Takes a loaded file out again: its rows, parts and rejects',
  tags,
  params: idSchema,
  querystring: dryRunSchema,
  response: {
    200: {
      description: 'What was taken out, or would be',
      type: 'object',
      properties: { dryRun: { type: 'boolean' }, ...effect },
    },
    '4xx': errorSchema,
  },
};

const replaySchema = {
  summary: 'Loads again what was not loaded: the waiting rejects of a file, or the whole file',
  tags,
  params: idSchema,
  querystring: dryRunSchema,
  body: {
    type: 'object',
    properties: {
      whole: { type: 'boolean', default: false, description: 'Undo a loaded file and load it as a whole' },
    },
  },
  response: {
    200: {
      description: 'What would be loaded; or that no reject waits, with a fileId of null',
      type: 'object',
      additionalProperties: true,
    },
    202: { description: 'The file that is being loaded', ...fileSchema },
    '4xx': errorSchema,
  },
};

const acceptSchema = {
  summary: 'Loads a file that failed because its snapshot lacks many keys',
  tags,
  params: idSchema,
  response: { 202: { description: 'The file that is being loaded', ...fileSchema }, '4xx': errorSchema },
};

const correctionsSchema = {
  summary: 'Loads corrected rows: the body is rejects.csv of the file, with the rows corrected',
  tags,
  params: idSchema,
  querystring: dryRunSchema,
  consumes: ['text/csv', 'application/x-ndjson'],
  response: {
    200: {
      description: 'How many rows would be taken and how many rejected again, and why',
      type: 'object',
      additionalProperties: true,
    },
    202: { description: 'The file that is being loaded', ...fileSchema },
    '4xx': errorSchema,
  },
};
