/**
 * The identity of a file's content: SHA-256 over the SHA-256 hashes of its blocks of 4 MiB. So different workers can
 * hash ranges of a file separately, with the same result as one pass over the whole file.
 */
import { createHash } from 'node:crypto';

/** The size of a hashed block. Scan ranges begin at a multiple of it. */
export const blockBytes = 4 * 1024 * 1024;

/** The SHA-256 of each block of a range. The range begins at a block boundary. */
export class BlockHasher {
  private readonly hashes: Buffer[] = [];
  private hash = createHash('sha256');
  private room = blockBytes;

  update(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const count = Math.min(bytes.length - from, this.room);
      this.hash.update(bytes.subarray(from, from + count));
      this.room -= count;
      from += count;
      if (this.room === 0) this.endBlock();
    }
  }

  /** 32 bytes per block, concatenated. */
  finish(): Buffer {
    if (this.room < blockBytes) this.endBlock();
    return Buffer.concat(this.hashes);
  }

  private endBlock(): void {
    this.hashes.push(this.hash.digest());
    this.hash = createHash('sha256');
    this.room = blockBytes;
  }
}

/** `sha256:` and 64 hex digits, from the block hashes of all ranges in order. */
export function contentHash(blockHashes: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const hashes of blockHashes) hash.update(hashes);
  return `sha256:${hash.digest('hex')}`;
}
