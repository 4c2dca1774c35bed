/** What endpoints of webhooks are: docs/operations/webhooks.md. */
import { LandfallError } from '../errors/errors.ts';

/** What an endpoint can be told */
export const webhookEvents = [
  'file.done',
  'file.failed',
  'file.rejects',
  'mart.behind',
  'dataset.late',
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** Where something is told, and what. */
export interface WebhookEndpoint {
  readonly name: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  /** `standard`: signed, as Standard Webhooks says. `slack`: a text alone, as Slack takes it. */
  readonly format: 'standard' | 'slack';
  /** Keys of the signature, each as `whsec_` and base64: the new one and, while it is replaced, the old one. */
  readonly secrets: readonly string[];
  /** Rejects of a file that is done from which on `file.rejects` is not told: it is told of more. */
  readonly rejectsOver: number;
}

/** An endpoint as landfall.config.ts has it. */
export interface WebhookSetting extends Pick<WebhookEndpoint, 'name' | 'url'> {
  /** Those that it wants; `*`: all. */
  readonly events: readonly WebhookEvent[] | '*';
  /** `whsec_` and 24 to 64 bytes as base64; two with a space between them while one is replaced. */
  readonly secret?: string | undefined;
  /** Default: standard. */
  readonly format?: WebhookEndpoint['format'];
  /** Default: 0. */
  readonly rejectsOver?: number;
}

/** The address without its path, which is a secret where the receiver is Slack. */
export function maskedAddress({ url }: Pick<WebhookEndpoint, 'url'>): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? origin : `${origin}/***`;
}

/** Throws LF_WEBHOOK_UNKNOWN. */
export function endpointNamed(endpoints: readonly WebhookEndpoint[], name: string): WebhookEndpoint {
  const found = endpoints.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = endpoints.map((one) => one.name).join(', ') || 'none';
  throw new LandfallError('LF_WEBHOOK_UNKNOWN', { name, known });
}
