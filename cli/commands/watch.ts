import { Command } from 'commander';
import { ownToken } from '../../coordinator/http/own-token.ts';
import { type SocketOptions, socketSource } from '../client/progress-socket.ts';
import { say } from '../say.ts';
import { type SettingFlags, settle, withSettings } from '../settings.ts';
import { untilStopped } from '../site.ts';
import { attachTerminal } from '../terminal/terminal.ts';

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
      const url = `ws://${config.host}:${config.port}/progress`;
      const token = config.token ?? (await ownToken(config));
      await new Promise<void>((resolve, reject) => {
        const source = socketSource({ url, token, onRefused: reject, ...saysOnce(url) });
        const stop = flags.json
          ? source.subscribe((message) => process.stdout.write(`${JSON.stringify(message)}\n`))
          : attachTerminal(source).close;
        stopped.finally(stop).then(resolve, reject);
      });
    });
}

/** Says that nobody answers once, and once that somebody does again. */
function saysOnce(url: string): Pick<SocketOptions, 'onError' | 'onOpen'> {
  let isAway = false;
  return {
    onError({ message }) {
      const why = message || 'nobody answers';
      if (!isAway) say(`landfall watch: ${why} at ${url}; waiting for a coordinator`);
      isAway = true;
    },
    onOpen() {
      if (isAway) say(`landfall watch: connected to ${url}`);
      isAway = false;
    },
  };
}
