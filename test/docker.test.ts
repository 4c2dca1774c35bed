/** docker-compose.yml and Dockerfile, checked as far as that goes without Docker. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildProgram } from '../cli/program.ts';
import { loadConfig } from '../platform/config/config.ts';
import { CLOSE_MS } from '../workers/pool.ts';
import { tempFolder } from './support/index.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

/** `${NAME:-default}` → default, as compose does when NAME is not set; `${NAME:?why}` → what a person sets. */
function substitute(value: string): string {
  return value.replace(/\$\{\w+:-([^}]*)\}/g, '$1').replace(/\$\{\w+:\?[^}]*\}/g, 'given');
}

describe('docker-compose.yml', () => {
  interface Service {
    readonly restart: string;
    readonly profiles?: readonly string[];
    readonly ports?: readonly string[];
    readonly volumes?: readonly string[];
    readonly image: string;
    readonly build?: string;
    readonly environment?: Readonly<Record<string, string | null>>;
    readonly healthcheck?: { readonly test: readonly string[] };
    readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  }
  const services = Object.entries<Service>(compose.services);
  /** A service that does its work and ends. */
  const ends = ({ restart }: Service) => restart === 'no';

  it('has Redis, Postgres, a coordinator and workers; a tool on the warehouse if its profile is named', () => {
    const always = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    expect(always.sort()).toEqual(['coordinator', 'postgres', 'redis', 'worker']);
    const inProfile = (profile: string) =>
      services.filter(([, { profiles }]) => profiles?.includes(profile)).map(([name]) => name);
    expect(inProfile('superset')).toEqual(['reader', 'superset']);
    expect(inProfile('metabase')).toEqual(['reader', 'metabase', 'metabase-setup']);
    expect(inProfile('pgadmin')).toEqual(['reader', 'pgadmin']);
    expect(inProfile('s3')).toEqual(['s3']);
  });

  it('checks the health of every service that stays', () => {
    // That of Landfall is in its image.
    for (const [name, service] of services.filter(([, service]) => !ends(service) && service.build !== '.'))
      expect(service.healthcheck?.test.length, name).toBeGreaterThan(1);
  });

  it('starts each service only after what it needs is healthy, or has ended', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const service: Service = compose.services[needed];
        expect(service, `${name} needs ${needed}`).toBeDefined();
        expect(condition).toBe(ends(service) ? 'service_completed_successfully' : 'service_healthy');
      }
    }
  });

  it('mounts files that are there, and gives every host port to this host alone', () => {
    for (const [name, { volumes = [], ports = [] }] of services) {
      const mounted = volumes.map((volume) => substitute(volume).split(':')[0]);
      const ours = mounted.filter((path) => /^\.\/(?!landing|lake|archive|failed|definitions)/.test(path));
      for (const path of ours) expect(existsSync(join(root, path)), `${name}: ${path}`).toBe(true);
      for (const path of mounted.filter((path) => !path.startsWith('.')))
        expect(compose.volumes, name).toHaveProperty(path);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('lets workers scale: no fixed name and no host port', () => {
    expect(compose.services.worker).not.toHaveProperty('container_name');
    expect(compose.services.worker).not.toHaveProperty('ports');
  });

  it('runs commands the program has', async () => {
    const names = (await buildProgram()).commands.map((command) => command.name());
    expect(names).toContain(compose.services.coordinator.command[0]);
    expect(names).toContain(compose.services.worker.command[0]);
  });

  it('gives every role settings that are valid and the same folders, mounted from the host', async () => {
    const image = Object.fromEntries(
      [...dockerfile.matchAll(/^\s*(?:ENV )?((?:\w+=\S+\s?)+)\\?$/gm)].flatMap(([, line]) =>
        line
          .trim()
          .split(/\s+/)
          .map((pair) => pair.split('=') as [string, string]),
      ),
    );
    for (const role of ['coordinator', 'worker']) {
      const service = compose.services[role];
      const env = {
        ...image,
        ...Object.fromEntries(
          Object.entries<string | null>(service.environment).flatMap(([name, value]) =>
            // Without a value it is there only if a person sets it.
            value === null ? [] : [[name, substitute(value)]],
          ),
        ),
      };
      const config = await loadConfig({}, { env, cwd: root });
      expect(config.redisUrl).toBe('redis://redis:6379');
      expect(config.host).toBe('0.0.0.0');
      const mounted = service.volumes.map((volume: string) => substitute(volume).split(':').at(-1));
      const { landingUrl, lakeUrl, archiveUrl, failedUrl, datasets } = config;
      expect(service.volumes.at(-1)).toMatch(/:ro$/);
      expect(mounted).toEqual([landingUrl, lakeUrl, archiveUrl, failedUrl, 'ro']);
      expect(datasets).toEqual(['/data/datasets']);
      expect(service.volumes.at(-1)).toContain(':/data/datasets:');
    }
  });

  it('has no password of its own, and images that do not change', () => {
    for (const [name, service] of services) {
      for (const [variable, value] of Object.entries(service.environment ?? {})) {
        if (!/PASSWORD|SECRET|_KEY|_URL$|_URI$/.test(variable) || value === null) continue;
        const withoutNames = String(value).replace(/\$\{\w+(:-|:\?[^}]*)\}/g, '');
        if (/PASSWORD|SECRET/.test(variable)) expect(withoutNames, `${name}: ${variable}`).toBe('');
        expect(withoutNames, `${name}: ${variable}`).not.toMatch(/\/\/\w+:\w+@/);
      }
      if (service.build === undefined) expect(service.image, name).toMatch(/:(v?\d+\.\d+|RELEASE\.\d{4}-)/);
    }
    for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/:\d+\.\d+\.\d+-/);
  });

  it.each(['coordinator', 'worker'])(
    'lets a %s write only where it must, and end what it has in flight',
    async (role) => {
      const service = compose.services[role];
      expect(service).toMatchObject({ init: true, read_only: true, cap_drop: ['ALL'] });
      expect(service.security_opt).toContain('no-new-privileges:true');
      const { stopMs } = await loadConfig({}, { env: {}, cwd: root });
      // What closes after the work in flight: cli/site.ts and workers/pool.ts.
      const closing = Math.max(10_000, CLOSE_MS);
      expect(Number.parseInt(service.stop_grace_period, 10) * 1000).toBeGreaterThan(stopMs + closing);
      const written = service.tmpfs.map((mount: string) => mount.split(':')[0]);
      expect(written).toEqual(['/tmp', '/var/lib/landfall']);
      expect(dockerfile).toMatch(/LANDFALL_ALIVE_FILE=\/tmp\//);
      expect(dockerfile).toContain('LANDFALL_HOME=/var/lib/landfall');
    },
  );

  it('has a store that is S3 to Landfall, in a profile, with settings that are valid', async () => {
    const settings = Object.fromEntries(
      readFileSync(join(root, 'deploy/s3.env'), 'utf8')
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map((line) => line.split('=') as [string, string]),
    );
    const known = Object.keys(compose.services.worker.environment);
    expect(known).toEqual(expect.arrayContaining(Object.keys(settings)));
    const config = await loadConfig({}, { env: settings, cwd: root });
    const buckets = [config.landingUrl, config.lakeUrl, config.archiveUrl].map((url) => new URL(url).host);
    for (const bucket of buckets) expect(compose.services.s3.command[0]).toContain(`/data/${bucket}`);
    expect(new URL(settings.AWS_ENDPOINT_URL_S3).hostname).toBe('s3');
  });

  it('publishes the dashboard on loopback only, on the port the coordinator listens on', () => {
    expect(compose.services.coordinator.ports).toEqual(['127.0.0.1:8080:8080']);
  });
});

describe('Dockerfile', () => {
  it('copies only what exists or is built, and does not run as root', () => {
    for (const [, source] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
      for (const path of source.split(' ')) expect(existsSync(join(root, path)), path).toBe(true);
    }
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/&& rm -rf dist\/bench dist\/soak$/m);
    expect(dockerfile).toContain('ENTRYPOINT ["node", "dist/cli/main.js"]');
  });
});

describe('the HEALTHCHECK of the image', () => {
  const [command, ...args] = JSON.parse(/^HEALTHCHECK .* CMD (\[.*\])$/m.exec(dockerfile)![1]);
  const check = async (env: Record<string, string>) => {
    const child = execFile(command, args, { cwd: root, env: { PATH: process.env.PATH, ...env } });
    return (await once(child, 'exit'))[0];
  };

  it('asks the file of a worker, and nothing else', async () => {
    const file = join(tempFolder(), 'alive');
    const env = { LANDFALL_ALIVE_FILE: file, LANDFALL_PORT: '1' };
    expect(await check(env)).toBe(1);
    writeFileSync(file, '');
    expect(await check(env)).toBe(0);
    const minuteAgo = Date.now() / 1000 - 60;
    utimesSync(file, minuteAgo, minuteAgo);
    expect(await check(env)).toBe(1);
  });

  it('asks /healthz of a coordinator', async () => {
    let status = 200;
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/healthz' ? status : 404;
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const env = { LANDFALL_ALIVE_FILE: join(tempFolder(), 'none'), LANDFALL_PORT: String(port) };
    expect(await check(env)).toBe(0);
    status = 503;
    expect(await check(env)).toBe(1);
    server.close();
    await once(server, 'close');
    expect(await check(env)).toBe(1);
  });
});
