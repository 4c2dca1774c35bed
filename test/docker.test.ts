/** docker-compose.yml and Dockerfile, checked as far as that goes without Docker. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildProgram } from '../cli/program.ts';
import { loadConfig } from '../platform/config/config.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

/** `${NAME:-default}` → default, as compose does when NAME is not set. */
function substitute(value: string): string {
  return value.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
}

describe('docker-compose.yml', () => {
  interface Service {
    readonly restart: string;
    readonly profiles?: readonly string[];
    readonly ports?: readonly string[];
    readonly volumes?: readonly string[];
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
  });

  it('checks the health of every service that stays', () => {
    for (const [name, service] of services.filter(([, service]) => !ends(service)))
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
      const ours = mounted.filter((path) => /^\.\/(?!landing|lake|archive|failed)/.test(path));
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
          Object.entries<string>(service.environment).map(([name, value]) => [name, substitute(value)]),
        ),
      };
      const config = await loadConfig({}, { env, cwd: root });
      expect(config.redisUrl).toBe('redis://redis:6379');
      expect(config.host).toBe('0.0.0.0');
      const mounted = service.volumes.map((volume: string) => substitute(volume).split(':').at(-1));
      expect(mounted).toEqual([config.landingUrl, config.lakeUrl, config.archiveUrl, config.failedUrl]);
    }
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
    expect(dockerfile).toContain('ENTRYPOINT ["node", "dist/cli/main.js"]');
  });
});
