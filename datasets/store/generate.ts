/**
 * Generates what the store's three sources have: the customers of its application, orders as CSV files, and the answers
 * of a service that rates risks. Customers sign up, move to another state and leave. Each file of orders repeats some
 * of the file before, and each answer some of its scores. The same options give the same data on every machine.
 */
import type { GeneratedFile } from '../generated.ts';
import { drawsOf } from '../random.ts';

export interface StoreOptions {
  /** Orders, in all. */
  readonly rows: number;
  /** Any finite number. Default: 1. */
  readonly seed?: number;
}

/** A store that goes on in steps of the same length; each has one file of orders. */
export interface Store {
  readonly rows: number;
  readonly seed: number;
  readonly perStep: number;
  readonly steps: number;
  readonly customers: number;
  /** The beginning of step 0, in ms since 1970. */
  readonly start: number;
  readonly stepMs: number;
}

const days = 30;
const dayMs = 86_400_000;
const firstDay = Date.UTC(2026, 2, 1);
const firstOrder = 70_001;

/** The store of March 2026, in steps of a day. */
export function storeOf({ rows, seed = 1 }: StoreOptions): Store {
  const perStep = Math.max(1, Math.ceil(rows / days));
  const steps = Math.ceil(rows / perStep);
  return { rows, seed, perStep, steps, customers: 20 + perStep, start: firstDay, stepMs: dayMs };
}

/** The files that the bucket and the service have, and the customers as the application has them in the end. */
export function* generateStore(options: StoreOptions): Generator<GeneratedFile, void, undefined> {
  const store = storeOf(options);
  for (let step = 0; step < store.steps; step++) {
    const name = instantOf(store, step).slice(0, 10);
    yield { path: `orders/${name}.csv`, buffers: [Buffer.from(ordersOf(store, step))] };
    yield { path: `scores/${name}.json`, buffers: [Buffer.from(scoresOf(store, step))] };
    const customers = customersOf(store, step).map((customer) => `${JSON.stringify(customer)}\n`);
    yield { path: `customers/${name}.ndjson`, buffers: [Buffer.from(customers.join(''))] };
  }
}

/** When a step begins: 2026-03-01T00:00:00.000Z. */
export function instantOf({ start, stepMs }: Store, step: number): string {
  return new Date(start + step * stepMs).toISOString();
}

/** A row of the application's table. */
export interface Customer {
  readonly id: number;
  readonly first_name: string;
  readonly last_name: string;
  readonly state: string;
  /** `YY-MM-DD HH24:MI:SS` in UTC, as text: the application has no other type for times. */
  readonly created: string;
  readonly updated: string;
}

const firstNames =
  'Ada Alan Anita Barbara Claude Clara Dennis Donald Dorothy Edsger Frances Grace Hedy'.split(' ');
const lastNames = 'Abel Berg Costa Dahl Evans Falk Gray Hill Ito Jansen Kim'.split(' ');
/** The last one is in no list of states. */
const states = ['CA', 'NY', 'TX', 'WA', 'FL', 'IL', 'OR', 'CO', 'MA', 'VT', 'ZZ'];

/** The application's customers when a step ends. */
export function customersOf(store: Store, step: number): Customer[] {
  return Array.from({ length: store.customers }, (_, i) => i + 1)
    .filter((id) => joinedIn(id) <= step && leftIn(id) > step)
    .map((id) => customerOf(store, id, step));
}

/** Two of three are there from the beginning. */
function joinedIn(id: number): number {
  return id % 3 === 0 ? id % 20 : 0;
}

function leftIn(id: number): number {
  return id % 13 === 5 ? 10 + (id % 15) : Number.POSITIVE_INFINITY;
}

/** Every nine steps, each customer lives in another state. */
const moves = 9;

function customerOf(store: Store, id: number, step: number): Customer {
  const draw = drawsOf(store.seed, id);
  const [first, last, home] = [draw(firstNames.length), draw(lastNames.length), draw(states.length)];
  const seconds = draw(Math.max(1, Math.floor(store.stepMs / 2000)));
  const joined = joinedIn(id);
  const moved = Math.max(joined, step - ((step + id) % moves));
  const at = (when: number) => textOf(store.start + when * store.stepMs + seconds * 1000);
  return {
    id,
    first_name: firstNames[first],
    last_name: lastNames[last],
    state: states[(home + Math.floor((moved + id) / moves)) % states.length],
    created: at(joined),
    updated: at(moved),
  };
}

/** `26-03-01 10:00:00` */
function textOf(ms: number): string {
  return new Date(ms).toISOString().slice(2, 19).replace('T', ' ');
}

interface Item {
  readonly id: string;
  readonly name: string;
}

const items: readonly Item[] = [
  'Lamp',
  'Desk',
  'Chair, oak',
  'Chair, steel',
  'Shelf',
  'Rug "Oslo"',
  'Mirror',
  'Clock',
  'Vase',
].map((name, i) => ({ id: `i-${String(i + 1).padStart(3, '0')}`, name }));

/** Lines of the file before that a file repeats. */
const repeated = 5;
/** An order of a customer whom the application does not have. */
const strangers = 9_000;

/** The orders that were delivered in a step, as CSV without a header. */
export function ordersOf(store: Store, step: number): string {
  const { perStep, rows } = store;
  const first = Math.max(0, step * perStep - repeated);
  let text = '';
  for (let at = Math.floor(first / perStep); at <= step; at++) {
    const here = customersOf(store, at);
    const end = Math.min((at + 1) * perStep, rows);
    for (let number = Math.max(first, at * perStep); number < end; number++)
      text += orderLine(store, number, at, here);
  }
  return text;
}

/** `here`: the customers of its step. */
function orderLine(store: Store, number: number, step: number, here: readonly Customer[]): string {
  const draw = drawsOf(store.seed, -number - 1);
  const customer =
    draw(40) === 0 ? strangers + draw(9) : here[Math.min(draw(here.length), draw(here.length))].id;
  const item = items[Math.min(draw(items.length), draw(items.length))];
  const at = new Date(store.start + step * store.stepMs + draw(Math.floor(store.stepMs / 1000)) * 1000);
  const delivered = at.toISOString().slice(0, 19).replace('T', ' ');
  return `${firstOrder + number},${customer},${item.id},${quoted(item.name)},${delivered}\n`;
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What the service answers when a step ends: the scores that it has, some of them twice. */
export function scoresOf(store: Store, step: number): string {
  const scores: { customer: number; score: number }[] = [];
  for (const { id } of customersOf(store, step)) {
    const draw = drawsOf(store.seed + 0.5, id);
    const isRated = draw(5) !== 0;
    const base = draw(70);
    const score = 1 + ((base + draw(30) * Math.floor((step + id) / 4)) % 100);
    if (!isRated) continue;
    scores.push({ customer: id, score });
    if (draw(8) === 0) scores.push({ customer: id, score });
    // The service has two opinions of some.
    if (draw(16) === 0) scores.push({ customer: id, score: Math.max(1, score - 10) });
  }
  return JSON.stringify(scores);
}
