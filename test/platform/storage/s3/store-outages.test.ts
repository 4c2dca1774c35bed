import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { storeOutages, type Waiting } from '../../../../platform/storage/s3/store-outages.ts';

const silent = Object.assign(new Error('no answer'), { name: 'TimeoutError' });
const missing = Object.assign(new Error('not there'), { $metadata: { httpStatusCode: 404 } });

let told: [store: string, isOver: boolean][];
let stop: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  stop = storeOutages.subscribe((store, outage) => told.push([store, outage === null]));
});
afterEach(() => {
  for (const one of requests.splice(0)) {
    one.answered();
    one.end();
  }
  stop();
  vi.useRealTimers();
});

const requests: Waiting[] = [];
function request(url: string, role: 'lake' | 'source' = 'lake'): Waiting {
  const begun = storeOutages.begin({ url, role });
  requests.push(begun);
  return begun;
}

it('are told of a bucket when a request has failed for a while, and not before', () => {
  const brief = request('s3://one/a');
  brief.failed(silent);
  vi.advanceTimersByTime(2_000);
  brief.answered();
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([]);
  brief.failed(silent);
  expect(told).toEqual([['lake s3://one', false]]);
  request('s3://one/b').answered();
  expect(told.slice(1)).toEqual([['lake s3://one', true]]);
});

it('are told to who listens later', () => {
  request('s3://two/a').failed(silent);
  vi.advanceTimersByTime(4_000);
  const later: string[] = [];
  storeOutages.subscribe((store) => later.push(store))();
  expect(later).toEqual(['lake s3://two']);
});

it('end ten seconds after the last request that failed, and not while the next one waits', () => {
  request('s3://three').failed(silent);
  vi.advanceTimersByTime(4_000);
  requests.pop()!.end();
  vi.advanceTimersByTime(9_000);
  request('s3://three');
  vi.advanceTimersByTime(30_000);
  expect(told).toEqual([['lake s3://three', false]]);
  requests.pop()!.end();
  vi.advanceTimersByTime(11_000);
  expect(told.slice(1)).toEqual([['lake s3://three', true]]);
});

it('are none where the server answers, whatever it says, nor of sources', () => {
  const refused = request('s3://four');
  refused.failed(missing);
  const source = request('s3://five', 'source');
  source.failed(silent);
  vi.advanceTimersByTime(10_000);
  refused.failed(missing);
  expect(told).toEqual([]);
});
