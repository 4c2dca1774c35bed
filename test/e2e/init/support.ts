/** What the tests of `landfall init` share: definitions written by its command, and rows of the lake as texts. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { initCommand } from '../../../cli/commands/init.ts';
import { readableOf } from '../../../cli/init/file-reader.ts';
import { readLayout } from '../../../coordinator/detect/read-layout.ts';
import type { Kernel } from '../../../kernel/types.ts';
import type { CompiledDataset } from '../../../model/compiled.ts';
import { loadRegistry } from '../../../model/registry.ts';
import type { Receipt } from '../../../platform/file-receipt.ts';
import { openObject } from '../../../platform/storage/index.ts';
import { piecesOf } from '../../../workers/profile/pieces.ts';
import { profileFile } from '../../../workers/profile/profile-file.ts';
import { duckRows } from '../../sinks/lake/support.ts';
import { sharedHome } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';

/** A file that was loaded. */
export interface Loaded {
  readonly dataset: CompiledDataset;
  readonly receipt: Receipt;
}

/** A definition, and what its making said. */
export interface Written {
  readonly source: string;
  readonly said: string;
}

/** `landfall init` in this process: writes FOLDER/datasets/NAME/dataset.ts. Throws what the command throws. */
export async function initInto(
  folder: string,
  name: string,
  paths: readonly string[],
  flags: readonly string[] = [],
): Promise<Written> {
  const out = join(folder, 'datasets', name, 'dataset.ts');
  const said: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    await initCommand().parseAsync([...paths, '--name', name, '--out', out, ...flags], { from: 'user' });
  } finally {
    spy.mockRestore();
  }
  return { source: readFileSync(out, 'utf8'), said: said.join('') };
}

/** Loads files, each with the definition of its dataset in FOLDER/datasets, in one site. */
export async function loadInOneSite(
  folder: string,
  files: readonly { readonly name: string; readonly path: string }[],
): Promise<{ site: TestSite; loaded: ReadonlyMap<string, Loaded> }> {
  const datasets = join(folder, 'datasets');
  const registry = await loadRegistry({ paths: [datasets], home: sharedHome() });
  const site = await testSite({ backend: 'postgres', folder, datasets: [datasets] });
  const receipts = await Promise.all(files.map(({ name, path }) => site.drop(name, path)));
  const loaded = files.map(
    ({ name }, i) => [name, { dataset: registry.get(name)!, receipt: receipts[i] }] as const,
  );
  return { site, loaded: new Map(loaded) };
}

/** Rows of a file, as the loader's own parser reads them, and how many it rejects. */
export async function parsedRows(
  path: string,
  dataset: CompiledDataset,
  kernel: Kernel,
): Promise<{ rows: (string | null)[][]; rejected: number }> {
  const file = await readableOf(path);
  const { storage, key } = await openObject(file.url);
  const layout = await readLayout(dataset, file);
  const pieces = piecesOf({ ...file, storage, key, linesBefore: 0 }, layout, file.bytes);
  const { signal } = new AbortController();
  const { kept, rejected } = await profileFile(dataset, layout, pieces, { kernel, signal });
  return { rows: kept[0].map((_, row) => kept.map((column) => column[row])), rejected };
}

/** Writes FOLDER/files/NAME and returns its path. */
export function written(folder: string, name: string, content: string | Uint8Array): string {
  mkdirSync(join(folder, 'files'), { recursive: true });
  const path = join(folder, 'files', name);
  writeFileSync(path, content);
  return path;
}

/**
 * Rows of the lake in any order, the columns as in the definition. Timestamps in UTC without zeros at the end of their
 * fraction, times and lengths of time as `10:15:30`, points as `(lon,lat)`.
 */
export async function lakeRows(
  folder: string,
  { name, columns }: Pick<CompiledDataset, 'name' | 'columns'>,
): Promise<(string | null)[][]> {
  const lake = join(folder, 'lake', name);
  if (!existsSync(lake)) return [];
  const list = columns.map((column, c) => `${expression(column)} as c${c}`).join(', ');
  const read = `read_parquet('${lake}/**/*.parquet', hive_partitioning = false, union_by_name = true)`;
  const rows = await duckRows(`select ${list} from ${read}`);
  return rows.map((row) =>
    columns.map(({ logical }, c) => textOf(logical.type, row[`c${c}`] as string | null)),
  );
}

function expression({ name, logical }: CompiledDataset['columns'][number]): string {
  const column = `"${name}"`;
  if (logical.type === 'timestamp') return `epoch_us(${column})::varchar`;
  if (logical.type === 'point') {
    const [lon, lat] = ['lon', 'lat'].map((part) => `"${name}_${part}"::varchar`);
    return `'(' || ${lon} || ',' || ${lat} || ')'`;
  }
  return `${column}::varchar`;
}

function textOf(type: string, text: string | null): string | null {
  if (text === null) return null;
  if (type === 'numeric') return text.replace(/^(-?)\./, '$10.');
  if (type === 'timestamp') return instantText(BigInt(text));
  if (type === 'interval') return lengthText(BigInt(text));
  return text;
}

/** Of microseconds since 1970. */
export function instantText(us: bigint): string {
  const fraction = ((us % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((us - fraction) / 1000n)).toISOString().slice(0, 19).replace('T', ' ');
  return fraction === 0n ? seconds : `${seconds}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
}

function lengthText(us: bigint): string {
  const size = us < 0n ? -us : us;
  const part = (unit: bigint, most: bigint) => String((size / unit) % most).padStart(2, '0');
  const fraction = size % 1_000_000n;
  const rest = fraction === 0n ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return `${us < 0n ? '-' : ''}${size / 3_600_000_000n}:${part(60_000_000n, 60n)}:${part(1_000_000n, 60n)}${rest}`;
}

/** Rows in an order of their own, to be compared. */
export function sorted(rows: readonly (readonly (string | null)[])[]): (readonly (string | null)[])[] {
  return rows
    .map((row) => [JSON.stringify(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);
}
