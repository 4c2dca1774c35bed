/** Timestamps as numbers: seconds, milliseconds or microseconds since 1970-01-01T00:00:00Z. */
import { RejectReason } from '../../../kernel/types.ts';
import { firstDay, lastDay } from '../../enrich/calendar.ts';
import { type Converter, type Reading, Refusal } from '../column-type.ts';
import { tooFine } from './first-fit.ts';

/** The name of each unit, and digits after the point that are whole microseconds. */
const units = {
  s: { name: 'seconds', digits: 6 },
  ms: { name: 'milliseconds', digits: 3 },
  us: { name: 'microseconds', digits: 0 },
} as const;

type Epoch = keyof typeof units;

const dayMicros = 86_400_000_000n;
const firstMicros = BigInt(firstDay) * dayMicros;
const lastMicros = BigInt(lastDay + 1) * dayMicros - 1n;

/** True for µs since the epoch that a timestamp can be. NaN is none. */
export function isInstant(micros: bigint | number): boolean {
  return micros >= firstMicros && micros <= lastMicros;
}

/** Most digits of a whole number that may be in range. */
const digitsMost = 18;

const outOfRange = new Refusal(RejectReason.range);

/** Text → µs since the epoch (bigint). `cut`: digits after those that are kept do not matter. */
export function epochConverter(epoch: Epoch, cut: boolean): Converter {
  const { digits } = units[epoch] ?? units.s;
  const expression = digits === 0 ? /^([+-]?)0*(\d+)$/ : /^([+-]?)0*(\d+)(?:\.(\d+))?$/;
  return (text) => {
    const parts = expression.exec(text);
    if (parts === null) return undefined;
    const [, sign, whole, fraction = ''] = parts;
    if (whole.length > digitsMost) return outOfRange;
    const positive = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
    const micros = sign === '-' ? -positive : positive;
    if (!isInstant(micros)) return outOfRange;
    return !cut && /[1-9]/.test(fraction.slice(digits)) ? tooFine : micros;
  };
}

/** What messages call such a column; undefined if it is read by formats. */
export function epochWords({ reading }: Reading): string | undefined {
  const unit = reading?.epoch === undefined ? undefined : units[reading.epoch as Epoch];
  return unit && `timestamp (${unit.name} since 1970)`;
}
