/** Numbers, sizes and times as the page writes them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** 1234567 → `1,234,567`. */
export function count(value: number): string {
  return whole.format(value);
}

/** 1234567 → `1.23M`; numbers below ten thousand in full. */
export function compact(value: number): string {
  return Math.abs(value) < 10_000 ? whole.format(value) : short.format(value);
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** 1290000000 → `1.29 GB`: three digits, decimal units. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // From 999.5, three digits would round to 1000 of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** 4.2 → `4.2 s`, 75 → `1 min 15 s`, 7500 → `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const all = Math.round(seconds);
  if (all < 60) return `${all} s`;
  if (all < 3600) return `${Math.floor(all / 60)} min ${all % 60} s`;
  return `${Math.floor(all / 3600)} h ${Math.floor((all % 3600) / 60)} min`;
}

/** Time left, in whole seconds, at least one: `7 s`. */
export function remaining(seconds: number): string {
  const all = Math.max(1, Math.round(seconds));
  return all < 60 ? `${all} s` : duration(all);
}

/** A share of one in whole percent: 100 only if it is complete, 0 only if there is nothing. */
export function percent(share: number): number {
  if (share >= 1) return 100;
  if (share <= 0) return 0;
  return Math.min(99, Math.max(1, Math.round(share * 100)));
}

/** A time in the reader's time zone, to the second, with the date if that is not today. */
export function moment(iso: string, now: Date = new Date()): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString('en-GB');
  return at.toDateString() === now.toDateString() ? time : `${at.toLocaleDateString('en-CA')} ${time}`;
}

/** Two instants, as the names of windows have them. */
const windowPart = /(\d{4}-\d\d-\d\dT[\d-]{8}Z)_(\d{4}-\d\d-\d\dT[\d-]{8}Z)/;

/** Characters of a file's name that the page shows. */
const nameMost = 44;

/**
 * A file's name without what is said twice in a window, `crm/2026-11-01T06-00_06-02/0001.csv`. One that is still long
 * keeps its beginning and its end: both say which file it is.
 */
export function shortName(name: string): string {
  const letters = Array.from(
    name.replace(windowPart, (whole, from: string, to: string) => {
      const [start, end] = [from, to].map((at) => at.replace(/-00Z$/, ''));
      return from.slice(0, 10) === to.slice(0, 10) ? `${start}_${end.slice(11)}` : whole;
    }),
  );
  if (letters.length <= nameMost) return letters.join('');
  const half = nameMost / 2;
  return `${letters.slice(0, half).join('')}…${letters.slice(1 - half).join('')}`;
}

/** A window in the reader's time zone: `2026-11-01 06:00 – 07:00`; the days alone where both ends are midnights of UTC. */
export function span(from: string, to: string): string {
  if ([from, to].every((at) => Date.parse(at) % 86_400_000 === 0))
    return `${from.slice(0, 10)} – ${to.slice(0, 10)}`;
  const [start, end] = [from, to].map((at) => {
    const date = new Date(at);
    return {
      day: date.toLocaleDateString('en-CA'),
      time: date.toLocaleTimeString('en-GB').replace(/:00$/, ''),
    };
  });
  return `${start.day} ${start.time} – ${end.day === start.day ? '' : `${end.day} `}${end.time}`;
}
