/** Sends the requests of one store. Each can be cut short (cut-short.ts) and shows an outage (store-outages.ts). */
import type {
  $Command,
  S3Client,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import type { NamedStore } from '../store-error.ts';
import { requestSignal } from './cut-short.ts';
import { storeOutages, type Waiting } from './store-outages.ts';

type Command<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = $Command<
  Input,
  Output,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

export class S3Requests {
  private readonly client: S3Client;
  private readonly store: NamedStore;

  constructor(client: S3Client, store: NamedStore) {
    this.client = client;
    this.store = store;
  }

  /** Sends a request until it is answered or its attempts are over. Throws the error of the client. */
  async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: Command<Input, Output>,
  ): Promise<Output> {
    const waiting = this.begin();
    try {
      const output = await this.attempt(command, requestSignal(), waiting);
      waiting.answered();
      return output;
    } finally {
      waiting.end();
    }
  }

  /** For a request whose answer goes on with a body: the caller reports what becomes of it. */
  begin(): Waiting {
    return storeOutages.begin(this.store);
  }

  /** Like `send`, for such a request. */
  attempt<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: Command<Input, Output>,
    abortSignal: AbortSignal,
    waiting: Waiting,
  ): Promise<Output> {
    const noted =
      <Args, Result>(attempt: (args: Args) => Promise<Result>) =>
      async (args: Args) => {
        try {
          return await attempt(args);
        } catch (error) {
          if (!abortSignal.aborted) waiting.failed(error);
          throw error;
        }
      };
    const place = { name: 'noteFailedAttempt', relation: 'after', toMiddleware: 'retryMiddleware' } as const;
    command.middlewareStack.addRelativeTo(noted, place);
    return this.client.send(command, { abortSignal });
  }
}
