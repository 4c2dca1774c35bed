/** The first records of a file, and how many fields they have. */
import { type HeadRecord, readRecord } from '../../kernel/dialect/header.ts';
import type { KernelDialect } from '../../kernel/types.ts';

/** The records of `utf8` from offset `from` on, at most `most`. `whole`: nothing follows `utf8`. */
export function firstRecords(
  utf8: Uint8Array,
  form: KernelDialect,
  { from = 0, whole, most }: { readonly from?: number; readonly whole: boolean; readonly most: number },
): HeadRecord[] {
  const records: HeadRecord[] = [];
  for (let at = from; records.length < most; at = records.at(-1)!.bytes) {
    const record = readRecord(utf8, at, form, whole);
    if (record === null) break;
    records.push(record);
  }
  return records;
}

/** How many records have each number of fields. */
export function countWidths(records: readonly Pick<HeadRecord, 'fields'>[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { fields } of records) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  return counts;
}
