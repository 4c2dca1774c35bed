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
  it('has Redis, Postgres, a coordinator and workers, each with a health check', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['coordinator', 'postgres', 'redis', 'worker']);
    for (const service of Object.values<{ healthcheck: { test: string[] } }>(compose.services)) {
      expect(service.healthcheck.test.length).toBeGreaterThan(1);
    }
  });

  it('starts each service only after what it needs is healthy', () => {
    for (const [name, service] of Object.entries<{ depends_on?: Record<string, { condition: string }> }>(
      compose.services,
    )) {
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(compose.services, name).toHaveProperty(needed);
        expect(condition).toBe('service_healthy');
      }
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
