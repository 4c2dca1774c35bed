// Records how a load of trips went, for the test of the time left: `npm run record:load -- FILE [ROWS]`. It runs the
// built command on an embedded database in a folder that is removed afterwards, and keeps of the progress stream what the
// time left follows from: commits, the bytes that each slot has read, and when the coordinator knew of them.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { freePort } from './free-port.mjs';

const [out, rows = '10000000'] = process.argv.slice(2);
if (out === undefined) {
  console.error(
    'Say where to write it: npm run record:load -- test/coordinator/progress/recordings/NAME.ndjson',
  );
  process.exit(2);
}
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'landfall-record-'));
const port = await freePort();
const args = ['demo', '--rows', rows, '--port', String(port)];
const command = spawn(process.execPath, [main, ...args], {
  cwd: home,
  stdio: ['ignore', 'ignore', 'inherit'],
});
const ended = new Promise((resolve) => command.once('close', resolve));
try {
  const lines = await record(await untilOpen());
  writeFileSync(out, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  console.log(`${out}: ${lines.length} lines`);
} finally {
  command.kill('SIGINT');
  await ended;
  rmSync(home, { recursive: true, force: true });
}

/** What is kept of the messages, until the file is done. */
async function record(socket) {
  const lines = [];
  let began = null;
  let columns = null;
  return new Promise((resolve) => {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      const [file] = (message.state ?? message).files ?? [];
      if (file !== undefined && columns === null) {
        const { dataset, bytes, chunks } = file;
        if (chunks === 0) return;
        columns = { dataset, bytes, chunks, rows: Number(rows) };
        lines.push(columns);
      }
      if (columns === null) return;
      began ??= performance.now();
      const line = {
        at: Math.round(performance.now() - began),
        ...(file && { file: [file.state, file.chunksCommitted, file.bytesCommitted, file.rows.parsed] }),
        ...(message.commits && { commits: message.commits.map(({ chunkNumber }) => chunkNumber) }),
        ...(message.workers && { workers: message.workers.map(slotsOf) }),
      };
      if (Object.keys(line).length > 1) lines.push(line);
      if (file?.state === 'done') resolve(lines);
    });
  });
}

/** A worker's name, then chunk, step, bytes and bytes read, and rows, of each slot. */
function slotsOf({ workerId, slots }) {
  return [
    workerId.slice(-4),
    ...slots.map((slot) => [slot.chunkNumber, slot.step, slot.bytes, slot.bytesRead, slot.rows]),
  ];
}

async function untilOpen() {
  for (let tries = 0; ; tries++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/progress`);
    const open = await new Promise((resolve) => {
      socket.once('open', () => resolve(true)).once('error', () => resolve(false));
    });
    if (open) return socket;
    if (tries === 200) throw new Error('the demo does not answer');
    await delay(100);
  }
}
