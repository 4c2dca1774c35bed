/** Hosts as network namespaces: a server is reached, not reached while a host is cut off, and reached again. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { mayMakeHosts, openNetwork } from '../../../soak/site/namespaces.ts';

const may = mayMakeHosts();
if (!may) console.error('\nSKIPPING every test of hosts: they need iproute2, and root or CAP_SYS_ADMIN\n');

const asks = `const socket = require('net').connect(Number(process.argv[1]), process.argv[2]);
  socket.setTimeout(700, () => process.exit(3)).on('connect', () => process.exit(0)).on('error', () => process.exit(3));`;

describe.runIf(may)('hosts', () => {
  it('reach a server of this one, but not while they are cut off', async () => {
    const network = openNetwork(['one', 'other']);
    const server = createServer((socket) => socket.destroy()).listen(0, network.address);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const reach = async (host: string) => {
      const command = [process.execPath, '-e', asks, String(port), network.address];
      const [program, ...args] = network.commandOn(host, command);
      const [code] = await once(spawn(program, args, { stdio: 'inherit' }), 'exit');
      return code === 0;
    };
    try {
      expect(await reach('one')).toBe(true);
      network.cut('one');
      expect(await Promise.all(['one', 'other'].map(reach))).toEqual([false, true]);
      network.heal('one');
      expect(await reach('one')).toBe(true);
    } finally {
      server.close();
      network.close();
    }
  });

  it('are removed when the process that made them was killed', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const name = `lf${child.pid}-one`;
    execFileSync('ip', ['netns', 'add', name]);
    execFileSync('ip', ['link', 'add', `lf${child.pid}`, 'type', 'bridge']);
    openNetwork(['one']).close();
    const list = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' });
    expect(list('netns', 'list')).not.toContain(name);
    expect(list('-o', 'link', 'show', 'type', 'bridge')).not.toContain(`lf${child.pid}:`);
  });
});
