/**
 * Generates the daily dumps of an orders API. Each has the orders that were placed or changed on its day: an order is
 * placed, paid for, perhaps shipped, edited or returned in the days after, and exported each time. Some are exported
 * late, some twice in one dump; users change their addresses and close their accounts. The same options give the same
 * orders on every machine.
 */
import type { GeneratedFile } from '../generated.ts';
import { type Draw, drawsOf } from '../random.ts';
import { zipOf } from '../zip.ts';
import { devices, people, places, products } from './catalogue.ts';

export interface OrdersOptions {
  /** Orders that are placed, in all. Each is exported once or more. */
  readonly rows: number;
  /** Any finite number. Default: 1. */
  readonly seed?: number;
  /** On so many days, from 1 March 2026. Default: 14. */
  readonly days?: number;
}

/** An order may be exported until so many days after it was placed. */
const changesFor = 3;
const firstDay = Date.UTC(2026, 2, 1);
const dayMs = 86_400_000;
const minuteMs = 60_000;
const firstId = 1_000_001;
const bufferChars = 1 << 20;

/** The shop of these options. */
export interface Shop {
  readonly rows: number;
  readonly seed: number;
  /** Orders that are placed on a day; the last day may have fewer. */
  readonly perDay: number;
  readonly users: number;
  readonly days: number;
}

export function shopOf({ rows, seed = 1, days = 14 }: OrdersOptions): Shop {
  const perDay = Math.max(1, Math.ceil(rows / days));
  return { rows, seed, perDay, users: 12 + Math.ceil(perDay / 2), days: Math.ceil(rows / perDay) };
}

/** The date of a day, which is counted from 0: 2026-03-01. */
export function dateOf(day: number): string {
  return new Date(firstDay + day * dayMs).toISOString().slice(0, 10);
}

/** A zip for each day: `orders_2026-03-01.json.zip`. */
export function* generateOrders(options: OrdersOptions): Generator<GeneratedFile, void, undefined> {
  const shop = shopOf(options);
  for (let day = 0; day < shop.days; day++) {
    const name = `orders_${dateOf(day)}.json`;
    yield { path: `${name}.zip`, buffers: zipped(name, dumpOf(shop, day)) };
  }
}

function* zipped(name: string, content: Iterable<Buffer>): Generator<Buffer, void, undefined> {
  yield zipOf(name, Buffer.concat([...content]));
}

/** The document of a day, `{ "orders": [ … ] }`, in buffers. */
export function* dumpOf(shop: Shop, day: number): Generator<Buffer, void, undefined> {
  let text = '{ "orders": [';
  let separator = '\n';
  for (const record of exportsOf(shop, day)) {
    text += separator + record;
    separator = ',\n';
    if (text.length < bufferChars) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(`${text}\n] }\n`);
}

/** The orders that are exported on a day, as JSON: those of the day, and earlier ones that have changed or are late. */
export function* exportsOf(shop: Shop, day: number): Generator<string, void, undefined> {
  for (let age = 0; age <= Math.min(changesFor, day); age++) {
    const first = (day - age) * shop.perDay;
    for (let number = first; number < Math.min(first + shop.perDay, shop.rows); number++) {
      const order = orderOf(shop, number, age);
      if (order === null) continue;
      const record = orderJson(shop, order, day);
      yield record;
      if (order.twice) yield record;
    }
  }
}

interface Order {
  readonly number: number;
  readonly draw: Draw;
  readonly day: number;
  readonly status: 'placed' | 'paid' | 'shipped' | 'returned';
  /** Whether one of its lines has been taken out. */
  readonly edited: boolean;
  readonly twice: boolean;
  /** Days since it was placed, on which it changed last. */
  readonly changed: number;
}

/** The order at an age in days; null if it is not exported then. */
function orderOf(shop: Shop, number: number, age: number): Order | null {
  const draw = drawsOf(shop.seed, number);
  const late = draw(40) === 0;
  const twice = draw(30) === 0;
  const ships = draw(2) === 0;
  const isEdited = draw(10) === 0;
  const isReturned = ships && draw(8) === 0;
  const changes = [ships && 1, isEdited && 2, isReturned && 3].filter((at) => at !== false && at <= age);
  const changed = Math.max(0, ...(changes as number[]));
  const isExported = late ? age === 2 || (age === 3 && changed === 3) : changed === age;
  if (!isExported) return null;
  const open = draw(2) === 0 ? 'paid' : 'placed';
  const status = changed === 3 ? 'returned' : ships && age >= 1 ? 'shipped' : open;
  const day = Math.floor(number / shop.perDay);
  return { number, draw, day, status, edited: isEdited && age >= 2, twice, changed };
}

function orderJson(shop: Shop, order: Order, exportedOn: number): string {
  const { number, draw, day, status, edited, changed } = order;
  const place = places[Math.min(draw(places.length), draw(places.length))];
  const device = devices[draw(devices.length)];
  const user = userAt(shop, draw(shop.users), day);
  const created = firstDay + day * dayMs + draw(dayMs - 1000);
  const changedAt = firstDay + (day + changed) * dayMs + draw(dayMs - 1000);
  const updated = changed === 0 ? created : changedAt;
  const lines = linesOf(draw);
  const kept = edited && lines.length > 1 ? lines.slice(0, -1) : lines;
  const total = kept.reduce((sum, { quantity, price, discount }) => sum + quantity * price - discount, 0);
  return JSON.stringify({
    id: firstId + number,
    status,
    created_at: localTime(created, place.offset),
    updated_at: new Date(updated).toISOString(),
    exported_at: `${dateOf(exportedOn)}T23:59:59Z`,
    customer: userJson(user, exportedOn),
    line_items: kept.map(lineJson),
    location: {
      city: place.city,
      country: place.country,
      point: { latitude: place.latitude, longitude: place.longitude },
    },
    device,
    currency: 'EUR',
    total: money(total),
  });
}

interface Line {
  readonly product: number;
  readonly quantity: number;
  readonly price: number;
  readonly discount: number;
}

function linesOf(draw: Draw): Line[] {
  return Array.from({ length: 1 + Math.min(draw(4), draw(4)) }, () => {
    const product = Math.min(draw(products.length), draw(products.length));
    const { price } = products[product];
    const quantity = 1 + Math.min(draw(4), draw(4));
    return { product, quantity, price, discount: draw(5) === 0 ? Math.floor((price * quantity) / 10) : 0 };
  });
}

function lineJson({ product, quantity, price, discount }: Line, i: number): object {
  const { sku, name, category } = products[product];
  return {
    line: i + 1,
    sku,
    product: { name, category },
    quantity,
    price: money(price),
    discount: money(discount),
  };
}

/** An account whose owner orders on that day: the next one, if this was closed before. Who closes it may order first. */
function userAt(shop: Shop, user: number, day: number): number {
  let open = user;
  while (closedOn(open) < day) open = (open + 1) % shop.users;
  return open;
}

/** The day on which an account is closed; a day that never comes for most. */
function closedOn(user: number): number {
  return user % 5 === 3 ? 6 + (user % 15) : Number.POSITIVE_INFINITY;
}

/** Every twelve days, each user has another address. */
const moves = 12;

function userJson(user: number, on: number): object {
  const moved = Math.max(0, on - ((on + user) % moves));
  const closed = closedOn(user) <= on;
  const name = people[user % people.length];
  const version = Math.floor((moved + user) / moves);
  return {
    id: 500 + user,
    name: `${name} ${String.fromCharCode(65 + (user % 26))}.`,
    email: `${name.toLowerCase()}.${user}@mail${version}.example`,
    country: places[user % places.length].country,
    closed,
    updated_at: `${dateOf(closed ? Math.max(moved, closedOn(user)) : moved)}T04:00:00Z`,
  };
}

/** A local time with its offset, to the millisecond. */
function localTime(ms: number, offset: number): string {
  const text = new Date(ms + offset * minuteMs).toISOString().slice(0, -1);
  const size = Math.abs(offset);
  const pair = (n: number) => String(n).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${pair(Math.floor(size / 60))}:${pair(size % 60)}`;
}

function money(cents: number): string {
  return (cents / 100).toFixed(2);
}
