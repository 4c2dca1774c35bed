/** `POST /api/definitions`: saves a definition. It is code, and runs in the coordinator and the workers: for admins. */
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { z } from 'zod';
import { checkDatasetName } from '../../../model/infer/names/dataset-name.ts';
import { isExamplePath, type Registry } from '../../../model/registry.ts';
import { codedError, LandfallError } from '../../../platform/errors/errors.ts';
import { errorSchema } from '../answers.ts';
import { parse } from '../parse.ts';
import type { Inspector } from './inspector.ts';
import { recorded } from './record.ts';

/** How long the definition may take to be noticed, in ms. */
const noticedMs = 15_000;
const definitionBytes = 1024 * 1024;

const body = z.strictObject({ name: z.string().max(200), source: z.string().min(1) });

export interface DefinitionTools {
  readonly pool: pg.Pool;
  readonly registry: Registry;
  readonly inspector: Inspector;
  /** Where definitions are read from. */
  readonly datasets: readonly string[];
}

export function definitionRoutes(app: FastifyInstance, tools: DefinitionTools): void {
  const { pool, registry, inspector, datasets } = tools;
  const options = { config: { role: 'admin' as const }, bodyLimit: definitionBytes, schema };
  app.post('/api/definitions', options, async (request, reply) => {
    const { name: asked, source } = parse(body, request.body);
    const name = checkDatasetName(asked);
    const folder = datasets.find((path) => !isExamplePath(path) && !/\.[mc]?[jt]s$/.test(path));
    if (folder === undefined) throw new LandfallError('LF_DEFINITION_PLACE');
    const file = join(folder, name, 'dataset.ts');
    if (registry.get(name) !== undefined) throw new LandfallError('LF_INIT_EXISTS', { out: file });
    await recorded(pool, request, { what: 'define', target: name, details: null }, async () => {
      await inspector.checkDefinition(source, name);
      await write(file, source);
    });
    for (let left = noticedMs; left > 0 && registry.get(name) === undefined; left -= 50) await delay(50);
    reply.code(201);
    return { dataset: name, file, isUsed: registry.get(name) !== undefined };
  });
}

/** Writes the file whole, unless there is one. Throws LF_INIT_EXISTS, LF_PATH, LF_PATH_DENIED. */
async function write(file: string, source: string): Promise<void> {
  const staged = `${file}.${process.pid}.part`;
  try {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(staged, source);
    await link(staged, file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new LandfallError('LF_INIT_EXISTS', { out: file }, { cause });
    throw codedError(cause, file);
  } finally {
    await rm(staged, { force: true });
  }
}

const schema = {
  summary: 'Saves the definition of a new dataset, if it can be used',
  tags: ['uploads'],
  body: {
    type: 'object',
    required: ['name', 'source'],
    properties: { name: { type: 'string' }, source: { type: 'string', description: 'TypeScript' } },
  },
  response: {
    201: { description: 'Where it is, and whether it is in use', type: 'object', additionalProperties: true },
    '4xx': errorSchema,
  },
};
