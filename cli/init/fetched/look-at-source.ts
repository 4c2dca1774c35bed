/** `landfall init --source`: looks at a source, and describes what it gives as files are described. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spanOf } from '../../../coordinator/schedule/backfill.ts';
import { instantsOf } from '../../../coordinator/schedule/due-windows.ts';
import { namesIn, namesWindow } from '../../../model/compile/sources/templates.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { fillFor } from '../../../sources/fetching/fill.ts';
import type { SampledSource, SampleTask } from './contract.ts';
import { sampleFromBucket } from './look-at-bucket.ts';
import { sampleFromHttp } from './look-at-http.ts';
import { sampleFromTable } from './look-at-table.ts';
import { keepAddress, keepHeader, keepParameters } from './secrets.ts';

export const sourceKinds = ['http', 's3', 'postgres'] as const;
export type SourceKind = (typeof sourceKinds)[number];

export interface SourceFlags {
  readonly source: SourceKind;
  readonly table?: string;
  readonly key?: readonly string[];
  readonly cursor?: string;
  readonly match?: string;
  /** `name: value` */
  readonly httpHeader?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

/** A source that was looked at, and the variables that it needs and the environment lacks, with their values. */
export interface Sampled {
  readonly sample: SampledSource;
  readonly moved: Readonly<Record<string, string>>;
}

/** What `use` returns for a source. What was fetched for it is gone then. */
export async function withSample<Result>(
  dataset: string,
  address: string,
  flags: SourceFlags,
  use: (sampled: Sampled) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-init-'));
  try {
    const task = { dataset, folder, signal: new AbortController().signal };
    return await use(await lookAt(address, flags, task, process.env));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Look = (
  address: string,
  flags: SourceFlags,
  task: SampleTask,
  env: NodeJS.ProcessEnv,
) => Promise<Sampled>;

const looks: Readonly<Record<SourceKind, Look>> = {
  async http(address, { httpHeader = [], from, to }, task, env) {
    const { dataset } = task;
    const kept = keepParameters(address, dataset, env);
    const headers: Record<string, string> = {};
    const moved = { ...kept.moved };
    for (const header of httpHeader) {
      const [, name, text] = /^([^:\s]+):\s*(.+)$/.exec(header) ?? [];
      if (name === undefined)
        throw new LandfallError('LF_USAGE', { problem: `--http-header '${header}' is not 'name: value'` });
      const value = keepHeader(name, text, dataset, env);
      headers[name.toLowerCase()] = value.value;
      Object.assign(moved, value.moved);
    }
    if (namesWindow(kept.value) && from === undefined)
      throw new LandfallError('LF_USAGE', {
        problem: 'the address names a window: say one with --from and --to',
      });
    const until = to ?? new Date().toISOString();
    const window = from === undefined ? null : instantsOf(spanOf(dataset, null, { from, to: until }));
    const options = { url: kept.value, headers, env: { ...env, ...moved }, window };
    return { sample: await sampleFromHttp(options, task), moved };
  },
  async s3(address, { match }, task, env) {
    const filled = filledAddress(address, task.dataset, env);
    return { sample: await sampleFromBucket({ url: address, address: filled, match }, task), moved: {} };
  },
  async postgres(address, { table, key, cursor }, task, env) {
    const { value, moved } = keepAddress(address, task.dataset, env);
    const options = { url: value, address: filledAddress(address, task.dataset, env), table, key, cursor };
    return { sample: await sampleFromTable(options, task), moved };
  },
};

function lookAt(
  address: string,
  flags: SourceFlags,
  task: SampleTask,
  env: NodeJS.ProcessEnv,
): Promise<Sampled> {
  return looks[flags.source](address, flags, task, env);
}

function filledAddress(address: string, dataset: string, env: NodeJS.ProcessEnv): string {
  return fillFor(dataset, { name: 'source', env: namesIn(address), schedule: null }, null, env).fill(address);
}
