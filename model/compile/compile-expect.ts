/** Compiles when files are expected. */
import type { CompiledExpect } from '../compiled.ts';
import { asOfFault } from '../file/as-of.ts';
import type { Expect } from '../language/expect.ts';
import { isZone } from '../types/temporal/zone-tables.ts';
import { shown } from '../words.ts';
import { durationMs } from './duration.ts';
import type { Mistakes } from './mistakes.ts';

const units = { '1h': 'hour', '1d': 'day', '1w': 'week' } as const;
const weekDays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const forms = {
  hour: { pattern: /^:([0-5]\d)$/, example: "':15'" },
  day: { pattern: /^([01]\d|2[0-3]):([0-5]\d)$/, example: "'09:00'" },
  week: { pattern: /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):([0-5]\d)$/, example: "'Mon 09:00'" },
} as const;

export function compileExpect(expect: Expect | undefined, mistakes: Mistakes): { expect?: CompiledExpect } {
  if (expect === undefined) return {};
  const { every, by, zone = 'UTC', grace = '0s', named, lag = 0 } = expect;
  const unit = units[every];
  if (unit === undefined) {
    mistakes.add('expect.every', `there is no ${shown(every)}`, "Say '1h', '1d' or '1w'");
    return {};
  }
  const byMinutes = by === undefined ? null : minutesOf(by, unit);
  if (Number.isNaN(byMinutes)) {
    mistakes.add('expect.by', `${shown(by)} is no time of ${units[every]}`, `Say ${forms[unit].example}`);
  }
  if (!isZone(zone))
    mistakes.add('expect.zone', `there is no zone ${shown(zone)}`, "Say 'Europe/Berlin' or 'UTC'");
  const graceMs = durationMs(grace);
  if (graceMs === null)
    mistakes.add('expect.grace', `${shown(grace)} is not a duration`, "Say '30m' or '2h'");
  const fault = named === undefined ? null : asOfFault(named.pattern);
  if (fault !== null) mistakes.add('expect.named', fault, "Say fromName('trips_{date}.csv')");
  if (!(Number.isInteger(lag) && lag >= 0))
    mistakes.add('expect.lag', `${shown(lag)} is not a number of windows`, 'Say 0 or more');
  if (lag > 0 && named === undefined)
    mistakes.add(
      'expect.lag',
      'the date that it counts from is not known',
      "Say named: fromName('…{date}…')",
    );
  return {
    expect: { unit, byMinutes, zone, graceMs: graceMs ?? 0, named: named?.pattern ?? null, lag },
  };
}

/** Minutes from the window's beginning on the local clock; NaN if the text is no such time. */
function minutesOf(by: string, unit: CompiledExpect['unit']): number {
  const found = forms[unit].pattern.exec(by);
  if (found === null) return Number.NaN;
  const parts = found.slice(1);
  if (unit === 'hour') return Number(parts[0]);
  const days = unit === 'week' ? weekDays.indexOf(parts.shift()!) : 0;
  return (days * 24 + Number(parts[0])) * 60 + Number(parts[1]);
}
