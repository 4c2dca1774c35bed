import { expect, it } from 'vitest';
import { maskedAddress, webhookEvents } from '../../../platform/config/webhook-endpoints.ts';
import { webhooksSchema } from '../../../platform/config/webhooks.ts';

const bytes = (count: number) => `whsec_${Buffer.alloc(count, 1).toString('base64')}`;
const ops = { name: 'ops', url: 'https://ops.example.com/hook', events: ['file.done'], secret: bytes(32) };

it('endpoints are a list, or its JSON, with defaults', () => {
  const parsed = webhooksSchema.parse(JSON.stringify([ops]));
  const { secret, ...rest } = ops;
  expect(parsed).toEqual([{ ...rest, format: 'standard', rejectsOver: 0, secrets: [secret] }]);
  const [all] = webhooksSchema.parse([{ ...ops, events: '*', secret: `${bytes(24)}  ${bytes(64)}` }]);
  expect(all).toMatchObject({ events: webhookEvents, secrets: [bytes(24), bytes(64)] });
  expect(webhooksSchema.parse([{ ...ops, format: 'slack', secret: undefined }])[0].secrets).toEqual([]);
});

it.each([
  ['no list', '{', 'must be a list of endpoints'],
  ['no object', ['ops'], 'must be a list of endpoints'],
  ['an unknown member', [{ ...ops, urls: 1 }], 'must not have urls'],
  ['a name with a dot', [{ ...ops, name: 'o.ps' }], 'must have names of'],
  ['a name twice', [ops, ops], 'must have each name once'],
  ['no address', [{ ...ops, url: 'ops' }], 'must have urls that begin with'],
  ['another scheme', [{ ...ops, url: 'ftp://ops.example.com' }], 'must have urls that begin with'],
  ['a user', [{ ...ops, url: 'https://a:b@ops.example.com' }], 'must have urls without a user'],
  ['an unknown event', [{ ...ops, events: ['file.gone'] }], 'must have events of'],
  ['no event', [{ ...ops, events: [] }], 'must have events, or be left out'],
  ['no secret', [{ ...ops, secret: undefined }], 'must have a secret'],
  ['a short secret', [{ ...ops, secret: bytes(23) }], 'must have secrets of'],
  ['a secret of words', [{ ...ops, secret: 'whsec_not base64!' }], 'must have secrets of'],
  ['too many', Array.from({ length: 17 }, (_, i) => ({ ...ops, name: `n${i}` })), 'must be at most 16'],
])('%s is refused', (_, value, message) => {
  const { error } = webhooksSchema.safeParse(value);
  expect(error!.issues[0].message).toContain(message);
  expect(JSON.stringify(error!.issues.map((issue) => issue.message))).not.toContain(ops.secret);
});

it('an address is shown without what may be a secret', () => {
  expect(maskedAddress({ url: 'https://hooks.slack.com/services/T0/B0/x' })).toBe(
    'https://hooks.slack.com/***',
  );
  expect(maskedAddress({ url: 'http://ops:8080/' })).toBe('http://ops:8080');
  expect(maskedAddress({ url: 'http://ops/?key=1' })).toBe('http://ops/***');
});
