/** A file's bytes, a buffer at a time. */
import { read, readSync } from 'node:fs';
import { promisify } from 'node:util';

/** Two of these are held while a file is read: one in use, one being filled. */
const bufferBytes = 1024 * 1024;
/** A read up to this size is over sooner than a thread is woken for it. */
const readAtOnceBytes = 64 * 1024;

const readLater = promisify(read);

/** Buffers of ended reads, for the next ones. */
const idleBuffers: Buffer[] = [];
const idleBuffersMax = 8;

/** Fresh buffers; or, where pieces may be overwritten, the same two in turn: one in use, one being filled. */
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

  /** Nothing is read into them any more, and whoever reads here has seen the last piece. */
  end(): void {
    for (const buffer of this.two.splice(0)) {
      if (buffer !== undefined && idleBuffers.length < idleBuffersMax) idleBuffers.push(buffer);
    }
  }
}

/** The next bytes of [at, end), at most a buffer of them; none at the end of the file. */
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
