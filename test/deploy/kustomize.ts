/**
 * What `kubectl kustomize` makes of a folder, as far as deploy/kubernetes needs it: resources, components, labels, images,
 * generators and JSON patches (RFC 6902: add and remove). Where kubectl is installed, tests compare the two.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: of every kind.
  [field: string]: any;
}

interface Generator {
  readonly name: string;
  readonly behavior?: 'merge';
  readonly literals: readonly string[];
}

interface Operation {
  readonly op: 'add' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

interface Kustomization {
  readonly namespace?: string;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly labels?: readonly { readonly pairs: Readonly<Record<string, string>> }[];
  readonly images?: readonly { readonly name: string; readonly newName: string; readonly newTag: string }[];
  readonly configMapGenerator?: readonly Generator[];
  readonly secretGenerator?: readonly Generator[];
  readonly patches?: readonly {
    readonly target: { readonly kind: string; readonly name: string };
    readonly patch: string;
  }[];
}

/** The resources of a folder, without the hashes that kustomize adds to the names of what it generates. */
export function render(folder: string, before: readonly Resource[] = []): Resource[] {
  const file: Kustomization = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8'));
  const own = [...before, ...(file.resources ?? []).flatMap((path) => readResources(folder, path))];
  const resources = (file.components ?? []).reduce((made, path) => render(join(folder, path), made), own);
  for (const generator of file.configMapGenerator ?? []) generate(resources, 'ConfigMap', generator);
  for (const generator of file.secretGenerator ?? []) generate(resources, 'Secret', generator);
  for (const { target, patch } of file.patches ?? []) {
    const isMeant = new RegExp(`^(?:${target.name})$`);
    const meant = resources.filter(
      ({ kind, metadata }) => kind === target.kind && isMeant.test(metadata.name),
    );
    if (meant.length === 0) throw new Error(`${folder}: there is no ${target.kind} ${target.name} to patch`);
    for (const resource of meant) for (const operation of parse(patch)) apply(resource, operation);
  }
  for (const resource of resources) {
    if (file.namespace !== undefined && resource.kind !== 'Namespace')
      resource.metadata.namespace = file.namespace;
    for (const { pairs } of file.labels ?? []) label(resource, pairs);
    for (const { name, newName, newTag } of file.images ?? [])
      for (const container of containersOf(resource))
        if (container.image === name) container.image = `${newName}:${newTag}`;
  }
  return resources;
}

function readResources(folder: string, path: string): Resource[] {
  if (!path.endsWith('.yaml')) return render(join(folder, path));
  return parseAllDocuments(readFileSync(join(folder, path), 'utf8')).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as Resource;
  });
}

function generate(resources: Resource[], kind: string, { name, behavior, literals }: Generator): void {
  const encoded = (value: string) => (kind === 'Secret' ? Buffer.from(value).toString('base64') : value);
  const data = Object.fromEntries(
    literals.map((literal) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(literal)!;
      return [key, encoded(value)];
    }),
  );
  const there = resources.find((one) => one.kind === kind && one.metadata.name === name);
  if ((there !== undefined) !== (behavior === 'merge')) throw new Error(`${kind} ${name}: behavior`);
  if (there === undefined) resources.push({ apiVersion: 'v1', kind, metadata: { name }, data });
  else Object.assign(there.data, data);
}

/** Labels of a resource, and of the pods that it makes. */
function label(resource: Resource, pairs: Readonly<Record<string, string>>): void {
  for (const { metadata } of [resource, resource.spec?.template ?? {}])
    if (metadata !== undefined) metadata.labels = { ...metadata.labels, ...pairs };
}

function apply(resource: Resource, { op, path, value }: Operation): void {
  const keys = path.slice(1).split('/');
  const last = keys.pop()!;
  // biome-ignore lint/suspicious/noExplicitAny: a place in a resource.
  const place = keys.reduce((at: any, key) => {
    if (at[key] === undefined) throw new Error(`${resource.kind} ${resource.metadata.name} has no ${path}`);
    return at[key];
  }, resource);
  if (op === 'add' && Array.isArray(place) && last === '-') place.push(structuredClone(value));
  else if (op === 'add') place[last] = structuredClone(value);
  else if (last in place) delete place[last];
  else throw new Error(`${resource.kind} ${resource.metadata.name} has no ${path} to remove`);
}

export interface Container {
  readonly name: string;
  image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: whatever else a container has.
  readonly [field: string]: any;
}

/** Of a Deployment or StatefulSet. */
export function containersOf(resource: Resource): readonly Container[] {
  return resource.spec?.template?.spec?.containers ?? [];
}
