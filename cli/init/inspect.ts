/** Looks at a file for somebody who uploads it: the dataset that it belongs to, or a definition, and its first rows. */

import { basename } from 'node:path';
import { chooseDataset } from '../../coordinator/detect/choose-dataset.ts';
import { readHeadOf } from '../../coordinator/detect/read-layout.ts';
import type { InspectOptions, Inspector } from '../../coordinator/http/actions/inspector.ts';
import { createKernel } from '../../kernel/kernel.ts';
import type { CompiledDataset } from '../../model/compiled.ts';
import { checkDatasetName, datasetNameOf } from '../../model/infer/names/dataset-name.ts';
import type { Registry } from '../../model/registry.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { Limit } from '../../platform/limit.ts';
import type { Inspection } from '../../platform/progress/inspection.ts';
import { describeFiles } from './describe-files.ts';
import { describeJson } from './describe-json.ts';
import { openFileReader, readableOf } from './file-reader.ts';
import { openJsonFile } from './json-file.ts';
import { importDefinition, outcomeOf, type TriedFile } from './try-definition.ts';

/** Bytes in which a header is looked for. */
const headBytes = 1024 * 1024;

/** `registry`: the datasets that files may belong to. One file is looked at at a time: it takes a core. */
export function createInspector(registry: Registry): Inspector {
  const limit = new Limit(1);
  return {
    inspect: (path, options) =>
      limit
        .run(() => inspect(registry, path, options))
        .catch((error) => {
          throw asCalled(error, path, options.name ?? basename(path));
        }),
    checkDefinition: async (source, name) => void (await limit.run(() => importDefinition(source, name))),
  };
}

/** People know the file by its name, and not by where it waits. */
function asCalled(error: unknown, path: string, name: string): unknown {
  if (!(error instanceof LandfallError)) return error;
  const { message, fix } = error;
  return Object.assign(error, { message: message.replaceAll(path, name), fix: fix.replaceAll(path, name) });
}

async function inspect(registry: Registry, path: string, options: InspectOptions): Promise<Inspection> {
  const dataset = await datasetOf(registry, path, options.dataset);
  return dataset === null ? propose(path, options) : readAs(dataset, path);
}

/** Null where its header fits none. Throws LF_DATASET_UNCLEAR where it fits several. */
async function datasetOf(registry: Registry, path: string, named?: string): Promise<CompiledDataset | null> {
  const file = await readableOf(path);
  const head = () => readHeadOf(file, headBytes);
  try {
    return await chooseDataset(registry, { path: basename(path), folder: '', named, head });
  } catch (error) {
    const fitsNone = error instanceof LandfallError && error.code === 'LF_DATASET_UNCLEAR';
    if (fitsNone && String(error.values.reason).endsWith('none')) return null;
    throw error;
  }
}

const reading = async () => ({ kernel: await createKernel(), signal: new AbortController().signal });

async function readAs(dataset: CompiledDataset, path: string): Promise<Inspection> {
  const options = await reading();
  const tried =
    dataset.format === undefined
      ? await (await openFileReader(path, options)).tryWith(dataset)
      : await (await openJsonFile(path, 1)).profile(dataset, options);
  const layout = tried?.layout ?? null;
  return {
    dataset: dataset.name,
    ...shown(dataset, layout, tried === null ? nothing : outcomeOf(dataset, tried)),
    dialect: layout === null ? ['the file has no rows'] : dialectWords(layout),
    proposal: null,
  };
}

async function propose(path: string, { as, name = basename(path) }: InspectOptions): Promise<Inspection> {
  const options = await reading();
  const dataset = checkDatasetName(as ?? datasetNameOf(name));
  const { source, trial } =
    (await describeJson(dataset, [path], options)) ?? (await describeFiles(dataset, [path], options));
  const [file] = trial.files;
  return {
    dataset: null,
    ...shown(trial.dataset, null, file),
    dialect: [],
    proposal: { name: dataset, source: source.replaceAll(path, name) },
  };
}

const nothing: Omit<TriedFile, 'file'> = { rows: 0, rejected: 0, rejects: [], first: [] };

function shown(
  { columns }: CompiledDataset,
  layout: FileLayout | null,
  { first, rows, rejected, rejects }: Omit<TriedFile, 'file'>,
): Pick<Inspection, 'columns' | 'unknown' | 'rows' | 'read' | 'rejected' | 'rejects'> {
  return {
    columns: columns.map(({ name, logical }, c) => {
      const field = layout?.fieldOfColumn[c] ?? -1;
      return { name, type: logical.type, header: layout?.header[field] ?? null };
    }),
    unknown: layout?.drift?.unknown ?? [],
    rows: first,
    read: rows,
    rejected,
    rejects: rejects.map(({ line, code, column, message }) => ({ line, code, column, message })),
  };
}

function dialectWords({ delimiter, quote, encoding, header, compression, format }: FileLayout): string[] {
  const packed = compression === undefined ? [] : [`packed with ${compression}`];
  if (format !== undefined) return ['JSON', `in ${encoding}`, ...packed];
  const separated = `fields separated by ${JSON.stringify(delimiter)}`;
  const quoted = quote === null ? 'not quoted' : `quoted with ${quote}`;
  return [
    separated,
    quoted,
    `in ${encoding}`,
    header.length > 0 ? 'with a header' : 'without a header',
    ...packed,
  ];
}
