/**
 * The identity of a file's content: SHA-256 over the SHA-256 hashes of its blocks of 4 MiB. Ranges of a
 * file can so be hashed apart, by different workers, and give the same as one pass over the whole.
 */
import { createHash } from 'node:crypto';

/** Bytes of a hashed block; scan ranges begin on a multiple of it. */
export const blockBytes = 4 * 1024 * 1024;

/** SHA-256 of each block of a range, which begins on a block's border. */
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

  /** 32 bytes for each block, one after another. */
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

/** `sha256:` and 64 hex digits, from the block hashes of all ranges in their order. */
export function contentHash(blockHashes: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const hashes of blockHashes) hash.update(hashes);
  return `sha256:${hash.digest('hex')}`;
}
