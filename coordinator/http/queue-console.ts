/**
 * `/queue`: the console of the queue in Redis, by bull-board, which is installed beside Landfall where somebody wants it.
 * Whoever may look may look; what changes something needs the role admin.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LandfallError } from '../../platform/errors/errors.ts';
import { findPackage, isPackageMissing } from '../../platform/package/optional-package.ts';
import type { Queues } from '../../platform/queue/index.ts';
import { contentPolicy } from './security.ts';

const base = '/queue';
const packages = ['@bull-board/api', '@bull-board/ui', 'bullmq'];

/** What bull-board tells a server, of which only this is used. */
interface Route {
  readonly method: string | readonly string[];
  readonly route: string | readonly string[];
  handler(request: object): Answer | Promise<Answer>;
}
interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** `isOn`: as in the settings. `find`: the entry of a package; throws Node's error where it is not installed. */
export function queueConsole(
  app: FastifyInstance,
  { queues, isOn }: { readonly queues: Pick<Queues, 'backend' | 'queuesOfBullmq'>; readonly isOn: boolean },
  find: (name: string) => string = findPackage,
): void {
  if (!isOn) return;
  const board = queues.backend === 'redis' ? loadBoard(find) : null;
  if (board === null) {
    const refuse = async () => {
      throw queues.backend === 'redis' ? missing() : elsewhere();
    };
    for (const path of [base, `${base}/*`]) app.get(path, { schema: { hide: true } }, refuse);
    return;
  }
  const { createBullBoard, BullMQAdapter, uiFolder } = board;
  const server = new Adapter(app, uiFolder);
  createBullBoard({
    queues: queues.queuesOfBullmq().map((queue) => new BullMQAdapter(queue)),
    serverAdapter: server,
    options: { uiBasePath: uiFolder, uiConfig: { boardTitle: 'Landfall' } },
  });
}

function missing(): LandfallError {
  const install = `Run \`npm install ${packages.join(' ')}\` in this folder, or with -g beside a global landfall`;
  return new LandfallError('LF_HTTP_CONSOLE', { reason: 'bull-board is not installed', what: install });
}

function elsewhere(): LandfallError {
  const what = 'Set REDIS_URL to have the queue in Redis, or look at the tables of schema bullmq';
  return new LandfallError('LF_HTTP_CONSOLE', { reason: 'the queue is in PostgreSQL', what });
}

interface Board {
  createBullBoard(options: object): void;
  readonly BullMQAdapter: new (queue: object) => object;
  readonly uiFolder: string;
}

/** Null where a package is not installed. */
function loadBoard(find: (name: string) => string): Board | null {
  try {
    const [api, ui] = ['@bull-board/api', '@bull-board/ui/package.json'].map((name) => find(name));
    const load = createRequire(api);
    const { createBullBoard } = load(api);
    const { BullMQAdapter } = load('@bull-board/api/bullMQAdapter');
    return { createBullBoard, BullMQAdapter, uiFolder: join(ui, '..') };
  } catch (error) {
    if (isPackageMissing(error)) return null;
    throw error;
  }
}

/** Has Fastify serve what bull-board describes. */
class Adapter {
  private readonly app: FastifyInstance;
  private readonly folder: string;
  private queues: object = new Map();
  private uiConfig: object = {};
  private answerError: (error: Error) => Answer = () => ({ status: 500, body: {} });

  constructor(app: FastifyInstance, folder: string) {
    this.app = app;
    this.folder = folder;
  }

  setQueues(queues: object): this {
    this.queues = queues;
    return this;
  }

  setViewsPath(): this {
    return this;
  }

  setUIConfig(config: object): this {
    this.uiConfig = config;
    return this;
  }

  setErrorHandler(handler: (error: Error) => Answer): this {
    this.answerError = handler;
    return this;
  }

  setStaticPath(path: string, folder: string): this {
    this.app.get(`${base}${path}/*`, { schema: { hide: true } }, (request, reply) => {
      const name = (request.params as { '*': string })['*'];
      const file = resolve(folder, name);
      if (!file.startsWith(folder + sep) || !existsSync(file))
        throw new LandfallError('LF_HTTP_NOT_FOUND', { path: `${base}${path}/${name}` });
      return reply.sendFile(name, folder);
    });
    return this;
  }

  setEntryRoute({ route }: Route): this {
    for (const path of [route].flat()) {
      const url = path === '/' ? base : `${base}${path}`;
      this.app.get(url, { schema: { hide: true } }, (_request, reply) => this.sendPage(reply));
    }
    return this;
  }

  setApiRoutes(routes: readonly Route[]): this {
    for (const { method, route, handler } of routes)
      for (const path of [route].flat())
        this.app.route({
          method: [method].flat().map((one) => one.toUpperCase()),
          url: `${base}${path}`,
          schema: { hide: true },
          config: { role: [method].flat().every((one) => one.toLowerCase() === 'get') ? 'view' : 'admin' },
          handler: (request, reply) => this.answer(handler, request, reply),
        });
    return this;
  }

  private async answer(handler: Route['handler'], request: FastifyRequest, reply: FastifyReply) {
    const { query, params, body, headers } = request;
    const asked = { queues: this.queues, query, params, body: body ?? {}, headers };
    const { status = 200, body: said } = await Promise.resolve(handler(asked)).catch((error) =>
      this.answerError(error),
    );
    return reply.code(status).send(said);
  }

  /** The page asks no other host: its fonts are those of the reader. */
  private sendPage(reply: FastifyReply) {
    const values: Record<string, string> = {
      basePath: `${base}/`,
      title: 'Landfall: queue',
      favIconDefault: '/assets/landfall.svg',
      favIconAlternative: '/assets/landfall.svg',
      uiConfig: JSON.stringify(this.uiConfig).replaceAll('<', '\\u003c'),
    };
    const page = readFileSync(join(this.folder, 'dist/index.ejs'), 'utf8')
      .replace(/<link[^>]*googleapis[^>]*>/g, '')
      .replace(/<%[=-] *(\w+) *%>/g, (_, name: string) => values[name] ?? '');
    const policy = contentPolicy({ 'style-src': "'self' 'unsafe-inline'", 'base-uri': "'self'" });
    return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(page);
  }
}
