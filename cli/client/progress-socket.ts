/** The progress of a coordinator that runs elsewhere. */
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import WebSocket from 'ws';
import { LandfallError, restoreError } from '../../platform/errors/errors.ts';
import type { ProgressMessage } from '../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../platform/progress/progress-client.ts';
import type { ProgressSource } from '../terminal/terminal.ts';

export interface SocketOptions {
  /** `ws://host:port/progress` */
  readonly url: string;
  readonly token: string | null;
  /** Called when there is no connection, which is tried again. */
  onError(error: Error): void;
  /** Called with each connection. */
  onOpen?(): void;
  /** Called if the coordinator refuses: trying again would not help. LF_WATCH_TOKEN, or what the coordinator says. */
  onRefused(error: LandfallError): void;
}

/**
 * A progress socket that reconnects by itself. It waits 0.5 s, then twice as long each time up to 15 s, and
 * resumes after the last number that it has seen.
 */
export function socketSource(options: SocketOptions): ProgressSource {
  return {
    subscribe(listener: (message: ProgressMessage) => void) {
      let view: ProgressView | null = null;
      let socket: WebSocket;
      let waitMs = 500;
      let closed = false;
      let timer: NodeJS.Timeout | undefined;
      const connect = () => {
        const url = new URL(options.url);
        if (view) {
          url.searchParams.set('epoch', view.epoch);
          url.searchParams.set('seq', String(view.seq));
        }
        socket = new WebSocket(url, {
          headers: options.token ? { authorization: `Bearer ${options.token}` } : {},
        });
        socket.on('open', () => {
          waitMs = 500;
          options.onOpen?.();
        });
        socket.on('unexpected-response', async (_request, response) => {
          const error = await refusalOf(response, options);
          // A coordinator that starts, or stands by without a leader, will serve.
          if (response.statusCode! >= 500) options.onError(error);
          else {
            closed = true;
            options.onRefused(error);
          }
          socket.terminate();
        });
        socket.on('message', (data) => {
          const message = JSON.parse(String(data)) as ProgressMessage;
          view = applyMessage(view, message);
          if (view) listener(message);
          else socket.close();
        });
        socket.on('error', (error) => closed || options.onError(error));
        socket.on('close', () => {
          if (closed) return;
          timer = setTimeout(connect, waitMs);
          waitMs = Math.min(15_000, waitMs * 2);
        });
      };
      connect();
      return () => {
        closed = true;
        clearTimeout(timer);
        socket.close();
      };
    },
  };
}

/** Why the coordinator does not open the socket. */
async function refusalOf(
  response: IncomingMessage,
  { url, token }: Pick<SocketOptions, 'url' | 'token'>,
): Promise<LandfallError> {
  const status = response.statusCode!;
  if (status === 401)
    return new LandfallError('LF_WATCH_TOKEN', {
      url,
      asks: token === null ? 'requires a' : 'does not know this',
    });
  const body = await text(response).catch(() => '');
  try {
    return restoreError(JSON.parse(body));
  } catch {
    return new LandfallError('LF_USAGE', {
      problem: `${url} answers with ${status}, as no coordinator does`,
    });
  }
}
