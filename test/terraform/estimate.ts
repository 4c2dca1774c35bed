/** What a month of an example costs, from list prices, its arguments, and an assumed use (terraform/prices.json). */
import type prices from '../../terraform/prices.json';
import type { Block, Module } from './module.ts';

export type Prices = Omit<typeof prices, 'usage'>;
export type Usage = (typeof prices)['usage']['small'];

/** A line of the estimate, in dollars for a month. */
export interface Cost {
  readonly what: string;
  readonly dollars: number;
}

/** The arguments that size an example. */
interface Sizes {
  readonly architecture: 'X86_64' | 'ARM64';
  readonly coordinator_cpu: number;
  readonly coordinator_memory: number;
  readonly worker_cpu: number;
  readonly worker_memory: number;
  readonly workers_min: number;
  readonly workers_max: number;
  readonly workers_on_demand: number;
  readonly database_instance_class: keyof Prices['database']['hour'];
  readonly database_storage_gib: number;
  readonly database_multi_az: boolean;
  readonly queue_node_type: keyof Prices['queueHour'];
  readonly queue_replicas: number;
  readonly zones: number;
  readonly internet_access: boolean;
}

/** What `call` passes to the module, and the defaults of the rest. */
function sizesOf(module: Module, call: Block): Sizes {
  const defaults = [...module.variables].map(([name, { default: value }]) => [name, value]);
  return { ...Object.fromEntries(defaults), ...call } as unknown as Sizes;
}

/** Throws where there is no price for a size. */
function priceOf<K extends string>(hour: Readonly<Record<K, number>>, size: K): number {
  if (hour[size] === undefined) throw new Error(`terraform/prices.json has no price of ${size}`);
  return hour[size];
}

/** One leads, and one stands by. */
const coordinators = 2;

/** @param call the module block of an example */
export function estimate(module: Module, call: Block, prices: Prices, usage: Usage): Cost[] {
  const sizes = sizesOf(module, call);
  const hours = prices.hoursPerMonth;
  const { database, balancer, nat, storage } = prices;
  const copies = sizes.database_multi_az ? database.multiAzFactor : 1;
  const serverHour = priceOf(database.hour, sizes.database_instance_class);
  const nodeHour = priceOf(prices.queueHour, sizes.queue_node_type);
  return [
    { what: 'coordinators', dollars: coordinators * hours * taskHour(sizes, 'coordinator', prices, 1) },
    ...workers(sizes, prices, usage),
    { what: 'database', dollars: hours * serverHour * copies },
    { what: 'its storage', dollars: sizes.database_storage_gib * database.gibMonth * copies },
    { what: 'queue', dollars: hours * nodeHour * (1 + sizes.queue_replicas) },
    { what: 'load balancer', dollars: hours * (balancer.hour + balancer.unitHour) },
    { what: 'endpoints', dollars: hours * prices.endpointHour * endpointsOf(module) * sizes.zones },
    { what: 'NAT gateway', dollars: sizes.internet_access ? hours * nat.hour + usage.natGib * nat.gib : 0 },
    {
      what: 'buckets',
      dollars:
        usage.lakeGib * storage.lakeGibMonth +
        usage.archiveGib * storage.archiveGibMonth +
        usage.thousandWrites * storage.thousandWrites +
        usage.thousandReads * storage.thousandReads,
    },
    {
      what: 'logs, secrets, alarms, dashboard',
      dollars:
        usage.logGib * prices.logGib +
        secretsOf(module) * prices.secretMonth +
        alarmsOf(module) * prices.alarmMonth +
        prices.dashboardMonth,
    },
  ];
}

/** An hour of a task. `share` is the part of the list price that is paid. */
function taskHour(sizes: Sizes, role: 'coordinator' | 'worker', { fargate }: Prices, share: number): number {
  const { coreHour, gibHour } = fargate[sizes.architecture];
  const [cpu, memory] = [sizes[`${role}_cpu`], sizes[`${role}_memory`]];
  return share * ((cpu / 1024) * coreHour + (memory / 1024) * gibHour);
}

/** All workers run in the busy hours, and the fewest in the others. */
function workers(sizes: Sizes, prices: Prices, { busyHours }: Usage): Cost[] {
  const { workers_min: fewest, workers_max: most, workers_on_demand: onDemand } = sizes;
  const idleHours = prices.hoursPerMonth - busyHours;
  const all = fewest * idleHours + most * busyHours;
  const paidInFull = Math.min(onDemand, fewest) * idleHours + Math.min(onDemand, most) * busyHours;
  const spot = (all - paidInFull) * taskHour(sizes, 'worker', prices, prices.fargate.spotShare);
  return [
    { what: 'workers on demand', dollars: paidInFull * taskHour(sizes, 'worker', prices, 1) },
    { what: 'workers on Spot', dollars: spot },
  ];
}

const endpointsOf = ({ locals }: Module): number => (locals.get('endpoints') as string[]).length;

const alarmsOf = ({ locals }: Module): number => Object.keys(locals.get('alarms') as Block).length;

const secretsOf = ({ locals }: Module): number => Object.keys(locals.get('secrets') as Block).length;

export const totalOf = (costs: readonly Cost[]): number =>
  costs.reduce((sum, { dollars }) => sum + dollars, 0);

/** The estimates as a table of a page, a column for each example. */
export function estimateTable(examples: ReadonlyMap<string, readonly Cost[]>): string {
  const names = [...examples.keys()];
  const columns = [...examples.values()];
  const row = (what: string, dollars: readonly number[]) =>
    `| ${what} | ${dollars.map((amount) => Math.round(amount).toLocaleString('en-US')).join(' | ')} |`;
  return [
    `| $ a month | ${names.map((name) => `examples/${name}`).join(' | ')} |`,
    `|---|${names.map(() => '---:|').join('')}`,
    ...columns[0].map(({ what }, i) =>
      row(
        what,
        columns.map((costs) => costs[i].dollars),
      ),
    ),
    row('**all in all**', columns.map(totalOf)),
  ].join('\n');
}
