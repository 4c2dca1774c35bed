import { Argument, Command } from 'commander';
import type pg from 'pg';
import { deliverNext } from '../../../coordinator/webhooks/deliver.ts';
import { testEndpoint } from '../../../coordinator/webhooks/send.ts';
import { openDatabase } from '../../../ledger/open-database.ts';
import {
  type Delivery,
  deliveriesLike,
  deliveryNumbered,
  replayDelivery,
} from '../../../ledger/tables/deliveries.ts';
import {
  endpointNamed,
  maskedAddress,
  type WebhookEndpoint,
} from '../../../platform/config/webhook-endpoints.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';
import { plural } from '../../../platform/plural.ts';
import { ExitCode } from '../../exit-codes.ts';
import { type SettingFlags, settle, withSettings } from '../../settings.ts';
import { localTime, printable, shorten, table } from '../../terminal/format.ts';
import { wholeNumber } from '../generate.ts';
import { notedAsUser } from './actions.ts';

type Flags = SettingFlags & {
  readonly endpoint?: string;
  readonly failed?: boolean;
  readonly limit: number;
  readonly json?: boolean;
};

/** Characters of an answer that the table shows. */
const answerWidth = 60;

/** Deliveries that one `replay --failed` takes. */
const replayedMost = 10_000;

/** `landfall webhooks`: shows what endpoints were told, tries them, and tells them again. */
export function webhooksCommand(): Command {
  return withSettings(new Command('webhooks'))
    .description('show what webhooks were told, try their endpoints, and tell them again')
    .addArgument(
      new Argument('[action]', 'list, test or replay').choices(['list', 'test', 'replay']).default('list'),
    )
    .argument(
      '[names...]',
      'test: endpoints (default: all); replay: numbers of deliveries, as list shows them',
    )
    .option('--endpoint <name>', 'list, replay: only of this endpoint')
    .option('--failed', 'list, replay: those that were given up')
    .option('--limit <n>', 'number of deliveries that are listed', wholeNumber('--limit'), 20)
    .option('--json', 'print one JSON object for each')
    .addHelpText(
      'after',
      '\nExample:\n  landfall webhooks test ops\n  landfall webhooks list --failed\n  landfall webhooks replay 17 18\n\nThe endpoints are those of LANDFALL_WEBHOOKS (docs/operations/webhooks.md). Exit code: 0 told, 1 an endpoint did not take it',
    )
    .action(async (action: 'list' | 'test' | 'replay', names: readonly string[], flags: Flags) => {
      const { config } = await settle(flags);
      const { webhooks: endpoints = [] } = config;
      if (flags.endpoint !== undefined && action !== 'list') endpointNamed(endpoints, flags.endpoint);
      if (action === 'test') return test(endpoints, names, flags);
      const database = await openDatabase(config);
      try {
        if (action === 'list') await list(database.pool, endpoints, flags);
        else await replay(database.pool, endpoints, names, flags);
      } finally {
        await database.close();
      }
    });
}

async function list(pool: pg.Pool, endpoints: readonly WebhookEndpoint[], flags: Flags): Promise<void> {
  const { endpoint, failed, limit, json } = flags;
  const deliveries = await deliveriesLike(pool, { endpoint, limit, ...(failed && { states: ['failed'] }) });
  if (json) {
    for (const one of deliveries) process.stdout.write(`${JSON.stringify(one)}\n`);
    return;
  }
  for (const one of endpoints)
    process.stdout.write(`${one.name}  ${maskedAddress(one)}  ${one.events.join(', ')}\n`);
  if (endpoints.length === 0) process.stdout.write('No endpoint is set (LANDFALL_WEBHOOKS).\n');
  if (deliveries.length === 0) return void process.stdout.write('\nNothing was told.\n');
  const rows = deliveries.map(({ deliveryId, createdAt, status, answer, ...one }) => ({
    delivery: deliveryId,
    noted: localTime(createdAt.toISOString()),
    endpoint: one.endpoint,
    event: one.event,
    about: printable(aboutOf(one)),
    state: one.state,
    attempts: one.attempts,
    answer: printable(shorten([status, answer].filter((part) => part !== null).join(' '), answerWidth)),
  }));
  process.stdout.write(`\n${table(rows)}`);
}

function aboutOf({ data: { dataset, name, mart } }: Pick<Delivery, 'data'>): string {
  return [dataset, name ?? mart].filter((part) => part !== undefined).join('/');
}

async function test(
  endpoints: readonly WebhookEndpoint[],
  names: readonly string[],
  { json }: Flags,
): Promise<void> {
  const chosen = names.length > 0 ? names.map((name) => endpointNamed(endpoints, name)) : endpoints;
  if (chosen.length === 0) throw new LandfallError('LF_WEBHOOK_UNKNOWN', { name: 'to test', known: 'none' });
  for (const endpoint of chosen) {
    const sent = await testEndpoint(endpoint);
    say({ json }, endpoint.name, sent.state === 'delivered', sent);
  }
}

async function replay(
  pool: pg.Pool,
  endpoints: readonly WebhookEndpoint[],
  names: readonly string[],
  flags: Flags,
): Promise<void> {
  const { endpoint, failed, json } = flags;
  if (failed !== true && names.length === 0)
    throw new LandfallError('LF_USAGE', {
      problem: 'name deliveries by their numbers, or all with --failed',
    });
  const given = failed
    ? (await deliveriesLike(pool, { endpoint, states: ['failed'], limit: replayedMost })).reverse()
    : await Promise.all(names.map((name) => deliveryNumbered(pool, name)));
  for (const one of given) endpointNamed(endpoints, one.endpoint);
  const about = {
    what: 'webhook',
    target: null,
    details: { deliveries: given.map((one) => one.deliveryId) },
  };
  await notedAsUser(pool, about, async () => {
    for (const { deliveryId } of given) await replayDelivery(pool, deliveryId);
  });
  const dead = new Set<string>();
  for (const { deliveryId, endpoint: name } of given.filter((one) => !dead.has(one.endpoint))) {
    const { signal } = new AbortController();
    const done = await deliverNext(pool, endpointNamed(endpoints, name), { signal, only: deliveryId });
    if (done === null) {
      if (!json) process.stdout.write(`· ${deliveryId} ${name}  the coordinator sends it\n`);
      continue;
    }
    say({ json }, `${deliveryId} ${name}`, done.state === 'delivered', done.sent);
    if (done.state === 'waiting') dead.add(name);
  }
  const left = given.filter((one) => dead.has(one.endpoint)).length;
  if (left > 0 && !json)
    process.stdout.write(
      `The coordinator goes on with what was not taken: ${plural(left, 'delivery', 'deliveries')}.\n`,
    );
}

function say(
  { json }: Pick<Flags, 'json'>,
  name: string,
  ok: boolean,
  { status, answer }: { readonly status: number | null; readonly answer: string },
): void {
  const text = `${ok ? '✓' : '✗'} ${name}  ${[status, printable(answer)].filter(Boolean).join(' ')}`;
  process.stdout.write(`${json ? JSON.stringify({ name, ok, status, answer }) : text.trimEnd()}\n`);
  if (!ok) process.exitCode = ExitCode.failed;
}
