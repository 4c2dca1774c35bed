/** Rejected records of JSON as lines that a person can fix: the added columns come first, as members of the record. */
import { addedColumns } from '../detect/added-columns.ts';

const text = '"(?:[^"\\\\]|\\\\.)*"';
/** The members that an earlier export added. */
const earlier = new RegExp(`^\\s*\\{\\s*(?:"_landfall_[a-z_]+":${text}\\s*,?\\s*)+`);
const reference = new RegExp(`^\\s*\\{\\s*"_landfall_file":(${text}),"_landfall_byte_offset":"(\\d{1,16})"`);

/**
 * The line of a record, which keeps its bytes except for line ends. A record that is not an object stays malformed.
 * `values`: of the added columns.
 */
export function jsonLine(values: readonly string[], record: Buffer): Buffer {
  const added = addedColumns.map((name, i) => `"${name}":${JSON.stringify(values[i])}`).join(',');
  const own = record
    .toString('latin1')
    .replace(earlier, '{')
    .replace(/[\r\n]+/g, ' ');
  const members = own.startsWith('{') ? own.slice(1).trimStart() : ` ${own}`;
  const comma = members.startsWith('}') ? '' : ',';
  return Buffer.concat([Buffer.from(`{${added}${comma}`), Buffer.from(`${members}\n`, 'latin1')]);
}

/** What a line of an export corrects, as far as its text says; null: it does not say. */
export function referenceOf(raw: string): { readonly file: string; readonly byteOffset: string } | null {
  const found = reference.exec(raw);
  return found === null ? null : { file: JSON.parse(found[1]) as string, byteOffset: found[2] };
}
