/** Writes the chunks of a file to the spool, while the next bytes are unpacked. */
import { crashPoint } from '../../platform/errors/crash-points.ts';
import type { Storage, StorageWriter } from '../../platform/storage/contract.ts';
import { spoolKey } from '../../platform/storage/spool.ts';
import type { ChunkSink } from './chunk-list.ts';

export interface SpoolOptions {
  readonly lake: Storage;
  readonly fileId: number;
  /** Names the only machine whose workers read the chunks, which then need not survive its end. Null: any may read them. */
  readonly boot: string | null;
}

/**
 * One step is under way at a time, and each call waits for the one before: at most one piece is held. Its bytes must not
 * change meanwhile.
 */
export class SpoolWriter implements ChunkSink {
  private readonly options: SpoolOptions;
  private writer: StorageWriter | null = null;
  private step: Promise<void> = Promise.resolve();

  constructor(options: SpoolOptions) {
    this.options = options;
  }

  write(chunk: { readonly number: number; readonly start: number }, bytes: Uint8Array): Promise<void> {
    const { lake, fileId, boot } = this.options;
    return this.after(async () => {
      this.writer ??= await lake.writer(spoolKey({ fileId, ...chunk }, boot), { lasting: boot === null });
      await this.writer.write(bytes);
    });
  }

  end(): Promise<void> {
    return this.after(async () => {
      const ended = this.writer;
      await ended?.commit();
      this.writer = null;
      crashPoint('spool.chunk-written');
    });
  }

  /** Resolves when all is written. Throws if something could not be. */
  written(): Promise<void> {
    return this.step;
  }

  /** Discards a chunk that was not ended. */
  async close(): Promise<void> {
    await this.step.catch(() => {});
    await this.writer?.abort();
    this.writer = null;
  }

  /** Begins a step when the one before has ended. Throws if that failed. */
  private async after(step: () => Promise<void>): Promise<void> {
    await this.step;
    this.step = step();
    this.step.catch(() => {});
  }
}
