/** Errors of a real server, named on every way to it; and each SQLSTATE and word of the driver. */
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseAddress } from '../../../platform/database/address.ts';
import { connectDatabase } from '../../../platform/database/database.ts';
import { connectError, databaseError, NamedClient } from '../../../platform/database/named.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const sqlState = (code: string) => Object.assign(new Error('from the server'), { code });

describe('an error of a connection', () => {
  it.each([
    ['08006', 'LF_DATABASE_LOST'], // connection_failure
    ['57P01', 'LF_DATABASE_LOST'], // admin_shutdown
    ['57P02', 'LF_DATABASE_LOST'], // crash_shutdown
    ['57P03', 'LF_DATABASE_LOST'], // cannot_connect_now
    ['25006', 'LF_DATABASE_LOST'], // read_only_sql_transaction, after a failover
    ['53300', 'LF_DATABASE_CONNECTIONS'], // too_many_connections
    ['53100', 'LF_DATABASE_RESOURCES'], // disk_full
    ['53200', 'LF_DATABASE_RESOURCES'], // out_of_memory
    ['58030', 'LF_DATABASE_RESOURCES'], // io_error
    ['ECONNREFUSED', 'LF_DATABASE_LOST'],
    ['EAI_AGAIN', 'LF_DATABASE_LOST'],
  ])('%s is %s, with the address', (code, expected) => {
    expect(databaseError(sqlState(code), 'db:5432/x')).toMatchObject({
      code: expected,
      message: expect.stringContaining('db:5432/x'),
      cause: { code },
    });
  });

  it.each([
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Client has encountered a connection error and is not queryable'),
    new AggregateError([sqlState('ECONNREFUSED'), sqlState('ECONNREFUSED')]),
  ])('%s is the database', (error) => {
    expect(databaseError(error, 'db:5432/x')).toMatchObject({ code: 'LF_DATABASE_LOST' });
  });

  it.each([
    '23505', // unique_violation
    '22003', // numeric_value_out_of_range
    '42P01', // undefined_table
    '40P01', // deadlock_detected
    '55P03', // lock_not_available
  ])('%s stays as the driver throws it', (code) => {
    const error = sqlState(code);
    expect(databaseError(error, 'db:5432/x')).toBe(error);
  });

  it('to a database that is closed is an outage', () => {
    // object_not_in_prerequisite_state: the database is not currently accepting connections
    expect(connectError(sqlState('55000'), 'db:5432/x')).toMatchObject({ code: 'LF_DATABASE_LOST' });
    expect(databaseError(sqlState('55000'), 'db:5432/x')).not.toHaveProperty('code', 'LF_DATABASE_LOST');
  });

  it('that is no outage is a refusal', () => {
    const wrong = connectError(sqlState('28P01'), 'db:5432/x'); // invalid_password
    expect(wrong).toMatchObject({ code: 'LF_DATABASE_REFUSED' });
    const untrusted = connectError(sqlState('SELF_SIGNED_CERT_IN_CHAIN'), 'db:5432/x');
    expect(untrusted).toMatchObject({ code: 'LF_DATABASE_REFUSED' });
  });
});

describe('a session that the server ends', () => {
  let database: TestDatabase;
  let address: string;
  beforeAll(async () => {
    database = await testDatabase();
    address = databaseAddress(database.url);
  });
  afterAll(() => database.drop());

  const lost = () => ({ code: 'LF_DATABASE_LOST', message: expect.stringContaining(address) });
  const end = async (client: pg.ClientBase) => {
    const { processID } = client as unknown as { processID: number };
    await database.pool.query('select pg_terminate_backend($1)', [processID]);
  };
  const thrown = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error) => error,
    );

  it('is named in a statement, in the next one, and in a transaction', async () => {
    const own = connectDatabase(database.url);
    const client = await own.pool.connect();
    const sleeping = thrown(client.query('select pg_sleep(30)'));
    await end(client);
    expect(await sleeping).toMatchObject(lost());
    expect(await thrown(client.query('select 1'))).toMatchObject(lost());
    client.release(true);
    const transaction = inTransaction(own.pool, async (one) => {
      await Promise.all([one.query('select pg_sleep(30)'), end(one)]);
    });
    expect(await thrown(transaction)).toMatchObject(lost());
    await own.close();
  });

  it('is named in a copy, and in the event of one that idles', async () => {
    await database.pool.query('create table if not exists public.copied (x text)');
    const client = new NamedClient({ connectionString: database.url });
    const told = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    const stream = client.query(copyFrom('copy public.copied from stdin'));
    const failed = new Promise((resolve) => stream.on('error', resolve));
    stream.write('a\n');
    await end(client);
    expect(await failed).toMatchObject(lost());
    const idle = new NamedClient({ connectionString: database.url });
    const heard = new Promise((resolve) => idle.on('error', resolve));
    await idle.connect();
    await end(idle);
    expect(await heard).toMatchObject(lost());
    void told;
    await client.end().catch(() => {});
    await idle.end().catch(() => {});
  });

  it('leaves errors of statements alone', async () => {
    const error = await thrown(database.pool.query('select * from nowhere'));
    expect(error).toBeInstanceOf(pg.DatabaseError);
    expect(error).toMatchObject({ code: '42P01' });
  });
});
