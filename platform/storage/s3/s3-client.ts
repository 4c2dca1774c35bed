/**
 * The client of a process. It keeps connections open and tries requests again, in the SDK's mode `standard`: up to five
 * attempts, with random pauses that double from at most 50 ms (1 s where the server says that it is busy), and about
 * 35 repeats at once for all requests together.
 */
import { Readable } from 'node:stream';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { slicesOf } from '../slices.ts';
import { type S3Settings, s3Settings } from './s3-settings.ts';

const connectMs = 10_000;
const attempts = 5;

/** Of a body that is sent: what has to be taken by the network within the idle timeout. */
const sliceBytes = 64 * 1024;

let shared: { readonly client: S3Client; readonly settings: S3Settings } | null = null;

/** The client that all stores of this process share. */
export function sharedClient(): S3Client {
  const settings = s3Settings();
  if (shared?.settings === settings) return shared.client;
  const custom = Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);
  const client = openClient(settings, {
    // Other servers do not accept bucket names in the host name, and accept any region.
    forcePathStyle: custom,
    ...(custom && !process.env.AWS_REGION && { region: 'us-east-1' }),
  });
  shared = { client, settings };
  return client;
}

/**
 * A client whose requests always end. The idle timeout ends an attempt, or a body that is being read, when no byte has
 * come or gone for so long. It does not bound the whole request.
 */
export function openClient({ s3Timeout }: Pick<S3Settings, 's3Timeout'>, config: S3ClientConfig): S3Client {
  const idleMs = s3Timeout * 1000;
  // The timeout of a connection also runs while a request waits for a free one, so there is always one.
  const agent = { maxSockets: Number.POSITIVE_INFINITY };
  const client = new S3Client({
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: attempts,
    requestHandler: {
      connectionTimeout: Math.min(connectMs, idleMs),
      socketTimeout: idleMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...config,
  });
  client.middlewareStack.add(sliceBody, { name: 'sliceBody', step: 'finalizeRequest', priority: 'low' });
  return client;
}

/**
 * Has the body of an attempt written slice by slice. Over TLS, Node sees no progress within a write (as of Node 20), so
 * a body that is written at once would have to be sent as a whole within the idle timeout.
 */
function sliceBody<Args extends object, Result>(
  attempt: (args: Args) => Promise<Result>,
): (args: Args) => Promise<Result> {
  return (args) => {
    const { request } = args as { request: { body?: unknown } };
    const { body } = request;
    if (!(body instanceof Uint8Array) || body.length <= sliceBytes) return attempt(args);
    const sliced = Object.assign(Object.create(Object.getPrototypeOf(request)), request, {
      body: Readable.from(slicesOf(body, sliceBytes), { objectMode: false }),
    });
    return attempt({ ...args, request: sliced });
  };
}
