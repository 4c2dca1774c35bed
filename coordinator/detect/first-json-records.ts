/** The first records of a file of JSON. */
import type { JsonFormat } from '../../kernel/json/fields.ts';
import { RecordWindow } from '../../kernel/json/record-window.ts';

/** At most `most` texts of records, which begin where `bytes` do. `whole`: nothing follows `bytes`. */
export function firstJsonRecords(
  bytes: Uint8Array,
  kind: JsonFormat['kind'],
  { whole, most }: { readonly whole: boolean; readonly most: number },
): Uint8Array[] {
  const options = { windowBytes: bytes.length + 1, freeBytes: 1, recordBytesMax: bytes.length };
  const window = new RecordWindow(kind === 'json', 0, options, false);
  window.inputSpace().set(bytes);
  window.filled(bytes.length, whole);
  const texts: Uint8Array[] = [];
  while (texts.length < most && window.next()) texts.push(bytes.subarray(window.from, window.to));
  return texts;
}

/** Null if the text is not JSON. */
export function parsedRecord(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text).toString());
  } catch {
    return null;
  }
}
