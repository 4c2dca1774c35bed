import { Command } from 'commander';
import WebSocket from 'ws';
import type { ProgressMessage } from '../../platform/progress/progress.ts';
import { applyMessage, type ProgressView } from '../../platform/progress/progress-client.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { untilStopped } from '../site.ts';
import { attachTerminal, type ProgressSource } from '../terminal/terminal.ts';

/** `landfall watch`: shows the progress of a running coordinator. */
export function watchCommand(): Command {
  return withSettings(new Command('watch'))
    .description('show the progress of a running coordinator')
    .option('--host <address>', 'address of the coordinator (LANDFALL_HOST, default 127.0.0.1)')
    .option('--port <n>', 'port of the coordinator (LANDFALL_PORT, default 8080)')
    .option('--json', 'print each message of the progress stream as a line of JSON (see docs/progress.md)')
    .addHelpText('after', '\nExample:\n  landfall watch --port 8080')
    .action(async (flags: SettingFlags & { json?: boolean }) => {
      const { config } = await settle(flags);
      const stopped = untilStopped();
      const source = socketSource({
        url: `ws://${config.host}:${config.port}/progress`,
        token: config.token,
      });
      const stop = flags.json
        ? source.subscribe((message) => process.stdout.write(`${JSON.stringify(message)}\n`))
        : attachTerminal(source).close;
      await stopped;
      stop();
    });
}

/**
 * A progress socket that reconnects by itself. It waits 0.5 s, then twice as long each time up to 15 s, and
 * resumes after the last number that it has seen.
 */
export function socketSource(options: { url: string; token: string | null }): ProgressSource {
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
        });
        socket.on('message', (data) => {
          const message = JSON.parse(String(data)) as ProgressMessage;
          view = applyMessage(view, message);
          if (view) listener(message);
          else socket.close();
        });
        socket.on('error', (error) =>
          process.stderr.write(
            `landfall watch: ${error.message || 'no coordinator'} at ${options.url}; trying again\n`,
          ),
        );
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
