import { describe, expect, it } from 'vitest';
import {
  isRedisAddress,
  maskSentinels,
  redisAddress,
  sentinelOptions,
} from '../../../platform/queue/redis-address.ts';

describe('the address of sentinels', () => {
  const full = 'rediss+sentinel://me:p%2Fw@a:1,[::1]:2,c/main%20one/3?user=guard&password=s3cret';

  it('names them, the master, and who asks', () => {
    expect(sentinelOptions(full)).toEqual({
      sentinels: [
        { host: 'a', port: 1 },
        { host: '::1', port: 2 },
        { host: 'c', port: 26_379 },
      ],
      name: 'main one',
      username: 'me',
      password: 'p/w',
      sentinelUsername: 'guard',
      sentinelPassword: 's3cret',
      db: 3,
      tls: {},
      enableTLSForSentinelMode: true,
      failoverDetector: true,
    });
    expect(sentinelOptions('redis+sentinel://:pw@a/main')).toEqual({
      sentinels: [{ host: 'a', port: 26_379 }],
      name: 'main',
      password: 'pw',
      db: 0,
      failoverDetector: true,
    });
  });

  it('is printed without passwords', () => {
    expect(redisAddress(full)).toBe('main one of the sentinels a:1, ::1:2, c:26379');
    expect(maskSentinels(full)).toBe(
      'rediss+sentinel://me:***@a:1,[::1]:2,c/main%20one/3?user=guard&password=***',
    );
    expect(maskSentinels('redis://me:pw@a')).toBeNull();
  });
});

it.each([
  ['redis://host', true],
  ['rediss://user:pw@host:6380/2', true],
  ['redis+sentinel://a,b/main', true],
  ['redis+sentinel://a,b', false],
  ['redis+sentinel://a:x/main', false],
  ['redis+sentinel://a,/main', false],
  ['postgres://host', false],
  ['host:6379', false],
])('%s is an address of Redis: %s', (text, is) => {
  expect(isRedisAddress(text)).toBe(is);
});
