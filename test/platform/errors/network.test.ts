/** Errors of real sockets, of `fetch` and of names, and those that only look like them. */
import { createServer as createTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../../platform/database/embedded/launch.ts';
import { isNetworkError, reasonOf } from '../../../platform/errors/network.ts';

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('nobody answered', () => {
  it.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].map((code) =>
      coded(code),
    ),
    coded('ENOTFOUND', 'getaddrinfo ENOTFOUND db'),
    coded('EAI_AGAIN', 'getaddrinfo EAI_AGAIN db'),
    // A connection that breaks off before TLS is agreed on.
    coded('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established'),
    new TypeError('fetch failed', { cause: coded('UND_ERR_CONNECT_TIMEOUT') }),
    new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]),
    new TypeError('fetch failed', { cause: new AggregateError([coded('ECONNREFUSED')]) }),
    new Error('it failed', { cause: new Error('below', { cause: coded('ECONNRESET') }) }),
  ])('%s', (error) => {
    expect(isNetworkError(error)).toBe(true);
  });

  it('as `fetch` says it of a port where nobody listens', async () => {
    const error = await fetch(`http://127.0.0.1:${await freePort(0)}`).catch((thrown) => thrown);
    expect(isNetworkError(error)).toBe(true);
    expect(reasonOf(error)).toMatch(/ECONNREFUSED/);
  });

  it('as `fetch` says it of a server that hangs up', async () => {
    const server = createTcp((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const error = await fetch(`http://127.0.0.1:${port}`).catch((thrown) => thrown);
    server.close();
    expect(isNetworkError(error)).toBe(true);
  });
});

describe('somebody answered', () => {
  it.each([
    new Error('anything'),
    coded('42P01'),
    coded('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
    coded('CERT_HAS_EXPIRED'),
    coded('EPROTO', 'write EPROTO: wrong version number'),
    // One of the addresses answered: what it said decides.
    new AggregateError([coded('ECONNREFUSED'), coded('CERT_HAS_EXPIRED')]),
    new AggregateError([]),
    'ECONNREFUSED',
    null,
  ])('%s', (error) => {
    expect(isNetworkError(error)).toBe(false);
  });

  it('also where an error is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(isNetworkError(error)).toBe(false);
  });
});

it('the reason is what the lowest error says', () => {
  expect(reasonOf(new AggregateError([coded('ECONNREFUSED', 'a'), coded('ECONNREFUSED', 'b')]))).toBe('a; b');
  expect(reasonOf(new TypeError('fetch failed', { cause: new Error('refused') }))).toBe('refused');
  expect(reasonOf(coded('ETIMEDOUT', ''))).toBe('ETIMEDOUT');
});
