import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { isZone, localToUtc, offsetAt, zoneTable } from '../../../../model/types/temporal/zone-tables.ts';

const zones = [
  ...['UTC', 'America/New_York', 'Europe/Moscow', 'Asia/Kolkata', 'Australia/Lord_Howe'],
  ...['Africa/Casablanca', 'Pacific/Apia', 'Europe/London', 'Asia/Tehran', 'America/Fortaleza'],
];
const day = 86_400;
const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds / 1000;

describe.each(zones)('%s', (zone) => {
  const table = zoneTable(zone, { ambiguous: 'earlier', skipped: 'later' });

  test('offsets are those of Temporal, from 1900 to 2100', () => {
    for (let utc = at('1900-01-01T00:00Z'); utc < at('2100-01-01T00:00Z'); utc += 83.7 * day) {
      const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(utc) * 1000);
      expect(offsetAt(table, Math.floor(utc)), `${instant}`).toBe(
        instant.toZonedDateTimeISO(zone).offsetNanoseconds / 1e9,
      );
    }
  });

  test('every transition since 1970 is found, to the second', () => {
    const wanted: number[] = [];
    const start = Temporal.Instant.from('1970-01-01T00:00Z').toZonedDateTimeISO(zone);
    let next = start.getTimeZoneTransition('next');
    while (next !== null && next.year < 2060) {
      if (next.offsetNanoseconds !== next.subtract({ seconds: 1 }).offsetNanoseconds) {
        wanted.push(next.epochMilliseconds / 1000);
      }
      next = next.getTimeZoneTransition('next');
    }
    const ours = [...table.utc].filter((utc) => utc > 0 && utc < at('2060-01-01T00:00Z'));
    expect(ours.slice(0, wanted.length)).toEqual(wanted);
  });

  test('local times become the instants that Temporal says, twice or never included', () => {
    const policies = [
      ['earlier', 'earlier'],
      ['later', 'later'],
    ] as const;
    for (const [ambiguous, skipped] of policies) {
      const policy = zoneTable(zone, { ambiguous, skipped });
      for (const utc of [...table.utc].filter((start) => start > at('1920-01-01T00:00Z')).slice(0, 60)) {
        for (const shift of [-7200, -3600, -1800, -1, 0, 1, 1800, 3600, 7200]) {
          const local = utc + offsetAt(table, utc - 1) + shift;
          const plain = Temporal.PlainDateTime.from('1970-01-01').add({ seconds: local });
          const wanted = plain.toZonedDateTime(zone, { disambiguation: ambiguous }).epochMilliseconds / 1000;
          expect(localToUtc(policy, local), `${plain} ${ambiguous}`).toBe(wanted);
        }
      }
    }
  });
});

test('an offset that was kept for a week or two is found', () => {
  const policy = { ambiguous: 'earlier', skipped: 'later' } as const;
  expect(offsetAt(zoneTable('America/Boa_Vista', policy), at('2000-10-12T00:00Z'))).toBe(-3 * 3600);
  expect(offsetAt(zoneTable('Africa/Tunis', policy), at('1943-04-21T00:00Z'))).toBe(3600);
});

test('times that happened twice or never can be refused', () => {
  const table = zoneTable('America/New_York', { ambiguous: 'reject', skipped: 'reject' });
  const local = (text: string) => at(`${text}Z`);
  expect(localToUtc(table, local('2017-11-05T01:30'))).toBe('ambiguous');
  expect(localToUtc(table, local('2018-03-11T02:30'))).toBe('skipped');
  expect(localToUtc(table, local('2017-11-05T02:00'))).toBe(at('2017-11-05T07:00Z'));
});

test('a zone is built once', () => {
  const policy = { ambiguous: 'earlier', skipped: 'later' } as const;
  expect(zoneTable('Europe/Paris', policy).utc).toBe(zoneTable('Europe/Paris', policy).utc);
});

test('unknown zones are known to be unknown', () => {
  expect([isZone('Europe/Berlin'), isZone('Europe/Bärlin'), isZone('')]).toEqual([true, false, false]);
});
