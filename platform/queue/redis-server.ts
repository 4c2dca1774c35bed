/** What Landfall needs of a Redis server, asked once of each connection that is opened for a queue. */
import type { Redis } from 'ioredis';
import { LandfallError } from '../errors/errors.ts';
import { redisAddress } from './redis-address.ts';
import { connectRedis, redisError } from './redis-connection.ts';

/** The oldest version that has all commands: SET with GET. */
const needed = '6.2';

export interface RedisServer {
  readonly version: string;
  readonly policy: string;
}

/**
 * Asks whether the server keeps what is written to it, is one server, and lets this user do what a queue does.
 * `prefix`: of the queue's keys.
 * @throws LandfallError LF_QUEUE_VERSION, LF_QUEUE_EVICTS, LF_QUEUE_CLUSTER, LF_QUEUE_REFUSED (a permission is missing), LF_QUEUE_LOST
 */
export async function checkRedisServer(redis: Redis, url: string, prefix: string): Promise<RedisServer> {
  const address = redisAddress(url);
  try {
    const info = await redis.info();
    const said = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
    const policy = said('maxmemory_policy') ?? 'noeviction';
    const version = said('redis_version') ?? '?';
    if (isOlder(version)) throw new LandfallError('LF_QUEUE_VERSION', { address, version, needed });
    if (policy !== 'noeviction') throw new LandfallError('LF_QUEUE_EVICTS', { address, policy });
    if (said('cluster_enabled') === '1') throw new LandfallError('LF_QUEUE_CLUSTER', { address });
    await tryCommands(redis, prefix);
    return { version, policy };
  } catch (error) {
    throw redisError(error, url);
  }
}

function isOlder(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major < 6 || (major === 6 && minor < 2);
}

/** Connects once, where the queue is in Redis. Throws as connectRedis and checkRedisServer; null: it is not there. */
export async function checkQueue(redisUrl: string | null): Promise<RedisServer | null> {
  if (redisUrl === null) return null;
  const redis = await connectRedis(redisUrl);
  try {
    return await checkRedisServer(redis, redisUrl, 'landfall-check');
  } finally {
    redis.disconnect();
  }
}

/** The channels of ticks, one for each installation. */
export const tickChannel = (installation: string) => `landfall:tick:${installation}`;

/** One of each kind that the queue and its progress use: a permission that is missing shows here, and not in a loop of tries. */
async function tryCommands(redis: Redis, prefix: string): Promise<void> {
  const key = `${prefix}:probe`;
  await redis.set(key, '', 'PX', 1000);
  await redis.eval(
    `redis.call('exists', KEYS[1]) return redis.call('xlen', KEYS[2])`,
    2,
    key,
    `${key}-events`,
  );
  await redis.bzpopmin(`${key}-none`, 0.001);
  await redis.publish(tickChannel('probe'), '');
}
