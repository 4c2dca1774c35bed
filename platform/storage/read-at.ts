/** Reads a file's bytes, one buffer at a time. */
import { read, readSync } from 'node:fs';
import { promisify } from 'node:util';

/** Two of these are held while a file is read: one is in use, and one is being filled. */
const bufferBytes = 1024 * 1024;
/** A read of up to this size takes less time than waking a thread for it. */
const readAtOnceBytes = 64 * 1024;

const readLater = promisify(read);

/** Buffers of reads that have ended, for reuse. */
const idleBuffers: Buffer[] = [];
const idleBuffersMax = 8;

/** Provides fresh buffers or, if pieces may be overwritten, the same two in turn: one in use, one being filled. */
export class ReadBuffers {
  private readonly reuse: boolean;
  private readonly two: Buffer[] = [];
  private turn = 0;

  constructor(reuse: boolean) {
    this.reuse = reuse;
  }

  next(length: number): Buffer {
    if (!this.reuse) return Buffer.allocUnsafeSlow(length);
    this.turn ^= 1;
    this.two[this.turn] ??= idleBuffers.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
    return this.two[this.turn];
  }

  /** Call this when nothing is read into the buffers any more and the reader has finished with the last piece. */
  end(): void {
    for (const buffer of this.two.splice(0)) {
      if (buffer !== undefined && idleBuffers.length < idleBuffersMax) idleBuffers.push(buffer);
    }
  }
}

/** The next bytes of [at, end), at most one buffer. Empty at the end of the file. */
export async function readAt(
  file: number,
  at: number,
  end: number,
  buffers: ReadBuffers,
): Promise<Uint8Array> {
  const length = Math.min(bufferBytes, end - at);
  if (length <= 0) return new Uint8Array(0);
  const buffer = buffers.next(length);
  const bytesRead =
    length <= readAtOnceBytes
      ? readSync(file, buffer, 0, length, at)
      : (await readLater(file, buffer, 0, length, at)).bytesRead;
  return buffer.subarray(0, bytesRead);
}
