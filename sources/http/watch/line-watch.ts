/** Counts the records of a CSV or NDJSON page as it streams by. */
import { createHash } from 'node:crypto';
import { ContentFault, type PageWatch, type Watched } from './contract.ts';

const quote = 0x22;
const lineFeed = 0x0a;

export class LineWatch implements PageWatch {
  private readonly quoted: boolean;
  private readonly headers: number;
  private readonly hash = createHash('sha256');
  private records = 0;
  private inQuotes = false;
  /** Something other than blanks is on the line. */
  private filled = false;

  /** `quoted`: line ends in quotes do not end a record. `headers`: records that are not data. */
  constructor({ quoted, headers }: { readonly quoted: boolean; readonly headers: number }) {
    this.quoted = quoted;
    this.headers = headers;
  }

  feed(bytes: Uint8Array): void {
    this.hash.update(bytes);
    for (const byte of bytes) {
      if (byte === lineFeed && !this.inQuotes) this.endLine();
      else if (byte > 0x20) {
        this.filled = true;
        if (byte === quote && this.quoted) this.inQuotes = !this.inQuotes;
      }
    }
  }

  end(): Watched {
    if (this.inQuotes) throw new ContentFault('it ends in the middle of a quoted field');
    this.endLine();
    return {
      records: Math.max(0, this.records - this.headers),
      hash: this.hash.digest('hex'),
      values: new Map(),
    };
  }

  private endLine(): void {
    if (this.filled) this.records += 1;
    this.filled = false;
  }
}
