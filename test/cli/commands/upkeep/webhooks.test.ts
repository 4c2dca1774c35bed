import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noteEvent } from '../../../../ledger/tables/deliveries.ts';
import { freePort } from '../../../../platform/database/embedded/launch.ts';
import { openReceiver, type Receiver, secret } from '../../../coordinator/webhooks/receiver.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../../support/index.ts';
import { landfall } from '../../run.ts';

let database: TestDatabase;
let receiver: Receiver;
let dead: number;
const cwd = tempFolder();
beforeAll(async () => {
  database = await testDatabase();
  receiver = await openReceiver();
  dead = await freePort(0);
});
afterAll(async () => {
  await receiver.close();
  await database.drop();
});

const run = (...args: string[]) => {
  const ops = { name: 'ops', url: receiver.url, secret, events: '*' };
  const LANDFALL_WEBHOOKS = JSON.stringify([ops, { ...ops, name: 'dead', url: `http://127.0.0.1:${dead}/` }]);
  return landfall(['webhooks', ...args], { cwd, env: { DATABASE_URL: database.url, LANDFALL_WEBHOOKS } });
};

it('tries endpoints, shows what was told, and tells it again', async () => {
  const tested = await run('test');
  expect(tested.code).toBe(1);
  expect(tested.stdout).toMatch(/^✓ ops {2}204\n✗ dead {2}.*ECONNREFUSED/);
  expect((await run('test', 'ops')).code).toBe(0);
  expect(await run('test', 'oops')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('LF_WEBHOOK_UNKNOWN'),
  });

  for (const endpoint of ['ops', 'dead']) {
    const told = { subject: 'a', data: { dataset: 'sales', due: 'noon' } };
    const [{ deliveryId }] = await noteEvent(database.pool, [endpoint], 'dataset.late', told);
    await database.pool.query(
      `update landfall.delivery set state = 'failed', status = 500, answer = $2, attempts = 12 where delivery_id = $1`,
      [deliveryId, 'no \u0007 way'],
    );
  }
  const listed = await run('list', '--failed');
  expect(listed.stdout).toMatch(/^ops {2}http:\/\/127.0.0.1:\d+\/\*\*\* {2}file.done, file.failed/);
  expect(listed.stdout).toMatch(/1 .* ops +dataset.late +sales +failed +12 +500 no \\x07 way/);
  const replayed = await run('replay', '--failed');
  expect(replayed.code).toBe(1);
  expect(replayed.stdout).toMatch(/^✓ 1 ops {2}204\n✗ 2 dead .*\nThe coordinator goes on .*1 delivery\.\n$/);
  const states = await database.pool.query(
    'select state, attempts from landfall.delivery order by delivery_id',
  );
  expect(states.rows).toEqual([
    { state: 'delivered', attempts: 1 },
    { state: 'waiting', attempts: 1 },
  ]);
  expect((await run('replay', '7')).stderr).toContain('LF_WEBHOOK_DELIVERY');
  expect(await run('replay')).toMatchObject({ code: 2, stderr: expect.stringContaining('--failed') });
});

it('the setting is checked, and no secret of it is shown', async () => {
  writeFileSync(
    join(cwd, 'landfall.config.ts'),
    `export default { webhooks: [{ name: 'chat', url: 'https://hooks.example.com/T0/s3cret', events: ['file.failed'], format: 'slack' }] };`,
  );
  const doctor = (LANDFALL_WEBHOOKS = '') =>
    landfall(['doctor'], { cwd, env: { DATABASE_URL: database.url, LANDFALL_WEBHOOKS } });
  const { stdout } = await doctor();
  expect(stdout).toContain('✓ webhooks   chat (https://hooks.example.com/***): file.failed');
  expect(stdout).not.toContain('s3cret');
  const wrong = await doctor(
    '[{"name":"a","url":"https://x.example","events":["file.lost"],"secret":"whsec_short"}]',
  );
  expect(wrong.stdout).toContain('LANDFALL_WEBHOOKS (from the environment) must have events of file.done');
});
