/** Errors of a real server, named on every way to it; and each SQLSTATE and word of the driver. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseAddress } from '../../../platform/database/address.ts';
import { connectDatabase } from '../../../platform/database/database.ts';
import {
  connectError,
  databaseError,
  NamedClient,
  NamedPool,
  OwnClient,
} from '../../../platform/database/named.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { type TestDatabase, testDatabase } from '../../support/index.ts';

const sqlState = (code: string) => Object.assign(new Error('from the server'), { code });

const thrown = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error) => error,
  );

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
    expect(untrusted).toMatchObject({ code: 'LF_DATABASE_TLS' });
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

  it('ends no process, also where nobody listens yet or any more', async () => {
    const own = connectDatabase(database.url);
    const alone = new NamedClient({ connectionString: database.url });
    await alone.connect();
    const [taken, idle] = await Promise.all([own.pool.connect(), own.pool.connect()]);
    idle.release();
    const ended = [alone, taken, idle].map((client) => new Promise((resolve) => client.once('end', resolve)));
    for (const client of [alone, taken, idle]) await end(client);
    await Promise.all(ended);
    expect(await thrown(alone.query('select 1'))).toMatchObject(lost());
    expect(await thrown(taken.query('select 1'))).toMatchObject(lost());
    taken.release(true);
    expect((await own.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
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

describe('a server that accepts connections and says nothing', () => {
  it('is an outage for a pool and for a connection that is kept', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `postgres://anna@127.0.0.1:${(server.address() as AddressInfo).port}/rides`;
    const pool = new NamedPool({ connectionString: url, max: 1, connectionTimeoutMillis: 50 }, 'db:5432/x');
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'LF_DATABASE_LOST' });
    await pool.end();
    const client = new OwnClient({ connectionString: url, connectionTimeoutMillis: 50 });
    await expect(client.connect()).rejects.toMatchObject({ code: 'LF_DATABASE_LOST' });
    server.close();
  });
});

describe('a client that connects', () => {
  const silent = createServer((socket) => void socket.resume());
  let url: string;
  beforeAll(async () => {
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    url = `postgres://anna@127.0.0.1:${(silent.address() as AddressInfo).port}/rides`;
  });
  afterAll(() => void silent.close());

  it.each<[string, (client: NamedClient) => unknown]>([
    ['ended', (client) => client.end()],
    ['abandoned', (client) => client.abandon()],
  ])('is told that it was %s meanwhile', async (_, end) => {
    for (const isAccepted of [false, true]) {
      const client = new NamedClient({ connectionString: url });
      const connecting = thrown(client.connect());
      if (isAccepted) await once(silent, 'connection');
      await Promise.all([end(client), once(client, 'end')]);
      expect(await connecting).toMatchObject({ code: 'LF_DATABASE_LOST' });
    }
  });
});

describe('a pool', () => {
  let database: TestDatabase;
  const role = `pooled_${process.pid}`;
  beforeAll(async () => {
    database = await testDatabase();
    await database.pool.query(`create role ${role} login password 'test' connection limit 39`);
  });
  afterAll(async () => {
    await database.pool.query(`drop role ${role}`);
    await database.drop();
  });

  it.each([
    ['few', 39, 2],
    ['many', 40, 3],
  ])('of a role that may have %s connections (%i) has %i', async (_, limit, connections) => {
    await database.pool.query(`alter role ${role} connection limit ${limit}`);
    const url = Object.assign(new URL(database.url), { username: role, password: 'test' }).href;
    const { pool, close } = connectDatabase(url, { max: 3, maxOfFew: 2 });
    const first = await pool.connect();
    const clients = [
      first,
      ...(await Promise.all([2, 3].slice(0, connections - 1).map(() => pool.connect()))),
    ];
    expect([pool.totalCount, pool.options.max]).toEqual([connections, connections]);
    for (const client of clients) client.release();
    await close();
  });

  it('of which nothing becomes free says so, and not that the server is away', async () => {
    const pool = new NamedPool(
      { connectionString: database.url, max: 1, connectionTimeoutMillis: 1000 },
      'db:5432/x',
    );
    const client = await pool.connect();
    await expect(pool.query('select 1')).rejects.toMatchObject({
      code: 'LF_DATABASE_CONNECTIONS',
      message: expect.stringContaining('none of the 1 that this process uses'),
    });
    client.release();
    await pool.end();
  });
});
