/** The rejects of a batch, as fixed-size entries that TypeScript reads after the call. */

@unmanaged
export class Reject {
  /** Offset of the record in the file. */
  offset: f64;
  /** Bytes of the record without its line end. */
  length: f64;
  /** Address of its text, of which `textLength` bytes are kept. */
  text: u32;
  textLength: u32;
  record: u32;
  line: u32;
  column: i32;
  reason: i32;
}

export class Rejects {
  static list: usize = 0;
  static count: i32 = 0;
}

export function addReject(
  offset: f64, length: f64, text: usize, textLength: u32, record: u32, line: u32, column: i32, reason: i32,
): void {
  const entry = changetype<Reject>(Rejects.list + <usize>Rejects.count * offsetof<Reject>());
  entry.offset = offset;
  entry.length = length;
  entry.text = <u32>text;
  entry.textLength = textLength;
  entry.record = record;
  entry.line = line;
  entry.column = column;
  entry.reason = reason;
  Rejects.count++;
}
