/**
 * One connection. A client that keeps up is sent every change as it happens. For a client that does not, the
 * changes that wait are merged into one. When that grows larger than the state itself it is dropped, and the
 * client is sent a snapshot as soon as its socket has room.
 *
 *   flowing ──(more than highWaterBytes unsent)──▶ merging ──(too many items)──▶ behind
 *      ▲                                             │ sent                        │ sent
 *      └───────── merged change goes out ────────────┴──── snapshot goes out ──────┘
 *
 * Memory of a client: highWaterBytes + one message in the socket, and one change of at most
 * `maxPendingItems()` items here. The callback of `send` says when the socket has room again.
 */
import type { ChangeMessage } from '../../platform/progress/progress.ts';
import { itemCount, mergeChanges } from './merge.ts';
import type { SentChange } from './ring.ts';

/** What a client needs of a WebSocket (`ws`). */
export interface ClientSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: Uint8Array, options: { readonly binary: false }, sent: (error?: Error | null) => void): void;
}

export interface ClientOptions {
  /** The current snapshot, as text. */
  snapshot(): string;
  /** Items that the state holds now: a pending change with more of them costs more than a snapshot. */
  maxPendingItems(): number;
  /** Default: `highWaterBytes`. */
  readonly highWaterBytes?: number;
}

const open = 1;

/** Unsent bytes in a socket above which changes are merged. */
export const highWaterBytes = 256 * 1024;

export class ProgressClient {
  private readonly socket: ClientSocket;
  private readonly options: ClientOptions;
  private readonly highWaterBytes: number;
  private pending: ChangeMessage | null = null;
  private behind = false;

  constructor(socket: ClientSocket, options: ClientOptions) {
    this.socket = socket;
    this.options = options;
    this.highWaterBytes = options.highWaterBytes ?? highWaterBytes;
  }

  /** Sends a snapshot as soon as the socket has room; forgets what was pending. */
  sendSnapshot(): void {
    this.pending = null;
    this.behind = true;
    this.drain();
  }

  /** Sends a change now, or merges it into what waits. `bytes`: its text, encoded once for all clients. */
  sendChange(change: SentChange, bytes: Uint8Array = Buffer.from(change.text)): void {
    if (this.behind) return;
    if (this.pending === null && this.hasRoom()) {
      this.write(bytes);
      return;
    }
    this.pending = this.pending ? mergeChanges(this.pending, change.message) : change.message;
    if (itemCount(this.pending) > this.options.maxPendingItems()) {
      this.pending = null;
      this.behind = true;
    }
    this.drain();
  }

  /** Sends a message that says nothing new, unless another one waits. */
  sendBeat(text: string): void {
    if (!this.behind && this.pending === null && this.hasRoom()) this.write(Buffer.from(text));
  }

  /** Items waiting in this process for this client. */
  get pendingItems(): number {
    return this.pending ? itemCount(this.pending) : 0;
  }

  private hasRoom(): boolean {
    return this.socket.readyState === open && this.socket.bufferedAmount <= this.highWaterBytes;
  }

  /** Called when a change was merged, and whenever the socket has passed a message on to the system. */
  private drain(): void {
    if (!this.hasRoom()) return;
    if (this.behind) {
      this.behind = false;
      this.write(Buffer.from(this.options.snapshot()));
    } else if (this.pending) {
      const text = JSON.stringify(this.pending);
      this.pending = null;
      this.write(Buffer.from(text));
    }
  }

  private write(text: Uint8Array): void {
    // An error means that the socket is closing: its close event detaches the client from the hub.
    this.socket.send(text, { binary: false }, (error) => {
      if (!error) this.drain();
    });
  }
}
