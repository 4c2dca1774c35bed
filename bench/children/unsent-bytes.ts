/**
 * Loaded before a coordinator (`--import`): notes the most bytes that any WebSocket of the process has held unsent, and
 * writes them as JSON to the file that LANDFALL_BENCH_UNSENT names when the process ends. A process that sends nothing
 * writes nothing.
 */
import { writeFileSync } from 'node:fs';
import { WebSocket } from 'ws';

/** What the file holds. */
export interface Unsent {
  readonly mostBytes: number;
  readonly messages: number;
}

let mostBytes = 0;
let messages = 0;
const { send } = WebSocket.prototype;

WebSocket.prototype.send = function noting(this: WebSocket, ...given: Parameters<typeof send>): void {
  send.apply(this, given);
  messages += 1;
  if (this.bufferedAmount > mostBytes) mostBytes = this.bufferedAmount;
} as typeof send;

process.on('exit', () => {
  const path = process.env.LANDFALL_BENCH_UNSENT;
  if (path && messages > 0) writeFileSync(path, JSON.stringify({ mostBytes, messages } satisfies Unsent));
});
