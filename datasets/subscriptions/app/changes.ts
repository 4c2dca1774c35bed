/**
 * What happens in the application: who signs up, subscribes, pays and leaves, as changes of its tables. All people are
 * invented. The same options give the same changes on every machine.
 */

import type { Change, Row, Table } from './app-tables.ts';
import { blanks, Draw, spelledDay, spelledMoney, spelledWord } from './dirt.ts';

export interface AppOptions {
  readonly users: number;
  /** Any finite number. Default: 1. */
  readonly seed?: number;
  /** The first day, as `2023-01-01`, which is the default. */
  readonly from?: string;
  /** How many days it lasts. Default: 730. */
  readonly days?: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

const given =
  'Ada Alan Anita Barbara Clara Dennis Donald Edsger Frances Grace Hedy Ivan Jean Ken Lynn Mary Olga Radia Sofia Yan';
const family =
  'Abel Bauer Costa Dietrich Engel Farkas Gallo Hansen Ito Jansen Kovac Lehto Moreau Novak Okafor Popa Rossi Sato Toth Weber';
const cities = ['Berlin DE', 'Hamburg DE', 'Paris FR', 'Lyon FR', 'Turin IT', 'Porto PT', 'Oslo NO'];
const banks = ['First Bank', 'Northern Trust', 'Savings & Loan', 'Harbor Bank', 'Bank of the Valley'];
/** Cents; the share of people who take it, in eighths. */
const plans = [
  { name: 'student', cents: 450, period: 'month', eighths: 2 },
  { name: 'basic', cents: 990, period: 'month', eighths: 3 },
  { name: 'team', cents: 2900, period: 'month', eighths: 2 },
  { name: 'business', cents: 118_800, period: 'year', eighths: 1 },
];
const basic = 1;
const dearerCents = 1090;

const givenNames = given.split(' ');
const familyNames = family.split(' ');
const eighths = plans.flatMap((plan, index) => Array<number>(plan.eighths).fill(index));

/** All changes, in the order of their instants. */
export function changesOf(options: AppOptions): readonly Change[] {
  const { users, seed = 1, from = '2023-01-01', days = 730 } = options;
  const app = new App(new Draw(seed), Date.parse(`${from}T00:00:00Z`), days);
  for (const [n, name] of banks.entries())
    app.writes('banks', app.start, n + 1, (d) => ({ name: blanks(d, name) }));
  for (const n of plans.keys()) app.prices(n, app.start);
  app.prices(basic, app.dearerFrom);
  const signUps = Array.from({ length: users }, () => app.instant(app.start, 0.9)).sort((a, b) => a - b);
  for (const [n, at] of signUps.entries()) app.signsUp(n + 1, at);
  return app.changes.sort((a, b) => a.at - b.at);
}

class App {
  readonly changes: Change[] = [];
  /** When the price of one plan rises: at three fifths of the time. */
  readonly dearerFrom: number;
  readonly draw: Draw;
  readonly start: number;
  private readonly end: number;
  private readonly next = { cards: 1, addresses: 1, subscriptions: 1, payments: 1 };

  constructor(draw: Draw, start: number, days: number) {
    this.draw = draw;
    this.start = start;
    this.end = start + days * dayMs;
    this.dearerFrom = start + Math.floor(days * 0.6) * dayMs + 9 * hourMs;
  }

  /** A row is written. Where a person clicked twice it is there twice, in two spellings. */
  writes(
    table: Table,
    at: number,
    id: number,
    row: (draw: Draw) => Readonly<Record<string, string | number | null>>,
    twice = false,
  ): void {
    if (at >= this.end) return;
    // One of the application's servers is most of a day behind.
    const updated = this.draw.oneIn(50) ? at - 20 * hourMs : at;
    const rows: Row[] = [];
    for (let n = 0; n < (twice ? 2 : 1); n++) rows.push({ id, ...row(this.draw), updated_at: updated });
    this.changes.push({ table, at, id, rows });
  }

  prices(plan: number, at: number): void {
    const { name, period } = plans[plan];
    const cents = this.centsOf(plan, at);
    this.writes('plans', at, plan + 1, (d) => ({
      name: spelledWord(d, name),
      price: spelledMoney(d, cents),
      period: spelledWord(d, period),
    }));
  }

  signsUp(user: number, at: number): void {
    const { draw } = this;
    const name = `${draw.of(givenNames)} ${draw.of(familyNames)}`;
    const email = draw.oneIn(20) ? null : `${name.toLowerCase().replace(' ', '.')}.${user}@example.com`;
    const born = draw.oneIn(9)
      ? null
      : `${1950 + draw.below(55)}-${two(1 + draw.below(12))}-${two(1 + draw.below(28))}`;
    const row = (d: Draw) => ({
      full_name: blanks(d, name),
      email: email === null ? d.of(['', ' ', null]) : spelledWord(d, email),
      born_on: born === null ? '' : spelledDay(d, born),
      signed_up_on: spelledDay(d, dayOf(at)),
    });
    this.writes('users', at, user, row, draw.oneIn(30));
    if (draw.oneIn(12)) {
      const married = `${name.split(' ')[0]} ${draw.of(familyNames)}`;
      this.writes('users', this.instant(at, 0.8), user, (d) => ({
        ...row(d),
        full_name: blanks(d, married),
      }));
    }
    const cards = [this.card(user, at)];
    if (draw.oneIn(4)) cards.push(this.card(user, this.instant(at, 0.5)));
    this.address(user, at, 'home');
    if (draw.oneIn(3)) this.address(user, at, 'invoices');
    this.subscribes(user, cards, at);
    if (draw.oneIn(5)) this.subscribes(user, cards, this.instant(at, 0.5));
  }

  private card(user: number, at: number): number {
    const { draw } = this;
    const id = this.next.cards++;
    const bank = 1 + draw.below(banks.length);
    const digits = String(draw.below(10_000)).padStart(4, '0');
    const [year, month] = [2026 + draw.below(4), two(1 + draw.below(12))];
    const row = (d: Draw) => ({
      ...{ user_id: user, bank_id: bank, last_digits: blanks(d, digits) },
      expires: d.oneIn(2) ? `${month}/${year - 2000}` : `${year}-${month}`,
    });
    this.writes('cards', at, id, row, draw.oneIn(30));
    return id;
  }

  private address(user: number, at: number, kind: string): void {
    const { draw } = this;
    const id = this.next.addresses++;
    const street = `${draw.of(familyNames)} Street ${1 + draw.below(99)}`;
    const [city, country] = draw.of(cities).split(' ');
    this.writes(
      'addresses',
      at,
      id,
      (d) => ({
        ...{ user_id: user, kind: spelledWord(d, kind), street: blanks(d, street) },
        ...{ city: spelledWord(d, city), country: spelledWord(d, country) },
      }),
      draw.oneIn(30),
    );
  }

  private subscribes(user: number, cards: readonly number[], at: number): void {
    const { draw } = this;
    const id = this.next.subscriptions++;
    const plan = draw.of(eighths);
    const card = draw.of(cards);
    const started = dayOf(at);
    const ends = draw.below(10) < 3 ? this.instant(at + 20 * dayMs, 0.6) : this.end;
    const row = (ended: string | null) => (d: Draw) => ({
      ...{ user_id: user, plan_id: plan + 1, card_id: card },
      started_on: spelledDay(d, started),
      ended_on: ended === null ? d.of(['', null]) : spelledDay(d, ended),
      status: spelledWord(d, ended === null ? 'active' : 'cancelled'),
    });
    this.writes('subscriptions', at, id, row(null), draw.oneIn(40));
    if (ends < this.end) this.writes('subscriptions', ends, id, row(dayOf(ends)));
    const months = plans[plan].period === 'year' ? 12 : 1;
    for (let n = 0; ; n++) {
      const paid = sameDayLater(at, n * months);
      if (paid >= ends || paid >= this.end) break;
      this.pays({ subscription: id, user, plan, card }, paid);
    }
  }

  private pays(
    of: {
      readonly subscription: number;
      readonly user: number;
      readonly plan: number;
      readonly card: number;
    },
    paid: number,
  ): void {
    const { draw } = this;
    const id = this.next.payments++;
    const cents = this.centsOf(of.plan, paid);
    const discount = draw.below(4) === 0 ? Math.round((cents * draw.of([10, 20, 50])) / 100) : 0;
    const row = (off: number) => (d: Draw) => ({
      ...{ subscription_id: of.subscription, user_id: of.user, plan_id: of.plan + 1, card_id: of.card },
      ...{ paid_on: spelledDay(d, dayOf(paid)), amount: spelledMoney(d, cents) },
      discount: off === 0 ? d.of(['', null, '0.00']) : spelledMoney(d, off),
    });
    // Some payments reach the books two days later, some get their discount on the next day, some are charged back.
    const at = draw.oneIn(30) ? paid + 2 * dayMs : paid;
    this.writes('payments', at, id, row(discount));
    if (draw.oneIn(40)) this.writes('payments', at + dayMs, id, row(Math.round(cents / 10)));
    const back = at + (10 + draw.below(40)) * dayMs;
    if (draw.oneIn(40) && back < this.end) this.changes.push({ table: 'payments', at: back, id, rows: [] });
  }

  private centsOf(plan: number, at: number): number {
    return plan === basic && at >= this.dearerFrom ? dearerCents : plans[plan].cents;
  }

  /** An instant after `from`, in that share of the time that is left. Whole seconds. */
  instant(from: number, share: number): number {
    const seconds = Math.max(1, Math.floor(((this.end - from) * share) / 1000));
    return from + this.draw.below(seconds) * 1000;
  }
}

const two = (n: number) => String(n).padStart(2, '0');
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** The same day some months later, or the last one of a month that is too short. */
function sameDayLater(at: number, months: number): number {
  const then = new Date(at);
  const day = then.getUTCDate();
  then.setUTCDate(1);
  then.setUTCMonth(then.getUTCMonth() + months);
  const last = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 0)).getUTCDate();
  then.setUTCDate(Math.min(day, last));
  return then.getTime();
}
