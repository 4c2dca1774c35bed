/** Messages of the server for parts of the page that follow what the state does not keep. */
import type { ProgressMessage } from '../../../platform/progress/progress.ts';

type Listener = (message: ProgressMessage) => void;

const listeners = new Set<Listener>();

/** Calls `listener` with each message from now on. Returns a function that ends this. */
export function onMessage(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function passOn(message: ProgressMessage): void {
  for (const listener of listeners) listener(message);
}
