/** Refusals, from a server that answers as SQS does (AWS JSON 1.0). Messages are in test/coordinator/schedule. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEventQueue } from '../../../sources/prefix/event-queue.ts';

let answer = { status: 200, type: '' };
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: answer.type, message: 'as it says' }));
  });
});
const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' };
const before = { ...process.env };

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, keys, { AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${port}` });
});
afterAll(() => {
  process.env = before;
  server.close();
});

const address = 'https://sqs.eu-west-1.amazonaws.com/1/orders';

it.each([
  ['AccessDeniedException', 403, 'LF_SOURCE_QUEUE_DENIED'],
  ['com.amazon.coral.service#InvalidClientTokenId', 403, 'LF_SOURCE_QUEUE_DENIED'],
  ['com.amazonaws.sqs#KmsAccessDenied', 400, 'LF_SOURCE_QUEUE_DENIED'],
  ['com.amazonaws.sqs#QueueDoesNotExist', 400, 'LF_SOURCE_QUEUE_MISSING'],
  ['com.amazonaws.sqs#InvalidSecurity', 400, 'LF_SOURCE_QUEUE_LOST'],
])('a refusal with %s (%i) is %s', async (type, status, code) => {
  answer = { status, type };
  const queue = await openEventQueue(address);
  try {
    const receiving = queue.receive(0, AbortSignal.timeout(10_000));
    await expect(receiving).rejects.toMatchObject({ code, message: expect.stringContaining(address) });
  } finally {
    queue.close();
  }
});
