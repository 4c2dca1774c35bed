/** Gives rows of a replay that are rejected again back to the file that they came from. */
import type pg from 'pg';
import { readFields } from '../../kernel/dialect/header.ts';
import type { KernelDialect } from '../../kernel/types.ts';
import type { LedgerFile, OpenReject } from '../../ledger/ledger.ts';
import { openRejects, returnRejects } from '../../ledger/tables/rejects.ts';
import { crashPoint } from '../../platform/errors/crash-points.ts';
import { LandfallError } from '../../platform/errors/errors.ts';
import { referenceOf } from '../commands/export-json.ts';
import { RecordsAround } from '../commands/records-around.ts';

/** Rejects that are given back at a time. */
const returnedAtATime = 10_000;

/**
 * In the transaction that ends the replay. An element of a record that came as a whole stays with the replay, if the
 * record has others: those that fit are loaded.
 */
export async function giveBack(client: pg.ClientBase, file: LedgerFile): Promise<void> {
  const records = file.layout!.format?.explode === undefined ? null : new RecordsAround(file);
  let pairs: { origin: number; replay: number }[] = [];
  for await (const reject of openRejects(client, file.fileId)) {
    const reference =
      records === null ? referenceIn(file, reject.raw) : await referenceAround(records, reject);
    if (reference === 'stays') continue;
    const origin = Number(reference);
    if (!Number.isSafeInteger(origin)) {
      const reason = `a row of the replay ${file.fileId} does not say where it came from`;
      throw new LandfallError('LF_INTERNAL', { reason });
    }
    pairs.push({ origin, replay: reject.byteOffset });
    if (pairs.length < returnedAtATime) continue;
    await returnRejects(client, file.fileId, pairs);
    pairs = [];
  }
  await records?.close();
  if (pairs.length > 0) await returnRejects(client, file.fileId, pairs);
  crashPoint('finalise.rejects-returned');
}

/** The byte offset that a row of the replay says it came from; undefined if it says none. */
function referenceIn({ layout }: LedgerFile, raw: string): string | undefined {
  if (layout!.format !== undefined) return referenceOf(raw)?.byteOffset;
  const { byteOffset: field } = layout!.corrections!;
  return readFields(Buffer.from(raw), layout as KernelDialect, field + 1).fields[field];
}

/** The same of a rejected element: the record around it says where it came from, and whether it came alone. */
async function referenceAround(records: RecordsAround, reject: OpenReject): Promise<string | undefined> {
  const found = await records.find(reject);
  if (found === null) return undefined;
  const { record, at, elements } = found;
  const isAlone = at === 0 || elements.length === 2;
  return isAlone ? referenceOf(record.toString())?.byteOffset : 'stays';
}
