/**
 * Addresses of Redis: of one server, or of sentinels that know which server is the master.
 *
 *   redis://user:password@host:6379/0                            rediss:// for TLS
 *   redis+sentinel://user:password@host:26379,host:26379/name/0  rediss+sentinel://; `name` as the sentinels know it
 *
 * User and password are those of the server. Those of the sentinels are parameters: ?user=…&password=….
 */
import type { RedisOptions } from 'ioredis';

const sentinelPort = 26_379;
const sentinelForm =
  /^redis(?<tls>s?)\+sentinel:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?@]+)\/(?<name>[^/?]+)(?:\/(?<db>\d+))?(?:\?(?<rest>.*))?$/;

/** Whether a text has one of the two forms. */
export function isRedisAddress(text: string): boolean {
  if (/^rediss?\+sentinel:/.test(text)) return sentinelOptions(text) !== null;
  return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol);
}

/** What the driver is told of sentinels; null for the address of one server, which it reads itself. */
export function sentinelOptions(text: string): RedisOptions | null {
  const { tls, user, password, hosts, name, db, rest } = sentinelForm.exec(text)?.groups ?? {};
  if (hosts === undefined) return null;
  const sentinels = hosts.split(',').map(hostAndPort);
  if (sentinels.some((one) => one === null)) return null;
  const own = new URLSearchParams(rest ?? '');
  return {
    sentinels: sentinels as NonNullable<(typeof sentinels)[number]>[],
    name: decodeURIComponent(name),
    ...(user && { username: decodeURIComponent(user) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(own.has('user') && { sentinelUsername: own.get('user')! }),
    ...(own.has('password') && { sentinelPassword: own.get('password')! }),
    db: Number(db ?? 0),
    ...(tls && { tls: {}, enableTLSForSentinelMode: true }),
    // A master that is frozen or cut off keeps its connections; the sentinels say when another takes its place.
    failoverDetector: true,
  };
}

function hostAndPort(text: string): { host: string; port: number } | null {
  if (!URL.canParse(`redis://${text}`)) return null;
  const { hostname, port } = new URL(`redis://${text}`);
  if (hostname === '') return null;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || sentinelPort) };
}

/** Hosts and ports, without users and passwords: fit to print. */
export function redisAddress(text: string): string {
  const sentinels = sentinelOptions(text);
  if (sentinels !== null) {
    const hosts = sentinels.sentinels!.map(({ host, port }) => `${host}:${port}`);
    return `${sentinels.name} of the sentinels ${hosts.join(', ')}`;
  }
  if (!URL.canParse(text)) return 'an address that is not a URL';
  const { hostname, port } = new URL(text);
  return `${hostname || 'localhost'}:${port || 6379}`;
}

/** An address of sentinels without its passwords; null for one of a server. */
export function maskSentinels(text: string): string | null {
  if (sentinelOptions(text) === null) return null;
  return text
    .replace(/^(\w+\+sentinel:\/\/[^:@/]*:)[^@/]*@/, '$1***@')
    .replace(/([?&]password=)[^&]*/, '$1***');
}
