import { expect, it } from 'vitest';
import { compileDataset } from '../../../../model/compile/compile.ts';
import { defineDataset, env, s3, text } from '../../../../model/index.ts';
import type { S3SourceOptions } from '../../../../model/language/define-sources.ts';

const compiled = (options: Partial<S3SourceOptions>) =>
  compileDataset(
    defineDataset({
      name: 'orders',
      columns: { id: text() },
      star: 'none',
      sources: { dumps: s3({ url: 's3://dumps/orders/', ...options }) },
    }),
  ).sources[0];

it('a source with a queue is listed every hour, unless it has a schedule', () => {
  const hourly = {
    ticks: { kind: 'every', everyMs: 3_600_000 },
    windowMs: null,
    catchUp: 'latest',
    most: null,
  };
  expect(compiled({})).toMatchObject({ notifications: null, schedule: null });
  expect(compiled({ notifications: env('QUEUE_URL') })).toMatchObject({
    ...{ notifications: '{env:QUEUE_URL}', env: ['QUEUE_URL'], schedule: hourly },
  });
  const often = compiled({ notifications: 'https://sqs.example.com/1/orders', schedule: { every: '1m' } });
  expect(often.schedule).toMatchObject({ ticks: { everyMs: 60_000 }, catchUp: 'all' });
});

it.each(['orders', 'arn:aws:sqs:eu-west-1:123456789012:orders'])(
  '%s is not the URL of a queue',
  (notifications) => {
    expect(() => compiled({ notifications })).toThrow(
      /sources\.dumps\.notifications.*is not the URL of a queue/,
    );
  },
);
