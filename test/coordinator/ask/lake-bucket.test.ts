import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { secretSql } from '../../../coordinator/ask/lake-bucket.ts';

const credentials = { accessKeyId: `a'key`, secretAccessKey: 'a secret' };

it('gives DuckDB the region, the endpoint and the credentials, as literals', () => {
  expect(
    secretSql({ region: 'eu-west-1', endpoint: null, credentials: { ...credentials, sessionToken: 't' } }),
  ).toBe(
    `create secret (type s3, key_id 'a''key', secret 'a secret', session_token 't', region 'eu-west-1')`,
  );
  expect(secretSql({ region: 'us-east-1', endpoint: new URL('http://127.0.0.1:9000'), credentials })).toBe(
    `create secret (type s3, key_id 'a''key', secret 'a secret', region 'us-east-1', endpoint '127.0.0.1:9000', url_style 'path', use_ssl false)`,
  );
});

it('is SQL that DuckDB can parse', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const sql = secretSql({ region: 'us-east-1', endpoint: new URL('https://s3.local'), credentials });
  expect((await connection.extractStatements(sql)).count).toBe(1);
  connection.closeSync();
  instance.closeSync();
});
