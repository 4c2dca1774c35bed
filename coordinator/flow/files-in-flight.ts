/** The files in flight: what the coordinator keeps in memory to save asking the ledger. */
import type { LedgerFile } from '../../ledger/ledger.ts';
import { beginFileTrace, endFileTrace } from '../../platform/traces/file-traces.ts';

export class FilesInFlight {
  private readonly files = new Map<number, LedgerFile>();
  private readonly places = new Set<string>();

  get size(): number {
    return this.files.size;
  }

  add(file: LedgerFile): void {
    this.files.set(file.fileId, file);
    this.places.add(placeOf(file));
    beginFileTrace(file);
  }

  /** The file has ended and was put away. */
  remove(fileId: number): void {
    const file = this.files.get(fileId);
    if (file === undefined) return;
    this.files.delete(fileId);
    endFileTrace(fileId);
    this.places.delete(placeOf(file));
  }

  has(fileId: number): boolean {
    return this.files.has(fileId);
  }

  /** Whether the object at this address is one of them. */
  hasAt(object: Pick<LedgerFile, 'url' | 'fingerprint'>): boolean {
    return this.places.has(placeOf(object));
  }

  /** Whether any of them belongs to the dataset. */
  hasOf(dataset: string): boolean {
    for (const file of this.files.values()) if (file.dataset === dataset) return true;
    return false;
  }
}

function placeOf({ url, fingerprint }: Pick<LedgerFile, 'url' | 'fingerprint'>): string {
  return `${fingerprint} ${url}`;
}
