/**
 * Hosts on one machine: network namespaces (ip-netns(8)) on a bridge. This process is on the bridge too, and so are
 * the servers that it starts. A host that is cut off loses its cable: nothing arrives, and nobody is told.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Network {
  /** The address of this process and its servers, as hosts see it. */
  readonly address: string;
  /** The command line that runs a command on a host, in a process that becomes this command. */
  commandOn(host: string, command: readonly string[]): readonly string[];
  cut(host: string): void;
  heal(host: string): void;
  close(): void;
}

const ip = (...args: string[]) =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Whether this process may make hosts. It needs iproute2, and the right to change namespaces. */
export function mayMakeHosts(): boolean {
  const name = `lf${process.pid}t`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return true;
  } catch {
    return false;
  }
}

let networks = 0;

/** Makes a network with these hosts, and removes those of processes that were killed. */
export function openNetwork(hosts: readonly string[]): Network {
  sweep();
  const id = `${process.pid}${networks++ || ''}`;
  const subnet = `10.${64 + (process.pid % 128)}.${networks % 256}`;
  const bridge = `lf${id}`;
  const place = (host: string) => `lf${id}-${host}`;
  const cable = (host: string) => `lf${id}${hosts.indexOf(host)}`;
  ip('link', 'add', bridge, 'type', 'bridge');
  ip('addr', 'add', `${subnet}.1/24`, 'dev', bridge);
  ip('link', 'set', bridge, 'up');
  for (const [h, host] of hosts.entries()) {
    ip('netns', 'add', place(host));
    ip('link', 'add', cable(host), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', place(host));
    ip('link', 'set', cable(host), 'master', bridge, 'up');
    ip('-n', place(host), 'addr', 'add', `${subnet}.${10 + h}/24`, 'dev', 'eth0');
    for (const device of ['lo', 'eth0']) ip('-n', place(host), 'link', 'set', device, 'up');
  }
  return {
    address: `${subnet}.1`,
    commandOn: (host, command) => ['ip', 'netns', 'exec', place(host), ...command],
    cut: (host) => void ip('link', 'set', cable(host), 'down'),
    heal: (host) => void ip('link', 'set', cable(host), 'up'),
    close() {
      for (const host of hosts) ip('netns', 'del', place(host));
      ip('link', 'del', bridge);
    },
  };
}

/** The process by which a host or a bridge is named. */
const named = /\blf(\d+)[-:@]/;

function sweep(): void {
  const left = (list: string) =>
    list.split('\n').flatMap((line) => {
      const pid = named.exec(line)?.[1];
      return pid === undefined || existsSync(`/proc/${pid}`) ? [] : [line];
    });
  for (const line of left(ip('netns', 'list'))) ip('netns', 'del', line.split(' ')[0]);
  for (const line of left(ip('-o', 'link', 'show', 'type', 'bridge')))
    ip('link', 'del', `lf${named.exec(line)![1]}`);
}
