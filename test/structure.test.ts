/** The rooms' shape: who may import whom, no cycles, no file that has outgrown its sitting. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Rooms each room may import from, besides itself. */
const allowed: Record<string, readonly string[]> = {
  kernel: [],
  platform: ['kernel'],
  model: ['kernel', 'platform'],
  datasets: ['model', 'platform', 'kernel'],
  ledger: ['model', 'platform', 'kernel'],
  sources: ['ledger', 'model', 'platform', 'kernel'],
  sinks: ['ledger', 'model', 'platform', 'kernel'],
  workers: ['sinks', 'ledger', 'model', 'platform', 'datasets', 'kernel'],
  coordinator: ['sinks', 'sources', 'ledger', 'model', 'platform', 'datasets', 'kernel'],
  cli: ['coordinator', 'workers', 'sinks', 'ledger', 'model', 'platform', 'datasets'],
  dashboard: ['platform'],
  soak: ['ledger', 'model', 'platform', 'datasets'],
};

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('kernel/assembly/'));
}

/** Files a file imports; `import type` is erased and so not an edge at run time. */
function imports(path: string, { types }: { types: boolean }): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  const edges: string[] = [];
  for (const [, typeOnly, target] of text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+['"](\.[^'"]+)['"]/gm,
  )) {
    if (typeOnly && !types) continue;
    edges.push(normalize(join(dirname(path), target)));
  }
  return edges;
}

const files = Object.keys(allowed).flatMap(sources);

describe('structure', () => {
  it('finds the rooms', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it('lets each room import only what it may', () => {
    const wrong = files.flatMap((path) => {
      const room = path.split('/')[0];
      return imports(path, { types: true })
        .map((target) => target.split('/')[0])
        .filter((other) => other !== room && !allowed[room].includes(other))
        .map((other) => `${path} imports ${other}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has no import cycle', () => {
    const edges = new Map(files.map((path) => [path, imports(path, { types: false })]));
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]) => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (done.has(path) || trail.includes(path)) return;
      for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of files) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('keeps every source file readable in a sitting', () => {
    const long = files.filter((path) => readFileSync(join(root, path), 'utf8').split('\n').length > 450);
    expect(long).toEqual([]);
  });
});
