/**
 * Files as the ledger stores them. What the files of a dataset have in common is stored once, when they are done: their
 * layout, and their receipts with the numbers left out (landfall.common). Nothing is left out that is not put back.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Receipt } from '../../platform/file-receipt.ts';
import type { FileLayout } from '../../platform/layout.ts';
import { type Json, toJson } from '../json.ts';
import { type LedgerFile, toFile } from '../rows.ts';
import type { FileRow } from './row-types.ts';
import { type Client, type Parameters, type Row, run, type StatementName } from './run.ts';

/** What files have in common; landfall.common.value. */
interface Common {
  readonly layout: FileLayout | null;
  /** Of the receipt: a rebuild gives the file another one. */
  readonly definitionVersion: string;
  /** Members of the receipt as JSON, with holes: one for each number, and one for the fingerprint. */
  readonly receipt: string;
}

/** The receipt of a file that has a Common: the numbers for its holes, and the members that are not in it. */
interface StoredReceipt extends Partial<Receipt> {
  /** Digits, with a space between two of them. */
  readonly numbers: string;
}

const numberHole = '\ue000';
const fingerprintHole = '\ue001';
const holes = /[\ue000\ue001]/g;

/** What a file that is done is stored with. `commonId`: null where its receipt is stored whole. */
export interface StoredEnd {
  readonly receipt: Json;
  readonly commonId: string | null;
  readonly common: Json | null;
}

/** How the receipt of a file that becomes done is stored. */
export function storedEnd(file: LedgerFile, receipt: Receipt): StoredEnd {
  const whole = { receipt: toJson(receipt), commonId: null, common: null };
  const { layout } = file;
  const definitionVersion = file.definitionVersion ?? '';
  const known = asStored(ofRow(file, { layout, definitionVersion }));
  const alike: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(JSON.parse(whole.receipt))) {
    if (isDeepStrictEqual(value, known[name])) continue;
    (isAlike(receipt, name) ? alike : own)[name] = value;
  }
  const text = JSON.stringify(alike);
  if (text.search(holes) >= 0 || 'numbers' in own || file.startedAt === null) return whole;
  const numbers: string[] = [];
  const form = text.replaceAll(inJson(file.fingerprint), fingerprintHole).replaceAll(/\d+/g, (digits) => {
    numbers.push(digits);
    return numberHole;
  });
  const common = toJson({ layout, definitionVersion, receipt: form } satisfies Common);
  return { receipt: toJson({ ...own, numbers: numbers.join(' ') }), commonId: idOf(common), common };
}

/** Members that differ between ordinary files in numbers alone. The others are what somebody may look for. */
function isAlike(receipt: Receipt, name: string): boolean {
  if (name === 'checks') return receipt.checks.every(({ ok }) => ok);
  if (name === 'rejectsByCode') return Object.keys(receipt.rejectsByCode).length === 0;
  return numeric.has(name);
}

const numeric: ReadonlySet<string> = new Set<keyof Receipt>([
  ...(['status', 'rows', 'parts', 'lakeRows', 'lakeBytes', 'starRows'] as const),
  ...(['finishedAt', 'seconds', 'rowsPerSecond'] as const),
]);

/** Members of the receipt of a file that is done which its row has, too, and does not change; and those of its Common. */
function ofRow(
  file: LedgerFile,
  { layout, definitionVersion }: Pick<Common, 'layout' | 'definitionVersion'>,
): Partial<Receipt> {
  return {
    file: file.name,
    fileId: file.fileId,
    dataset: file.dataset,
    definitionVersion,
    contentHash: file.contentHash ?? '',
    bytes: file.bytes,
    chunks: file.chunks,
    layout,
    drift: layout?.drift ?? null,
    startedAt: file.startedAt?.toISOString(),
  };
}

const asStored = (value: object): Record<string, unknown> => JSON.parse(toJson(value));

/** A text as it stands within a text of JSON. */
const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

function idOf(common: Json): string {
  const hex = createHash('sha256').update(common).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** What was read so far, of whichever database: a value is known by its content. */
const read = new Map<string, Common>();
const readMost = 10_000;

/** Files, with what they have in common put back. */
export async function filesOf(client: Client, rows: readonly FileRow[]): Promise<LedgerFile[]> {
  const ids = new Set(rows.flatMap(({ common_id: id }) => (id === null ? [] : [id])));
  const missing = [...ids].filter((id) => !read.has(id));
  if (missing.length > 0) {
    if (read.size + missing.length > readMost) read.clear();
    for (const { common_id: id, value } of await run(client, 'definitions/common', [[...ids]]))
      read.set(id, value as Common);
  }
  return rows.map((row) => (row.common_id === null ? toFile(row) : whole(row, read.get(row.common_id))));
}

function whole(row: FileRow, common: Common | undefined): LedgerFile {
  if (common === undefined) throw new Error(`file ${row.file_id}: the ledger lacks ${row.common_id}`);
  const file = toFile({ ...row, layout: row.layout ?? common.layout, receipt: null });
  const { numbers, ...own } = row.receipt as unknown as StoredReceipt;
  const digits = numbers.split(' ').values();
  const fill = (hole: string) => (hole === numberHole ? digits.next().value! : inJson(file.fingerprint));
  const alike = JSON.parse(common.receipt.replaceAll(holes, fill));
  return { ...file, receipt: { ...asStored(ofRow(file, common)), ...alike, ...own } as Receipt };
}

/** Names of the statements whose rows are files. */
type FileStatement = { [Name in StatementName]: Row<Name> extends FileRow ? Name : never }[StatementName];

/** The files that a statement returns. */
export async function runFiles<Name extends FileStatement>(
  client: Client,
  name: Name,
  parameters: Parameters<Name>,
): Promise<LedgerFile[]> {
  return filesOf(client, (await run(client, name, parameters)) as readonly FileRow[]);
}
