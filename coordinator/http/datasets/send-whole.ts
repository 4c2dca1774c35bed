/**
 * Sends an answer of any length. A short one is returned as a whole. Of a longer one, at most what its format makes of a
 * batch of rows is in memory: the next one is fetched when the reader has taken it.
 */
import type { Writable } from 'node:stream';
import type { Answer, AnswerRow } from '../../ask/answer.ts';

export interface Sending {
  /** The answer in its format. */
  pieces(answer: Answer): Promise<AsyncIterable<string | Uint8Array>>;
  /** Opens the stream of a long answer. */
  open(): Writable;
  /** An answer with more rows is long. */
  readonly rows: number;
  readonly stallMs: number;
}

/** The body of a short answer; null: it was long, and is sent. Throws what the answer throws, and destroys the stream. */
export async function sendWhole(
  answer: Answer,
  { pieces, open, rows, stallMs }: Sending,
): Promise<Buffer | null> {
  let seen = 0;
  const counted: Answer = {
    columns: answer.columns,
    batches: count(answer.batches, (more) => (seen += more)),
  };
  const kept: Uint8Array[] = [];
  let out: Writable | null = null;
  try {
    for await (const piece of await pieces(counted)) {
      const bytes = Buffer.from(piece as Uint8Array);
      if (out !== null) await taken(out, bytes, stallMs);
      else {
        kept.push(bytes);
        if (seen <= rows) continue;
        out = open();
        await taken(out, Buffer.concat(kept.splice(0)), stallMs);
      }
    }
  } catch (error) {
    out?.destroy(error as Error);
    throw error;
  }
  if (out === null) return Buffer.concat(kept);
  out.end();
  return null;
}

async function* count(
  batches: Answer['batches'],
  add: (rows: number) => void,
): AsyncGenerator<readonly AnswerRow[]> {
  for await (const batch of batches) {
    add(batch.length);
    yield batch;
  }
}

/** Resolves when the reader has room for more. Throws if he is gone, or takes nothing for `stallMs`. */
async function taken(out: Writable, bytes: Uint8Array, stallMs: number): Promise<void> {
  if (out.destroyed) throw new Error('the reader is gone');
  if (out.write(bytes)) return;
  await new Promise<void>((resolve, reject) => {
    const end = (error?: Error) => {
      clearTimeout(timer);
      out.off('drain', onDrain).off('close', onClose);
      if (error) reject(error);
      else resolve();
    };
    const onDrain = () => end();
    const onClose = () => end(new Error('the reader is gone'));
    const timer = setTimeout(
      () => end(new Error(`the reader took nothing for ${stallMs / 1000} s`)),
      stallMs,
    );
    out.once('drain', onDrain).once('close', onClose);
  });
}
