/** What endpoints of webhooks are told, as bodies and as sentences. Pure. */
import { createHmac } from 'node:crypto';
import type { Delivery } from '../../ledger/tables/deliveries.ts';
import type { WebhookEndpoint, WebhookEvent } from '../../platform/config/webhook-endpoints.ts';
import { plural } from '../../platform/plural.ts';

/** What a body is made of. */
export type Told = Pick<Delivery, 'data' | 'createdAt'> & { readonly event: WebhookEvent | 'webhook.test' };

/** The body of a request; JSON. For Slack a text alone, in which nothing is a command of Slack. */
export function bodyOf(told: Told, format: WebhookEndpoint['format']): string {
  const text = textOf(told);
  if (format === 'slack') return JSON.stringify({ text: forSlack(text) });
  const { event: type, createdAt, data } = told;
  return JSON.stringify({ type, timestamp: createdAt.toISOString(), text, data });
}

/**
 * The header `webhook-signature`: one signature for each secret. `seconds`: Unix time of this attempt.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureOf(
  secrets: readonly string[],
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: string },
): string {
  const signed = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return signed.join(' ');
}

/** A message of the ledger may hold a row of a file. */
const messageMost = 2000;

function textOf({ event, data }: Told): string {
  const { dataset, name, fileId, mart, since, due } = data;
  const file = `${dataset}/${name} (file ${fileId})`;
  const rows = data.rows as Readonly<Record<string, number>>;
  switch (event) {
    case 'file.done':
      return `${file} is done: ${plural(rows.loaded, 'row')} loaded, ${plural(rows.rejected, 'reject')}.`;
    case 'file.failed': {
      const { message, fix } = data.error as { readonly message: string; readonly fix: string };
      return `${file} failed. ${message.slice(0, messageMost)} ${fix}`;
    }
    case 'file.rejects':
      return `${file} has ${plural(rows.rejected, 'reject')} of ${plural(rows.parsed, 'row')}. \`landfall rejects ${fileId}\` shows them.`;
    case 'mart.behind':
      return `The mart ${mart} of ${dataset} does not show files that it should show since ${since}.`;
    case 'dataset.late':
      return `A file of ${dataset} was due at ${due}, and is not there.`;
    case 'webhook.test':
      return 'This is a test of Landfall. Nothing has happened.';
  }
}

/** Otherwise a file's name could call everybody in the channel: `<!channel>`. */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
