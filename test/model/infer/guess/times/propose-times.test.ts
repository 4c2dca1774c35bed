/** Times in every way in which programs write them come out as the instants that went in. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { guessColumn } from '../../../../../model/infer/guess/guess-column.ts';
import { plays } from '../../../../support/long.ts';
import { readBy, sampleOf } from '../support.ts';

const two = (part: number) => String(part).padStart(2, '0');
const month = (at: Date, locale: string, style: 'long' | 'short') =>
  new Intl.DateTimeFormat(locale, { month: style, day: 'numeric', timeZone: 'UTC' })
    .formatToParts(at)
    .find(({ type }) => type === 'month')!.value;

/** The parts of an instant, in UTC. */
function partsOf(at: Date) {
  const [y, m, d] = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()];
  const [h, min, s] = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()];
  return { y, m, d, h, min, s, ms: String(at.getUTCMilliseconds()).padStart(3, '0') };
}
type Parts = ReturnType<typeof partsOf>;

const dayWriters: Readonly<Record<string, (parts: Parts, at: Date) => string>> = {
  iso: ({ y, m, d }) => `${y}-${two(m)}-${two(d)}`,
  slashes: ({ y, m, d }) => `${y}/${m}/${d}`,
  us: ({ y, m, d }) => `${m}/${d}/${y}`,
  british: ({ y, m, d }) => `${two(d)}/${two(m)}/${y}`,
  german: ({ y, m, d }) => `${d}.${m}.${y}`,
  short: ({ y, m, d }) => `${two(d)}.${two(m)}.${two(y % 100)}`,
  dutch: ({ y, m, d }) => `${two(d)}-${two(m)}-${y}`,
  compact: ({ y, m, d }) => `${y}${two(m)}${two(d)}`,
  oracle: ({ y, d }, at) => `${two(d)}-${month(at, 'en', 'short').toUpperCase()}-${y}`,
  english: ({ y, d }, at) => `${month(at, 'en', 'long')} ${d}, ${y}`,
  russian: ({ y, d }, at) => `${d} ${month(at, 'ru', 'long')} ${y}`,
  french: ({ y, d }, at) => `${d} ${month(at, 'fr', 'long')} ${y}`,
  deutsch: ({ y, d }, at) => `${d}. ${month(at, 'de', 'short')} ${y}`,
  spanish: ({ y, d }, at) => `${d} de ${month(at, 'es', 'long')} de ${y}`,
  ordinal: ({ y, d }, at) =>
    `${month(at, 'en', 'long')} ${d}${d % 10 === 1 && d !== 11 ? 'st' : d % 10 === 2 && d !== 12 ? 'nd' : d % 10 === 3 && d !== 13 ? 'rd' : 'th'}, ${y}`,
  weekday: ({ y, d }, at) => `${at.toUTCString().slice(0, 3)}, ${two(d)} ${month(at, 'en', 'short')} ${y}`,
};

const half = ({ h }: Parts) => (h < 12 ? 'AM' : 'PM');
const clockWriters: Readonly<Record<string, (parts: Parts) => string>> = {
  iso: ({ h, min, s }) => ` ${two(h)}:${two(min)}:${two(s)}`,
  t: ({ h, min, s, ms }) => `T${two(h)}:${two(min)}:${two(s)}.${ms}`,
  comma: ({ h, min, s }) => `, ${h}:${two(min)}:${two(s)}`,
  american: (parts) => ` ${parts.h % 12 || 12}:${two(parts.min)}:${two(parts.s)} ${half(parts)}`,
  tight: (parts) =>
    ` ${two(parts.h % 12 || 12)}:${two(parts.min)}:${two(parts.s)}${half(parts).toLowerCase()}`,
};
const zones = ['', 'Z', '+00:00', ' +0000', ' UTC', ' GMT'];

/** 1971 to 2068, so that years of two digits are read as they are meant. */
const instants = fc
  .array(fc.integer({ min: 31_536_000, max: 3_092_515_200 }), { minLength: 1, maxLength: 12 })
  // A day after the 12th leaves no doubt about day and month; two different texts, that they are days.
  .map((seconds) => [...seconds, 1_705_140_000, 1_703_980_800].map((s) => new Date(s * 1000)));

it('of days are the days that were written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(dayWriters)), instants, async (writer, days) => {
      const texts = days.map((at) => dayWriters[writer](partsOf(at), at));
      const guess = guessColumn(sampleOf(texts));
      expect({ guess, texts }).toMatchObject({ guess: { type: 'date', misfits: [] } });
      const read = await readBy(guess, texts);
      expect({ guess, read }).toEqual({ guess, read: days.map((at) => at.toISOString().slice(0, 10)) });
    }),
    { numRuns: plays(170, 2_500) },
  );
});

it('of instants are the instants that were written', async () => {
  const writers = fc.tuple(
    fc.constantFrom(...Object.keys(dayWriters)),
    fc.constantFrom(...Object.keys(clockWriters)),
    fc.constantFrom(...zones),
  );
  await fc.assert(
    fc.asyncProperty(writers, instants, async ([day, clock, zone], times) => {
      const texts = times.map((at) => {
        const parts = partsOf(at);
        // No program writes 10:15:00 AMZ.
        const end = /american|tight/.test(clock) ? zone.replace(/^Z$/, ' UTC') : zone;
        return dayWriters[day](parts, at) + clockWriters[clock](parts) + end;
      });
      const guess = guessColumn(sampleOf(texts));
      expect({ guess, texts }).toMatchObject({ guess: { type: 'timestamp', misfits: [] } });
      const read = await readBy(guess, texts);
      const instantsRead = read.map((text) => Date.parse(`${text}`.replace(' ', 'T').replace('+00', 'Z')));
      expect({ guess, texts, instantsRead }).toEqual({ guess, texts, instantsRead: times.map(Number) });
    }),
    { numRuns: plays(270, 4_000) },
  );
});

it('are read though they are written in several ways, as long as their order agrees', async () => {
  const groups = [
    ['iso', 'us', 'english', 'oracle', 'russian'],
    ['iso', 'british', 'german', 'short', 'french'],
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...groups),
      instants,
      fc.array(fc.nat(4), { minLength: 14, maxLength: 14 }),
      async (group, days, which) => {
        const texts = days.map((at, i) => dayWriters[group[which[i]]](partsOf(at), at));
        // Each way is seen with a day after the 12th.
        const sure = new Date(1_705_140_000_000);
        const all = [...texts, ...group.map((writer) => dayWriters[writer](partsOf(sure), sure))];
        const guess = guessColumn(sampleOf(all));
        const read = await readBy(guess, all);
        const expected = [...days, ...group.map(() => sure)].map((at) => at.toISOString().slice(0, 10));
        expect({ guess, all, read }).toEqual({ guess, all, read: expected });
      },
    ),
    { numRuns: plays(100, 1_500) },
  );
});
