/** A process that opens the server of a home, says what it got, and then does as it is told. */
import { openServer } from '../../../../dist/platform/database/embedded/embedded-server.js';

const [home, then, fsync] = process.argv.slice(2);
const settings = { shared_buffers: '16MB', max_connections: '20', ...(fsync === 'off' && { fsync }) };
const server = await openServer(home, { settings });
process.stdout.write(`${JSON.stringify({ ...server, process: process.pid })}\n`);

// `end`: nothing keeps it; `throw`: nobody catches it; `wait`: until a signal or the end of its input.
if (then === 'throw') throw new Error('as it was told');
if (then === 'wait') {
  process.stdin.resume();
  process.stdin.on('end', () => server.stop().then(() => process.stdin.destroy()));
}
if (then === 'listen') {
  process.on('SIGTERM', async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.stdout.write(`${JSON.stringify({ alive: process.kill(server.pid, 0) })}\n`);
    await server.stop();
    process.exit(0);
  });
  process.stdin.resume();
}
