/** Follows a document from its first record on, piece by piece: where its records begin, and that it is whole. */
import { LF } from '../dialect/control.ts';
import { DocumentFault, DocumentTail } from './document.ts';
import { countLines, ElementScan } from './element-scan.ts';
import { CLOSE_ARRAY, isSpace } from './syntax.ts';

/** A place in a document. */
export interface DocumentPlace {
  readonly byte: number;
  /** Line feeds before it. */
  readonly lines: number;
}

export class DocumentCut {
  /** Past the bracket that ends the array, once it has come. Only before it is a record missing after a last comma. */
  recordsEnd: number | null = null;
  /** Line feeds so far. */
  lines: number;
  private readonly scan = new ElementScan();
  private readonly tail: DocumentTail;
  private position: number;
  /** Nothing of the record at hand has come yet. */
  private between = true;
  /** Where the record at hand begins. */
  private record: number;
  private lastByte = LF;

  /** `hasNone`: null stands in place of the array. */
  constructor(keys: readonly string[], start: DocumentPlace, hasNone: boolean) {
    this.tail = new DocumentTail(keys);
    this.position = start.byte;
    this.lines = start.lines;
    this.record = start.byte;
    if (hasNone) this.recordsEnd = start.byte;
  }

  /** Reads the next bytes. Returns where in the document the first record begins that begins at `least` or later. */
  push(bytes: Uint8Array, least: number): DocumentPlace | null {
    const { position } = this;
    let border: DocumentPlace | null = null;
    let counted = 0;
    const linesAt = (at: number): number => {
      this.lines += countLines(bytes, counted, at);
      counted = at;
      return this.lines;
    };
    let at = 0;
    while (at < bytes.length && this.recordsEnd === null) {
      if (this.between) {
        while (at < bytes.length && isSpace(bytes[at])) at++;
        if (at === bytes.length) break;
        this.between = false;
        const byte = position + at;
        if (bytes[at] !== CLOSE_ARRAY && border === null && byte >= least)
          border = { byte, lines: linesAt(at) };
        this.record = byte;
      }
      const end = this.scan.find(bytes, at, bytes.length, CLOSE_ARRAY);
      if (end < 0) at = bytes.length;
      else {
        if (bytes[end] === CLOSE_ARRAY) this.recordsEnd = position + end + 1;
        this.between = true;
        at = end + 1;
      }
    }
    if (this.recordsEnd !== null) this.tail.push(bytes, at, position + at);
    linesAt(bytes.length);
    if (bytes.length > 0) this.lastByte = bytes[bytes.length - 1];
    this.position += bytes.length;
    return border;
  }

  /** Ends the document. Returns the lines that it has. Throws DocumentFault if it is cut off. */
  end(): number {
    const { position, recordsEnd, between, record } = this;
    if (recordsEnd === null && !between)
      throw new DocumentFault(`it ends within the record that begins at byte ${record}`, position);
    if (recordsEnd === null)
      throw new DocumentFault('it ends before the array of its records does', position);
    if (!this.tail.isWhole)
      throw new DocumentFault('it ends before the objects around its records do', position);
    return this.lines + (this.lastByte === LF ? 0 : 1);
  }
}
