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
  /** Address of the faults of other columns, and how many there are. */
  others: u32;
  otherCount: u32;
}

/** Faults of a row that are named beside its first. */
export const OTHERS_MAX: i32 = 7;

export class Rejects {
  static list: usize = 0;
  static count: i32 = 0;
  /** OTHERS_MAX words for each entry. */
  static others: usize = 0;
}

/** Gives the last reject the faults that its row has in other columns, as words like those of Work.errors. */
export function addOthers(words: usize, count: u32): void {
  const entry = changetype<Reject>(Rejects.list + <usize>(Rejects.count - 1) * offsetof<Reject>());
  const others = Rejects.others + ((<usize>(Rejects.count - 1) * <usize>OTHERS_MAX) << 2);
  memory.copy(others, words, <usize>count << 2);
  entry.others = <u32>others;
  entry.otherCount = count;
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
  entry.others = 0;
  entry.otherCount = 0;
  Rejects.count++;
}
