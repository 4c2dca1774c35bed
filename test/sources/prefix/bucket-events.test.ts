/** Messages as S3, SNS and EventBridge document them. */
import { expect, it } from 'vitest';
import { createdObjects, objectMatcher } from '../../../sources/prefix/bucket-events.ts';

const record = (key: string, eventName = 'ObjectCreated:Put', bucket = 'dumps') => ({
  ...{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'eu-west-1', eventName },
  s3: { s3SchemaVersion: '1.0', bucket: { name: bucket }, object: { key, size: 3, eTag: 'd41d8' } },
});
const ofS3 = (...records: unknown[]) => ({ Records: records });
const ofEventBridge = (key: string, type = 'Object Created') => ({
  ...{ version: '0', source: 'aws.s3', 'detail-type': type },
  detail: { version: '0', bucket: { name: 'dumps' }, object: { key, size: 3 }, reason: 'PutObject' },
});
const throughSns = (inner: unknown) => ({ Type: 'Notification', Message: JSON.stringify(inner) });
const test = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'dumps' };

it.each([
  [
    'of S3',
    ofS3(record('in/a.csv'), record('in/b.csv', 'ObjectCreated:CompleteMultipartUpload')),
    ['in/a.csv', 'in/b.csv'],
  ],
  ['with a key as forms write it', ofS3(record('in/a+b%2Bc/%C3%BC%20.csv')), ['in/a b+c/ü .csv']],
  [
    'of MinIO',
    { EventName: 's3:ObjectCreated:Put', ...ofS3(record('a.csv', 's3:ObjectCreated:Put')) },
    ['a.csv'],
  ],
  ['of a deletion', ofS3(record('a.csv', 'ObjectRemoved:Delete'), record('b.csv')), ['b.csv']],
  ['of EventBridge, with the key as it is', ofEventBridge('in/a+b %41.csv'), ['in/a+b %41.csv']],
  ['of EventBridge about something else', ofEventBridge('a.csv', 'Object Deleted'), []],
  ['through SNS', throughSns(ofS3(record('a+b.csv'))), ['a b.csv']],
  ['of EventBridge through SNS', throughSns(ofEventBridge('a+b.csv')), ['a+b.csv']],
  ['that tests the set-up', test, []],
  ['that tests the set-up, through SNS', throughSns(test), []],
])('a message %s names its objects', (_, message, keys) => {
  const objects = createdObjects(JSON.stringify(message));
  expect(objects).toEqual(keys.map((key) => ({ bucket: 'dumps', key })));
});

it.each([
  ['hello'],
  ['null'],
  ['[]'],
  ['7'],
  ['{}'],
  [JSON.stringify({ Records: [null] })],
  [JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: {} } }] })],
  [JSON.stringify(ofS3(record('%ff')))],
  [JSON.stringify({ source: 'aws.s3' })],
  [JSON.stringify({ Type: 'Notification', Message: 'hello' })],
  [JSON.stringify({ Type: 'Notification' })],
])('another message is not understood: %s', (body) => {
  expect(createdObjects(body)).toBeNull();
});

it('an object is of a source if its bucket, its prefix and its pattern are', () => {
  const takes = (address: string, match: string, key: string, bucket = 'dumps') =>
    objectMatcher(address, match)({ bucket, key });
  expect(takes('s3://dumps/in/', '*.csv', 'in/2026/a.csv')).toBe(true);
  expect(takes('s3://dumps/in/', '*.csv', 'in/a.txt')).toBe(false);
  expect(takes('s3://dumps/in/', '*.csv', 'inside/a.csv')).toBe(false);
  expect(takes('s3://dumps/in/', '*.csv', 'in/a.csv', 'other')).toBe(false);
  // The pattern is relative to the last folder of the address.
  expect(takes('s3://dumps/in/or', 'orders*', 'in/orders.csv')).toBe(true);
  expect(takes('s3://dumps/in/or', '*', 'in/users.csv')).toBe(false);
  expect(takes('s3://dumps', '*', 'a.csv')).toBe(true);
  expect(takes('/srv/dumps/', '*', 'a.csv')).toBe(false);
});
