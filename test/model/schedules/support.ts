/** Random cron expressions, with what they mean. */
import fc from 'fast-check';
import type { Fields } from '../../oracle/schedule-ticks.ts';

const all = (count: number) => Array.from({ length: count }, (_, i) => i);

const minuteFields = fc.oneof(
  fc.integer({ min: 0, max: 59 }).map((minute) => ({ text: `${minute}`, values: [minute] })),
  fc.constantFrom(5, 15, 20, 30).map((step) => ({
    text: `*/${step}`,
    values: all(60).filter((minute) => minute % step === 0),
  })),
  fc.constant({ text: '10,40', values: [10, 40] }),
);

/** Most times are near midnight or two, where clocks are changed. */
const hourFields = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 23).map((hour) => ({ text: `${hour}`, values: [hour] })),
  fc.integer({ min: 0, max: 23 }).map((hour) => ({ text: `${hour}`, values: [hour] })),
  fc.constant({ text: '*/6', values: [0, 6, 12, 18] }),
  fc.constant({ text: '1-3', values: [1, 2, 3] }),
  fc.constant({ text: '*', values: all(24) }),
);

const weekdayFields = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ text: '*', values: null }) },
  { weight: 1, arbitrary: fc.constant({ text: 'MON-FRI', values: [1, 2, 3, 4, 5] }) },
  { weight: 1, arbitrary: fc.constant({ text: '0', values: [0] }) },
);

export const anyFields: fc.Arbitrary<Fields> = fc
  .tuple(minuteFields, hourFields, weekdayFields)
  .map(([minute, hour, weekday]) => ({
    cron: `${minute.text} ${hour.text} * * ${weekday.text}`,
    minutes: minute.values,
    hours: hour.values,
    weekdays: weekday.values,
  }));

/** 02:30 of each day: skipped in spring and shown twice in autumn, in many zones. */
export const halfPastTwo: Fields = { cron: '30 2 * * *', minutes: [30], hours: [2], weekdays: null };
