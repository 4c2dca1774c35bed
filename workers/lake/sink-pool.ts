import { ByteSink } from './parquet/byte-sink.ts';

/** Sinks that are worth keeping: their memory is in place already. Row groups rarely take more. */
const KEPT_MAX = 4;
const KEPT_BYTES_MAX = 16 << 20;

/** Free sinks of this process. */
const free: ByteSink[] = [];

/** Hands out empty sinks. */
export function takeSink(): ByteSink {
  const sink = free.pop() ?? new ByteSink(1 << 20);
  sink.length = 0;
  return sink;
}

/** Gives a sink back; nobody may use it, or views of it, any more. */
export function giveSink(sink: ByteSink): void {
  if (free.length < KEPT_MAX && sink.bytes.length <= KEPT_BYTES_MAX) free.push(sink);
}
