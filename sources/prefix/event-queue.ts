/** The SQS queue that a bucket sends messages to. The client is loaded with the first queue. */
import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import { LandfallError } from '../../platform/errors/errors.ts';
import { reasonOf } from '../../platform/errors/network.ts';
import { withAwsSdk } from '../../platform/package/optional-package.ts';

export interface QueueMessage {
  readonly id: string;
  readonly body: string;
  /** By which it is deleted. */
  readonly handle: string;
}

/** Methods throw LF_SOURCE_QUEUE_LOST, LF_SOURCE_QUEUE_DENIED and LF_SOURCE_QUEUE_MISSING. */
export interface EventQueue {
  /** At most ten messages, as soon as there is one; none after `waitSeconds` (at most 20). */
  receive(waitSeconds: number, signal: AbortSignal): Promise<readonly QueueMessage[]>;
  /** Deletes messages from the queue. */
  remove(messages: readonly QueueMessage[], signal: AbortSignal): Promise<void>;
  close(): void;
}

/** The most messages of a request, as SQS has it. */
const togetherMost = 10;
const connectMs = 10_000;
/** Longer than the server may wait for a message. */
const silentMs = 30_000;

/** `address`: the URL of the queue. Asks no server. */
export async function openEventQueue(address: string): Promise<EventQueue> {
  const { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } = await withAwsSdk(
    () => import('@aws-sdk/client-sqs'),
  );
  const client = new SQSClient(settingsFor(address));
  const asked = <T>(request: () => Promise<T>) =>
    request().catch((error) => {
      throw queueError(error, address);
    });
  const removeSome = async (messages: readonly QueueMessage[], abortSignal: AbortSignal) => {
    const Entries = messages.map(({ handle }, i) => ({ Id: String(i), ReceiptHandle: handle }));
    const command = new DeleteMessageBatchCommand({ QueueUrl: address, Entries });
    const { Failed: [failed] = [] } = await client.send(command, { abortSignal });
    if (failed) throw Object.assign(new Error(failed.Message ?? failed.Code), { name: failed.Code });
  };
  return {
    receive: (waitSeconds, abortSignal) =>
      asked(async () => {
        const command = new ReceiveMessageCommand({
          QueueUrl: address,
          MaxNumberOfMessages: togetherMost,
          WaitTimeSeconds: waitSeconds,
        });
        const { Messages = [] } = await client.send(command, { abortSignal });
        return Messages.map(({ MessageId, Body, ReceiptHandle }) => ({
          ...{ id: MessageId!, body: Body ?? '', handle: ReceiptHandle! },
        }));
      }),
    remove: (messages, signal) =>
      asked(async () => {
        for (let at = 0; at < messages.length; at += togetherMost)
          await removeSome(messages.slice(at, at + togetherMost), signal);
      }),
    close: () => client.destroy(),
  };
}

function settingsFor(address: string): SQSClientConfig {
  const custom = Boolean(process.env.AWS_ENDPOINT_URL_SQS || process.env.AWS_ENDPOINT_URL);
  const [, named] = /^https?:\/\/(?:[^/]*\.)?sqs\.([a-z0-9-]+)\./.exec(address) ?? [];
  const region = named ?? (process.env.AWS_REGION || (custom ? 'us-east-1' : undefined));
  const quiet = () => {};
  return {
    ...(region !== undefined && { region }),
    useQueueUrlAsEndpoint: !custom,
    // It would write to the console that the address is not the usual one of its region.
    logger: { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
    requestHandler: { connectionTimeout: connectMs, socketTimeout: silentMs },
  };
}

const missing = /QueueDoesNotExist|NonExistentQueue|InvalidAddress|QueueDeletedRecently/;
const denied =
  /AccessDenied|CredentialsProviderError|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|Kms/;

function queueError(cause: unknown, queue: string): LandfallError {
  const { name = '', $metadata } = cause as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  const values = { queue, reason: reasonOf(cause) };
  if (missing.test(name) || status === 404)
    return new LandfallError('LF_SOURCE_QUEUE_MISSING', values, { cause });
  const code =
    denied.test(name) || status === 401 || status === 403 ? 'LF_SOURCE_QUEUE_DENIED' : 'LF_SOURCE_QUEUE_LOST';
  return new LandfallError(code, values, { cause });
}
