/** deploy/kubernetes, checked as far as that goes without a cluster: schemas, names, settings, and who may do what. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kedaSh } from '@kubernetes-models/keda';
import * as kubernetes from 'kubernetes-models';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildProgram } from '../../cli/program.ts';
import { describeConfig, loadConfig } from '../../platform/config/config.ts';
import { root } from '../support/house/tree.ts';
import { containersOf, type Resource, render } from './kustomize.ts';

const folder = join(root, 'deploy', 'kubernetes');
const overlays = readdirSync(join(folder, 'overlays'));
const rendered = new Map(overlays.map((name) => [name, render(join(folder, 'overlays', name))]));
const each = [...rendered].flatMap(([overlay, resources]) =>
  resources.map((resource) => [`${overlay}: ${resource.kind} ${resource.metadata.name}`, resource] as const),
);
const makesPods = each.filter(([, resource]) => containersOf(resource).length > 0);
const ours = (resource: Resource) => containersOf(resource).filter(({ name }) => name === 'landfall');

type Class = new (of: Resource) => { validate(): void };
/** Classes of resources by group, version and kind; `v1` has no group. */
const classes = kubernetes as unknown as Record<string, Record<string, Record<string, Class>>>;

/** The class of a resource, which knows its schema. */
function classOf({ apiVersion, kind }: Resource): Class {
  const [version, group = ''] = apiVersion.split('/').reverse();
  const ofCore = classes[version] as unknown as Record<string, Class>;
  const ofGroup = () => classes[group.replace(/\.(\w)/g, (_, letter) => letter.toUpperCase())]?.[version];
  const ofKeda = (kedaSh as unknown as typeof classes.apps)[version];
  const found = (group === '' ? ofCore : group === 'keda.sh' ? ofKeda : ofGroup())?.[kind];
  if (found === undefined) throw new Error(`there is no schema for ${kind} of ${apiVersion}`);
  return found;
}

it.each(each)('%s is as its schema says', (_, resource) => {
  const Class = classOf(resource);
  expect(() => new Class(structuredClone(resource)).validate()).not.toThrow();
});

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!hasKubectl) console.error('There is no kubectl here: what it makes of the overlays is not compared.');

// Elsewhere there is nothing to compare with, and every other test here stands without it.
describe.each(hasKubectl ? ['kubectl'] : [])('%s', () => {
  /** Without hashes, whose letters are those of Kubernetes' SafeEncode. */
  const plain = (text: string) => text.replace(/-[2456789bcdfghkmt]{10}(?=\s|$)/gm, '');
  const sorted = (resources: readonly Resource[]) =>
    resources.toSorted((a, b) => (`${a.kind}/${a.metadata.name}` < `${b.kind}/${b.metadata.name}` ? -1 : 1));

  it.each(overlays)('makes the same of %s', (name) => {
    const { stdout, stderr, status } = spawnSync('kubectl', ['kustomize', join(folder, 'overlays', name)], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    const theirs = parseAllDocuments(plain(stdout)).map((document) => document.toJS() as Resource);
    // A secret without data of ours is one that an administrator makes.
    const expected = theirs.map(({ type, ...resource }) =>
      resource.kind === 'Secret' ? resource : { ...resource, ...(type === undefined ? {} : { type }) },
    );
    expect(sorted(rendered.get(name)!)).toEqual(sorted(expected as Resource[]));
  });
});

it.each(makesPods)('%s may do no more than it must', (_, resource) => {
  const pod = resource.spec.template.spec;
  expect(pod).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  });
  for (const container of containersOf(resource)) {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
    expect(container.image).toMatch(/:(?!latest$)[\w.-]+$/);
  }
});

it.each(makesPods)('%s names what is there', (_, resource) => {
  const overlay = [...rendered.values()].find((resources) => resources.includes(resource))!;
  const { namespace } = resource.metadata;
  const pod = resource.spec.template.spec;
  const names = (kind: string) =>
    overlay
      .filter((one) => one.kind === kind && one.metadata.namespace === namespace)
      .map(({ metadata }) => metadata.name);
  const volumes = [
    ...(pod.volumes ?? []),
    ...(resource.spec.volumeClaimTemplates ?? []).map(({ metadata }: Resource) => metadata),
  ].map(({ name }: { name: string }) => name);
  for (const container of containersOf(resource)) {
    for (const { name } of container.volumeMounts ?? []) expect(volumes).toContain(name);
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      if (configMapRef !== undefined) expect(names('ConfigMap')).toContain(configMapRef.name);
      // In `aws`, whoever installs it makes the secret.
      if (secretRef !== undefined && names('Secret').length > 0)
        expect(names('Secret')).toContain(secretRef.name);
    }
  }
  if (pod.serviceAccountName !== undefined) expect(names('ServiceAccount')).toContain(pod.serviceAccountName);
  for (const { persistentVolumeClaim } of pod.volumes ?? [])
    if (persistentVolumeClaim !== undefined)
      expect(names('PersistentVolumeClaim')).toContain(persistentVolumeClaim.claimName);
  expect(resource.spec.template.metadata.labels).toMatchObject(resource.spec.selector.matchLabels);
});

it.each(overlays)('services, budgets, policies and scalers of %s choose pods that there are', (name) => {
  const resources = rendered.get(name)!;
  const pods = resources.filter((one) => containersOf(one).length > 0);
  const labels = pods.map((one) => one.spec.template.metadata.labels as Record<string, string>);
  const chooses = (wanted: Readonly<Record<string, string>>) =>
    labels.some((of) => Object.entries(wanted).every(([key, value]) => of[key] === value));
  for (const { kind, spec, metadata } of resources) {
    if (kind === 'Service') expect(chooses(spec.selector), metadata.name).toBe(true);
    if (kind === 'PodDisruptionBudget') expect(chooses(spec.selector.matchLabels), metadata.name).toBe(true);
    if (kind === 'NetworkPolicy' && spec.podSelector.matchLabels !== undefined)
      expect(chooses(spec.podSelector.matchLabels), metadata.name).toBe(true);
    if (kind === 'ScaledObject')
      expect(pods.map((one) => one.metadata.name)).toContain(spec.scaleTargetRef.name);
  }
});

const settings = new Set(Object.keys(describeConfig(await loadConfig({}, { env: {}, cwd: root }))));

it.each(overlays)('what Landfall runs in %s are commands, with settings that there are', async (name) => {
  const resources = rendered.get(name)!;
  const known = (key: string) => settings.has(key) || /^(?:AWS_|LANDFALL_LOG_FORMAT$)/.test(key);
  const commands = new Map((await buildProgram()).commands.map((command) => [command.name(), command]));
  const containers = resources.flatMap(ours);
  expect(containers.map(({ args }) => args![0]).toSorted()).toEqual(['coordinator', 'worker']);
  for (const { args, env } of containers) {
    const [command, ...flags] = args!;
    const options = commands.get(command)!.options.map(({ long }) => long);
    for (const flag of flags) expect(options).toContain(flag);
    for (const variable of env ?? []) expect(known(variable.name), variable.name).toBe(true);
  }
  for (const { kind, data, metadata } of resources)
    if (metadata.name === 'landfall' && (kind === 'ConfigMap' || kind === 'Secret'))
      for (const key of Object.keys(data)) expect(known(key), key).toBe(true);
});

it('a worker has more time to stop than it takes, and temporary files have a place', () => {
  for (const resources of rendered.values())
    for (const resource of resources)
      for (const { env, volumeMounts } of ours(resource)) {
        const stopMs = env?.find(({ name }) => name === 'LANDFALL_STOP_MS')?.value ?? '10000';
        expect(resource.spec.template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(
          Number(stopMs) + 20_000,
        );
        expect(volumeMounts!.map(({ mountPath }) => mountPath)).toEqual(
          expect.arrayContaining(['/tmp', '/var/lib/landfall']),
        );
      }
});
