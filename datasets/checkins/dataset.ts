/** Check-ins: who worked on what, for how many hours, as a web service writes them down. */
import {
  append,
  bars,
  check,
  count,
  dateDimension,
  defineDataset,
  http,
  lines,
  lookup,
  month,
  monthStart,
  numeric,
  rollup,
  sum,
  text,
  timestamp,
  view,
  weekStart,
  year,
} from '../../model/index.ts';

export default defineDataset({
  name: 'checkins',
  description: 'Hours that people have checked in: user, time, hours and project.',
  columns: {
    // A row without a user is a reject. To keep its hours under the unknown member, leave out `required`.
    user: text({ required: true }),
    // Three clients write three spellings: 2019-09-27 00:00:00.000212 UTC, 09/27/2019 12:00 AM, 27 сентября 2019 00:00.
    timestamp: timestamp({
      required: true,
      formats: [
        'yyyy-MM-dd HH:mm:ss VV',
        'yyyy-MM-dd HH:mm:ss.S VV',
        'MM/dd/yyyy hh:mm a',
        'd MMMM yyyy HH:mm',
      ],
      locale: 'ru',
      zone: 'UTC',
    }),
    hours: numeric(7, 3, { required: true }),
    project: text({ required: true }),
  },
  enrich: (c) => ({ year: year(c.timestamp), month: month(c.timestamp) }),
  // The service sends the same check-in again, also spelled in another way: it counts once.
  mode: append({
    dedupe: ['user', 'timestamp', 'hours', 'project'],
    seen: { created: 'created_at', updated: 'modified_at' },
  }),
  lake: { partitionBy: ['year', 'month'] },
  star: {
    fact: 'fact_checkin',
    dimensions: {
      person_key: lookup('dim_person', { name: 'user' }),
      project_key: lookup('dim_project', { name: 'project' }),
      date_key: dateDimension('dim_date', 'timestamp', { shared: true }),
    },
    columns: ['timestamp', 'hours'],
    indexes: [{ columns: ['person_key', 'timestamp'] }],
  },
  rejects: { share: 0.01 },
  sources: {
    // The web service, once a day, by days of UTC. Windows of three days overlap: who checks in late is not missed,
    // and what comes again counts once.
    service: http({
      url: '{env:CHECKINS_URL}/checkins?from={from:date}&to={to:date}',
      headers: { authorization: 'Bearer {env:CHECKINS_TOKEN}' },
      pages: { by: 'link' },
      schedule: { cron: '0 0 * * *', zone: 'UTC', window: '3d' },
    }),
  },
  marts: {
    hours_of_week: rollup({
      by: ['person_key', weekStart('timestamp')],
      measures: { hours: sum('hours'), checkins: count() },
    }),
    hours_of_month: rollup({
      by: ['project_key', monthStart('timestamp')],
      measures: { hours: sum('hours'), checkins: count() },
    }),
    checkin: view(new URL('./marts/checkin.sql', import.meta.url)),
    hours_by_user_and_week: view(new URL('./marts/hours_by_user_and_week.sql', import.meta.url), {
      chart: lines({ x: 'week', y: 'hours', series: 'user_name' }),
    }),
    hours_by_project_and_month: view(new URL('./marts/hours_by_project_and_month.sql', import.meta.url), {
      chart: lines({ x: 'month', y: 'hours', series: 'project' }),
    }),
  },
  checks: {
    entry_within_a_day: check(new URL('./checks/entry_within_a_day.sql', import.meta.url), {
      over: 'file',
      severity: 'warn',
    }),
    user_within_a_day: check(new URL('./checks/user_within_a_day.sql', import.meta.url), {
      over: 'groups',
      severity: 'warn',
    }),
    project_hours_plausible: check(new URL('./checks/project_hours_plausible.sql', import.meta.url), {
      over: 'groups',
      severity: 'warn',
    }),
  },
  queries: {
    by_user: {
      description: 'Check-ins of a user, latest first, a page at a time.',
      sql: new URL('./queries/by_user.sql', import.meta.url),
      parameters: {
        user: { type: 'text' },
        from: { type: 'date', default: '1970-01-01' },
        to: { type: 'date', default: '9999-12-31' },
        page: { type: 'integer', default: 1 },
        size: { type: 'integer', default: 100 },
      },
    },
    hours_by_project: {
      description: 'Hours of each project, most first.',
      sql: new URL('./queries/hours_by_project.sql', import.meta.url),
      parameters: { limit: { type: 'integer', default: 10 } },
      chart: bars({ x: 'project', y: 'hours' }),
    },
    people: {
      description: 'Hours of each person, most first.',
      sql: new URL('./queries/people.sql', import.meta.url),
      parameters: { limit: { type: 'integer', default: 5 } },
      chart: bars({ x: 'user_name', y: 'hours' }),
    },
    busiest_weeks: {
      description: 'Weeks with the most hours, of one user or of all.',
      sql: new URL('./queries/busiest_weeks.sql', import.meta.url),
      parameters: { user: { type: 'text', default: '' }, limit: { type: 'integer', default: 5 } },
      chart: bars({ x: 'week', y: 'hours' }),
    },
  },
});
