/**
 * Files of corrected rows: what `landfall rejects --export` wrote, corrected by a person and dropped again. Reads
 * from the added columns which rejects they correct.
 */
import type { Utf8Vector } from '../../kernel/columns/vectors.ts';
import { readFields } from '../../kernel/dialect/header.ts';
import { jsonNull } from '../../kernel/json/csv-rows.ts';
import type { JsonFormat } from '../../kernel/json/fields.ts';
import { JsonKernel } from '../../kernel/json/json-kernel.ts';
import { keyPath } from '../../kernel/json/json-paths.ts';
import { createKernel } from '../../kernel/kernel.ts';
import type { Batch, Kernel, KernelColumn, KernelDialect } from '../../kernel/types.ts';
import type { Ledger, LedgerFile } from '../../ledger/ledger.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { referenceOf } from '../commands/export-json.ts';
import type { Context } from '../context.ts';
import { byteOffsetColumn, fileColumn } from '../detect/added-columns.ts';
import { readContent } from '../detect/content.ts';
import { sameBytes } from './snapshot-content.ts';

/** What a file of corrected rows corrects. */
export interface Corrections {
  readonly original: LedgerFile;
  /** Byte offsets of the corrected records in the original file, each once, in order. */
  readonly byteOffsets: readonly number[];
}

/**
 * Reads which rejects the file corrects. Null if no row names any. Rows that name none are new rows. Throws
 * LF_CORRECTION_UNKNOWN if the rows name a file that the ledger does not have, or several files, and
 * LF_CORRECTION_DATASET if that is a file of another dataset.
 */
export async function readCorrections(
  context: Context,
  file: LedgerFile,
  layout: FileLayout,
): Promise<Corrections | null> {
  const byName = await readReferences(file, layout);
  if (byName.size === 0) return null;
  const [[name, offsets]] = byName;
  const unknown = () => {
    const original = [...byName.keys()].slice(0, 3).join(' and ');
    return new LandfallError('LF_CORRECTION_UNKNOWN', { file: file.name, rows: offsets.size, original });
  };
  if (byName.size > 1) throw unknown();
  const original = await originalOf(context.ledger, name);
  if (original === null) throw unknown();
  if (original.dataset !== file.dataset)
    throw new LandfallError('LF_CORRECTION_DATASET', {
      ...{ file: file.name, dataset: file.dataset, original: original.name, other: original.dataset },
    });
  const byteOffsets = [...offsets].sort((a, b) => a - b);
  if (byteOffsets.some((offset) => !Number.isSafeInteger(offset))) throw unknown();
  return { original: await loadedNow(context, original), byteOffsets };
}

/** The file that a row says it corrects: `12:orders.json`. Null if there is none of that number and name. */
export async function originalOf(ledger: Ledger, named: string): Promise<LedgerFile | null> {
  const [, fileId, name] = /^(\d{1,9}):(.*)$/s.exec(named) ?? [];
  const original = fileId === undefined ? null : await ledger.file(Number(fileId));
  return original?.name === name ? original : null;
}

/** A file that was undone or failed, and loaded again later, is replaced by its successor. Its bytes are the same. */
async function loadedNow(context: Context, original: LedgerFile): Promise<LedgerFile> {
  let file = original;
  while (file.state === 'undone' || file.state === 'failed') {
    const reloads = (await context.ledger.linkedFiles(file.fileId)).filter(({ link }) => link === 'reloads');
    const next = reloads.findLast(
      ({ contentHash }) => contentHash === null || sameBytes(contentHash, original.contentHash),
    );
    if (next === undefined) return file;
    file = next;
  }
  return file;
}

const referenceColumns: readonly KernelColumn[] = [fileColumn, byteOffsetColumn].map((name) => ({
  name,
  type: { kind: 'utf8' },
  required: false,
  nulls: ['', jsonNull],
}));

/** Lines of JSON say themselves what they correct, whatever their elements are. */
const referenceFormat: JsonFormat = {
  kind: 'ndjson',
  records: [],
  fields: [fileColumn, byteOffsetColumn].map((key) => ({ path: keyPath(key) })),
};

/** Maps each file named in the rows to the byte offsets that they give. */
async function readReferences(
  file: LedgerFile,
  layout: FileLayout,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const { corrections } = layout;
  const dialect = layout as KernelDialect;
  const found = new Map<string, Set<number>>();
  const note = (name: string | undefined, byteOffset: string | undefined) => {
    if (!name) return;
    const offsets = found.get(name) ?? new Set();
    found.set(name, offsets);
    offsets.add(byteOffset ? Number(byteOffset) : Number.NaN);
  };
  const fields = [corrections!.file, corrections!.byteOffset];
  const lastField = Math.max(...fields);
  const isJson = layout.format !== undefined;
  const plain = await createKernel();
  const kernel = isJson ? new JsonKernel(plain, referenceFormat) : plain;
  const fieldOfColumn = isJson ? [0, 1] : fields;
  const plan = { dialect, columns: referenceColumns, fieldOfColumn, fieldCount: layout.fieldCount };
  kernel.begin(plan, { byteStart: 0, skipBytes: layout.headerBytes });
  for await (const batch of batchesOf(kernel, file, layout)) {
    const [names, offsets] = batch.vectors as readonly Utf8Vector[];
    for (let row = 0; row < batch.rows; row++) note(textAt(names, row), textAt(offsets, row));
    for (const { raw } of batch.rejects) {
      if (isJson) {
        const named = referenceOf(raw);
        note(named?.file, named?.byteOffset);
        continue;
      }
      const { fields } = readFields(Buffer.from(raw), dialect, lastField + 1);
      note(fields[corrections!.file], fields[corrections!.byteOffset]);
    }
  }
  return found;
}

async function* batchesOf(
  kernel: Kernel,
  file: LedgerFile,
  { compression }: FileLayout,
): AsyncGenerator<Batch> {
  for await (const { bytes: piece } of readContent(file, compression)) {
    for (let from = 0; from < piece.length; ) {
      const space = kernel.inputSpace();
      const count = Math.min(space.length, piece.length - from);
      space.set(piece.subarray(from, from + count));
      from += count;
      kernel.filled(count, false);
      for (let batch = kernel.next(); batch !== null; batch = kernel.next()) yield batch;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  kernel.filled(0, true);
  for (let batch = kernel.next(); batch !== null; batch = kernel.next()) yield batch;
}

function textAt({ offsets, bytes }: Utf8Vector, row: number): string {
  return Buffer.from(bytes.subarray(offsets[row], offsets[row + 1])).toString('utf8');
}
